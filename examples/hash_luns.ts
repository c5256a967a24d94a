// Prints the SHA-256 of every disk of a target, all at once over one session.
//
// Deno: deno run --allow-net=192.0.2.10:3260 hash_luns.ts URL
// Node: node hash_luns.ts URL

import { createHash } from "node:crypto";
import process from "node:process";
import { connect, listLuns } from "lunstream";

const [url = ""] = process.argv.slice(2);
const session = await connect(url);
const disks = (await listLuns(session)).filter(({ size }) => size !== undefined);
const lines = disks.map(async ({ number }) => {
  const lun = await session.openLun(number, { readOnly: true });
  const hash = createHash("sha256");
  for await (const chunk of lun.createReadStream()) hash.update(chunk);
  // The session stays open: only the LUN of openLun(url) closes it too.
  await lun.close();
  return `${hash.digest("hex")}  LUN ${number}`;
});
for (const line of await Promise.all(lines)) console.log(line);
await session.close();
