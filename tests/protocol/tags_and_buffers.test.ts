// Tags, buffers and the window where the other files of this folder do not look at them.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeDataOut, decodeTaskManagementRequest, Opcode, RESERVED_TAG } from "../../src/wire/mod.ts";
import { pattern } from "../lib/bytes.ts";
import { rejection } from "../lib/rejections.ts";
import { read, ready, rigged, write } from "./rig.ts";

rigged(
  "FFP-16.5 §11.4.10 a response that shuts the window after a write holds the next command back until a NOP-In opens it",
  { login: { window: 0 } },
  async ({ session, target }) => {
    const first = session.execute(1, write(512));
    const command = await target.command();
    target.window = 0;
    target.respond(command);
    await first;
    const second = session.execute(1, write(512));
    const third = session.execute(1, write(512));
    await target.quiet();
    target.window = 1;
    target.nopIn();
    const next = await target.command();
    assert.is(next.cmdSN, command.cmdSN + 1);
    // Exactly one: the window has room for no more.
    target.window = 0;
    await target.quiet();
    target.window = 8;
    target.respond(next);
    target.respond(await target.command());
    await Promise.all([second, third]);
  },
);

rigged(
  "FFP-16.1.2 §11.3 the first command where no data may go unasked",
  { login: { keys: { ImmediateData: "No", InitialR2T: "Yes" } }, session: { firstCmdSN: 5 } },
  async ({ session, target }) => {
    const run = session.execute(3, write(1024));
    const command = await target.command();
    assert.is(command.cmdSN, 5);
    assert.is(command.expStatSN, target.statSN);
    assert.is(command.dataSegmentLength, 0);
    assert.is(command.data.length, 0);
    assert.is(command.expectedDataTransferLength, 1024);
    assert.ok(command.write && command.final && !command.read);
    assert.is.not(command.initiatorTaskTag, RESERVED_TAG);
    target.respond(command, { underflow: true, residualCount: 1024 });
    await run;
  },
);

rigged(
  "F-5 §11.2.1.8 tags skip the reserved one and those of live tasks when they come round",
  { session: { firstTag: 0xffff_fffe } },
  async ({ session, target }) => {
    const runs = [0, 1, 2, 3].map(() => session.execute(1, ready()));
    const tags = new Set<number>();
    for (let i = 0; i < 4; i++) {
      const command = await target.command();
      assert.is.not(command.initiatorTaskTag, RESERVED_TAG);
      assert.not.ok(tags.has(command.initiatorTaskTag), "a tag of its own");
      tags.add(command.initiatorTaskTag);
      target.respond(command);
    }
    assert.ok(tags.has(0xffff_fffe), "began where it was told");
    await Promise.all(runs);
  },
);

rigged("H-9 §11.7 a byte past the buffer of a command ends the connection, and nothing is stored", {}, async ({
  session,
  target,
}) => {
  // The command's buffer is the middle of a larger one: what is around it must stay.
  const whole = new Uint8Array(3 * 512).fill(0xee);
  const run = session.execute(1, { ...read(512), dataIn: whole.subarray(512, 1024) });
  const command = await target.command();
  target.dataIn(command, { status: 0, bufferOffset: 4 }, pattern(512));
  assert.is((await rejection(run)).code, "ISCSI_CONNECTION_LOST");
  await target.gone();
  assert.equal(whole, new Uint8Array(3 * 512).fill(0xee));
});

rigged("H-9 §11.7 a buffer is not touched after its promise has settled", {}, async ({ session, target }) => {
  const command = read(512);
  const run = session.execute(1, command);
  const sent = await target.command();
  target.dataIn(sent, { status: 0 }, pattern(512));
  await run;
  assert.equal(command.dataIn, pattern(512));
  command.dataIn.fill(0x11);
  // The same again, late: its task is over, which at level 0 is a breach.
  target.dataIn(sent, { status: 0 }, pattern(512, 99));
  await target.gone();
  assert.equal(command.dataIn, new Uint8Array(512).fill(0x11));
});

rigged("H-9 §11.7 data of two commands never meet", {}, async ({ session, target }) => {
  const one = read(1024);
  const two = read(1024);
  const runs = [session.execute(1, one), session.execute(1, two)];
  const first = await target.command();
  const second = await target.command();
  target.dataIn(second, { bufferOffset: 0 }, pattern(512, 7));
  target.dataIn(first, { bufferOffset: 0 }, pattern(512, 1));
  target.dataIn(first, { bufferOffset: 512, dataSN: 1, status: 0 }, pattern(512, 2));
  target.dataIn(second, { bufferOffset: 512, dataSN: 1, status: 0 }, pattern(512, 8));
  await Promise.all(runs);
  assert.equal(one.dataIn.subarray(0, 512), pattern(512, 1));
  assert.equal(one.dataIn.subarray(512), pattern(512, 2));
  assert.equal(two.dataIn.subarray(0, 512), pattern(512, 7));
  assert.equal(two.dataIn.subarray(512), pattern(512, 8));
  await target.quiet();
  assert.is(target.log.filter((pdu) => pdu.opcode === Opcode.ScsiCommand).length, 2);
});

for (
  const [what, lun, field] of [
    ["peripheral addressing", 255, 0x00ff_0000_0000_0000n],
    ["flat space addressing", 256, 0x4100_0000_0000_0000n],
    ["flat space addressing, the greatest", 16383, 0x7fff_0000_0000_0000n],
    ["hierarchical addressing of two levels", 0x4001_0002_0000_0000n, 0x4001_0002_0000_0000n],
    ["extended flat space addressing", 0xd201_2345_0000_0000n, 0xd201_2345_0000_0000n],
    ["the well known REPORT LUNS unit", 0xc101_0000_0000_0000n, 0xc101_0000_0000_0000n],
  ] as const
) {
  rigged(
    `§11.3.5 LUNs: ${what}, in commands, Data-Out and ABORT TASK`,
    { login: { keys: { ImmediateData: "No", InitialR2T: "Yes" } } },
    async ({ session, target }) => {
      const controller = new AbortController();
      const run = session.execute(lun, write(512), { signal: controller.signal });
      const command = await target.command();
      assert.is(command.lun, field);
      target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 512, r2tSN: 0 });
      assert.is(decodeDataOut((await target.expect(Opcode.DataOut)).header).lun, field);
      controller.abort();
      assert.is(decodeTaskManagementRequest((await target.expect(Opcode.TaskManagementRequest)).header).lun, field);
      target.respond(command);
      assert.is((await run).status, 0);
    },
  );
}

test.run();
