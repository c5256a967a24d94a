// Prints the SHA-256 of a LUN. Eight requests of 1 MiB are on their way while the chunk before them is hashed.
//
// Deno: deno run --allow-net=192.0.2.10:3260 hash_lun.ts URL
// Node: node hash_lun.ts URL

import { createHash } from "node:crypto";
import process from "node:process";
import { openLun } from "lunstream";

const [url = ""] = process.argv.slice(2);
const lun = await openLun(url, { readOnly: true });
const hash = createHash("sha256");
// At most depth * requestSize bytes are held, however slow the loop is.
for await (const chunk of lun.createReadStream({ requestSize: 1 << 20, depth: 8 })) hash.update(chunk);
console.log(hash.digest("hex"));
await lun.close();
