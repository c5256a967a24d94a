// Sends SCSI commands to a LUN: who are you (INQUIRY), what is your name (VPD page 83h), how large are you (READ CAPACITY).
//
// Deno: deno run --allow-net=192.0.2.10:3260 raw_scsi.ts URL LUN
// Node: node raw_scsi.ts URL LUN

import process from "node:process";
import { connect, type ScsiCommand } from "lunstream";
import { inquiry, parseInquiry, parseReadCapacity16, parseVpdPage, readCapacity16, runWithRetry } from "lunstream/scsi";

const [url = "", number = "1"] = process.argv.slice(2);
const session = await connect(url);
const lun = { execute: (command: ScsiCommand) => session.execute(Number(number), command) };

// `session.execute()` gives whatever status comes. `runWithRetry()` throws a `ScsiError` where it is not GOOD, and sends
// again what a LUN refuses once, as the first command after a login or a reset (UNIT ATTENTION).
const { vendor, product, revision } = parseInquiry((await runWithRetry(lun, inquiry())).dataIn);
console.log(`${vendor} ${product} ${revision}`);

const page = parseVpdPage((await runWithRetry(lun, inquiry({ vpdPage: 0x83 }))).dataIn);
if (page.kind === "deviceIdentification") {
  for (const one of page.designators) {
    const text = "id" in one
      ? one.id
      : "name" in one
      ? one.name
      : "port" in one
      ? one.port
      : `${one.data.length} bytes`;
    console.log(`${one.kind}: ${text}`);
  }
}

const { lastLba, blockSize } = parseReadCapacity16((await runWithRetry(lun, readCapacity16())).dataIn);
console.log(`${lastLba + 1n} blocks of ${blockSize} bytes`);
await session.close();
