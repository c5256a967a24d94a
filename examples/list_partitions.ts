// Lists the partitions of a LUN (MBR or GPT), as lines of JSON.
//
// npm install lunstream file-disk partitioninfo
// Deno: deno run --allow-net=192.0.2.10:3260 list_partitions.ts URL
// Node: node list_partitions.ts URL

import process from "node:process";
import { Disk } from "file-disk";
import { openLun } from "lunstream";
import { fileDisk } from "lunstream/handles";
import { getPartitions } from "partitioninfo";

const [url = ""] = process.argv.slice(2);
const lun = await openLun(url, { readOnly: true });
const table = await getPartitions(fileDisk(Disk, lun), { includeExtended: false, getLogical: true });
for (const { index, offset, size, type } of table.partitions) {
  console.log(JSON.stringify({ table: table.type, index, offset, size, type }));
}
await lun.close();
