// Backs up a LUN with restic, as a file called NAME. Repository and password are restic's own business: it takes them from
// RESTIC_REPOSITORY and RESTIC_PASSWORD_FILE.
//
// Deno: deno run --allow-net=192.0.2.10:3260 --allow-run=restic --allow-env restic_backup.ts URL NAME
// Node: node restic_backup.ts URL NAME

import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { openLun } from "lunstream";

const [url = "", name = "lun.img"] = process.argv.slice(2);
const lun = await openLun(url, { readOnly: true });
const restic = spawn("restic", ["backup", "--stdin", "--stdin-filename", name], {
  stdio: ["pipe", "inherit", "inherit"],
});
const ended = once(restic, "close");
try {
  // restic takes the end of its input for the end of the LUN, and would keep half a LUN as if it were a whole one. So its
  // input is ended only after the last byte, and restic is stopped before that where reading fails.
  await pipeline(lun.createReadStream(), restic.stdin, { end: false });
  restic.stdin.end();
} catch (error) {
  restic.kill("SIGINT");
  await ended;
  throw error;
}
const [code] = await ended;
await lun.close();
process.exitCode = code ?? 1;
