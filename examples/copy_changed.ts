// Brings an image of a LUN up to date: reads all of the LUN, and writes to the image only what has changed since the last
// run. The digests of that run are in INDEX, 32 bytes for each 64 KiB; without it everything is written.
//
// Deno: deno run --allow-net=192.0.2.10:3260 --allow-read=. --allow-write=. copy_changed.ts URL disk.img disk.index
// Node: node copy_changed.ts URL disk.img disk.index

import { createHash } from "node:crypto";
import { open, readFile, rename, writeFile } from "node:fs/promises";
import process from "node:process";
import { openLun } from "lunstream";

const BLOCK = 64 * 1024;
const DIGEST = 32;
const [url = "", path = "", indexPath = ""] = process.argv.slice(2);
const lun = await openLun(url, { readOnly: true });
const image = await open(path, "r+").catch(() => open(path, "wx+"));
const index = new Uint8Array(Math.ceil(lun.size / BLOCK) * DIGEST);
const before = await readFile(indexPath).catch(() => undefined);
const known = before?.length === index.length && (await image.stat()).size === lun.size ? before : undefined;

let position = 0;
let changed = 0;
// Each chunk is one request, so all but the last have the size of a block.
for await (const chunk of lun.createReadStream({ requestSize: BLOCK, depth: 32 })) {
  const entry = (position / BLOCK) * DIGEST;
  const digest = createHash("sha256").update(chunk).digest();
  index.set(digest, entry);
  if (known === undefined || digest.compare(known, entry, entry + DIGEST) !== 0) {
    // From the first write on the old index is wrong about the image: a run that is broken off must not leave it behind.
    if (changed++ === 0) await writeFile(indexPath, "", { flush: true });
    const { bytesWritten } = await image.write(chunk, 0, chunk.length, position);
    if (bytesWritten !== chunk.length) throw new Error(`There is no space for ${path}`);
  }
  position += chunk.length;
}
await image.truncate(lun.size);
await image.sync();
await image.close();
await writeFile(`${indexPath}.new`, index, { flush: true });
await rename(`${indexPath}.new`, indexPath);
console.log(`${changed} of ${index.length / DIGEST} blocks written`);
await lun.close();
