// Lists the files in a zip archive that was written to the beginning of a LUN. Only the directory is read, not the files.
// LENGTH is the size of the archive in bytes; without it the archive must end where the LUN does.
//
// npm install lunstream yauzl
// Deno: deno run --allow-net=192.0.2.10:3260 zip_directory.ts URL LENGTH
// Node: node zip_directory.ts URL LENGTH

import process from "node:process";
import { openLun } from "lunstream";
import { zipReader } from "lunstream/handles";
import yauzl from "yauzl";

const [url = "", length] = process.argv.slice(2);
const lun = await openLun(url, { readOnly: true });
const reader = zipReader(yauzl.RandomAccessReader, lun);
await new Promise<void>((resolve, reject) => {
  yauzl.fromRandomAccessReader(reader, Number(length ?? lun.size), (error, zip) => {
    if (error !== null) return reject(error);
    zip.on("entry", ({ fileName, uncompressedSize, crc32 }: yauzl.Entry) => {
      console.log(`${crc32.toString(16).padStart(8, "0")} ${String(uncompressedSize).padStart(12)} ${fileName}`);
    });
    zip.on("error", reject);
    zip.on("end", resolve);
  });
});
await lun.close();
