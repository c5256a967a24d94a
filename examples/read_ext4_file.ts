// Writes one file of an ext2, ext3 or ext4 file system on a LUN to standard output, without mounting it. OFFSET is where
// the file system begins, in bytes, as list_partitions.ts prints it; 0 where the LUN has no partitions.
//
// npm install lunstream file-disk ext2fs
// Deno: deno run --allow-net=192.0.2.10:3260 --allow-read=node_modules read_ext4_file.ts URL OFFSET /etc/fstab
// Node: node read_ext4_file.ts URL OFFSET /etc/fstab

import { Buffer } from "node:buffer";
import process from "node:process";
import { withMountedDisk } from "ext2fs";
import { Disk } from "file-disk";
import { openLun } from "lunstream";
import { fileDisk } from "lunstream/handles";

const [url = "", offset = "0", path = ""] = process.argv.slice(2);
// Opened for reading: what the file system would note about being mounted is not written.
const lun = await openLun(url, { readOnly: true });
await withMountedDisk(fileDisk(Disk, lun), Number(offset), async (mounted: { promises: FileSystem }) => {
  const file = await mounted.promises.open(path, "r");
  const buffer = Buffer.alloc(1 << 20);
  for (let position = 0;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) break;
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(buffer.subarray(0, bytesRead), (error) => error ? reject(error) : resolve());
    });
    position += bytesRead;
  }
  await file.close();
});
await lun.close();

/** ext2fs has the shape of `node:fs/promises`. */
type FileSystem = Pick<typeof import("node:fs/promises"), "open">;
