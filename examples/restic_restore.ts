// Writes a file of a restic snapshot back to a LUN: the way back of restic_backup.ts.
//
// Deno: deno run --allow-net=192.0.2.10:3260 --allow-run=restic --allow-env restic_restore.ts URL NAME [SNAPSHOT]
// Node: node restic_restore.ts URL NAME [SNAPSHOT]

import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { openLun } from "lunstream";

const [url = "", name = "lun.img", snapshot = "latest"] = process.argv.slice(2);
const lun = await openLun(url);
const restic = spawn("restic", ["dump", snapshot, name], { stdio: ["ignore", "pipe", "inherit"] });
const ended = once(restic, "close");
const stream = lun.createWriteStream();
await pipeline(restic.stdout, stream);
const [code] = await ended;
await lun.close();
if (code !== 0) throw new Error(`restic ended with ${code}: the LUN holds ${stream.bytesWritten} bytes of it at most`);
console.log(`${stream.bytesWritten} of ${lun.size} bytes restored`);
