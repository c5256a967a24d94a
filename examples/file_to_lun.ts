// Copies a file to the beginning of a LUN. What is behind the end of the file stays.
//
// Deno: deno run --allow-net=192.0.2.10:3260 --allow-read=disk.img file_to_lun.ts disk.img URL
// Node: node file_to_lun.ts disk.img URL

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { openLun } from "lunstream";

const [path = "", url = ""] = process.argv.slice(2);
const { size } = await stat(path);
const lun = await openLun(url);
// Before the first byte is written, not after the last one that fits.
if (size > lun.size) throw new Error(`The file has ${size} bytes and the LUN only ${lun.size}`);
const stream = lun.createWriteStream();
// Settles when the target has acknowledged all of it and has flushed its cache.
await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), stream);
console.log(`${stream.bytesWritten} of ${size} bytes copied`);
await lun.close();
