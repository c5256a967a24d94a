// Exports a LUN as a qcow2 image. What a thin LUN promises to be zero is neither read nor written.
//
// npm install lunstream @xen-orchestra/disk-transform @xen-orchestra/qcow2
// Deno: deno run --allow-net=192.0.2.10:3260 --allow-write=disk.qcow2 qcow2_export.ts URL disk.qcow2
// Node: node qcow2_export.ts URL disk.qcow2

import { Buffer } from "node:buffer";
import { createWriteStream } from "node:fs";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { RandomAccessDisk } from "@xen-orchestra/disk-transform";
import { toQcow2Stream } from "@xen-orchestra/qcow2/dist/consumer/ConsumerQcowStream.mjs";
import { openLun } from "lunstream";
import { xenDisk } from "lunstream/handles";

const [url = "", path = ""] = process.argv.slice(2);
const lun = await openLun(url, { readOnly: true });
const disk = xenDisk(RandomAccessDisk, lun, { wrap: (bytes) => Buffer.from(bytes.buffer) });
await disk.init();
await pipeline(toQcow2Stream(disk), createWriteStream(path));
console.log(`${disk.getBlockIndexes().length} of ${Math.ceil(lun.size / disk.getBlockSize())} clusters exported`);
await lun.close();
