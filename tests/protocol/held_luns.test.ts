// LUNs that are held, seen from the wire: the checks take their places in the command window (RFC 7143 §4.2.2.1).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Opcode } from "../../src/wire/mod.ts";
import { senseBytes } from "../peers/scsi_disk.ts";
import { encodeScsiResponseData } from "../../src/wire/mod.ts";
import { reject } from "./answers.ts";
import { read, ready, rigged } from "./rig.ts";
import { recovering } from "./recovery_rig.ts";

const verifyLun = async (
  _lun: bigint,
  executor: { execute: (command: ReturnType<typeof ready>) => Promise<unknown> },
) => void await executor.execute(ready());
const NOT_THERE = encodeScsiResponseData(senseBytes({ key: 5, asc: 0x25, ascq: 0 }));
const CHANGED = encodeScsiResponseData(senseBytes({ key: 6, asc: 0x3f, ascq: 0x03 }));

rigged("§4.2.2.1 a check that begins while commands are sent takes no place in the window that is not there", {
  ...recovering({ verifyLun }),
  login: { window: 0 },
}, async ({ session, target }) => {
  const first = session.execute(1, ready());
  const command = await target.command();
  const [held, other] = [session.execute(1, read(512)), session.execute(2, read(512))];
  // One place, and two who want it: the check of the LUN that has just said that it is not there, and the other LUN's command.
  target.window = 1;
  target.respond(command, { status: 2 }, NOT_THERE);
  await first;
  const one = await target.command();
  await target.quiet();
  target.window = 3;
  target.dataIn(one, { status: 0 }, new Uint8Array(512));
  await other;
  const check = await target.command();
  assert.equal([one.lun, check.lun, check.cdb[0]], [2n << 48n, 1n << 48n, 0]);
  target.respond(check);
  target.dataIn(await target.command(), { status: 0 }, new Uint8Array(512));
  await held;
});

rigged("§11.17.1 a command that was to be sent again later finds its LUN held, and waits", {
  ...recovering({ verifyLun }),
}, async ({ session, target }) => {
  const postponed = session.execute(1, read(512));
  const { header } = await target.expect(Opcode.ScsiCommand);
  reject(target, 0x0a, header);
  const other = session.execute(1, ready());
  target.respond(await target.command(), { status: 2 }, CHANGED);
  await other;
  const check = await target.command();
  assert.is(check.cdb[0], 0);
  await new Promise((resolve) => setTimeout(resolve, 150));
  await target.quiet();
  target.respond(check);
  const again = await target.command();
  assert.is(again.cdb[0], 0x28);
  target.dataIn(again, { status: 0 }, new Uint8Array(512));
  await postponed;
});

test.run();
