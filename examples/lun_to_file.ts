// Copies a LUN to a file.
//
// Deno: deno run --allow-net=192.0.2.10:3260 --allow-write=disk.img lun_to_file.ts URL disk.img
// Node: node lun_to_file.ts URL disk.img

import { createWriteStream } from "node:fs";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { openLun } from "lunstream";

const [url = "", path = ""] = process.argv.slice(2);
const lun = await openLun(url, { readOnly: true });
const file = createWriteStream(path);
await pipeline(lun.createReadStream(), file);
console.log(`${file.bytesWritten} of ${lun.size} bytes copied`);
await lun.close();
