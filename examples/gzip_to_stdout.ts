// Writes a LUN to standard output, compressed.
//
// Deno: deno run --allow-net=192.0.2.10:3260 gzip_to_stdout.ts URL > disk.img.gz
// Node: node gzip_to_stdout.ts URL > disk.img.gz

import process from "node:process";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { openLun } from "lunstream";

const [url = ""] = process.argv.slice(2);
const lun = await openLun(url, { readOnly: true });
await pipeline(lun.createReadStream(), createGzip({ level: 1 }), process.stdout);
await lun.close();
