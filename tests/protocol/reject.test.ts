// Reject (RFC 7143 §11.17).
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { RejectEvent } from "../../src/session/mod.ts";
import { Opcode } from "../../src/wire/mod.ts";
import { logout, reject } from "./answers.ts";
import { ready, rejectsWith, rigged, write } from "./rig.ts";

for (
  const [id, reason] of [
    ["F-30", 0x01],
    ["F-31", 0x02],
    ["F-32", 0x03],
    ["F-33", 0x04],
    ["F-34", 0x05],
    ["F-36", 0x07],
    ["F-37", 0x08],
    ["F-38", 0x09],
    ["F-40", 0x0b],
    ["F-42", 0x7f],
  ] as const
) {
  rigged(
    `${id} §11.17.1 a command rejected with 0x${reason.toString(16).padStart(2, "0")} fails alone`,
    {},
    async ({
      session,
      target,
    }) => {
      const events: RejectEvent[] = [];
      session.on("reject", (event) => events.push(event));
      const run = session.execute(1, write(512));
      const other = session.execute(1, ready());
      const { header } = await target.expect(Opcode.ScsiCommand);
      const second = await target.command();
      reject(target, reason, header);
      await rejectsWith(run, "ISCSI_REJECTED");
      target.respond(second);
      await other;
      assert.is(events[0]!.reason, reason);
      assert.is(events[0]!.opcode, Opcode.ScsiCommand);
      await target.quiet();
      assert.is(target.expStatSN, target.statSN);
    },
  );
}

rigged("F-39 §11.17.1 out of resources: sent again later as a new command, a bounded number of times", {}, async ({
  session,
  target,
}) => {
  const run = session.execute(1, write(512));
  const tags = new Set<number>();
  for (let i = 0; i < 5; i++) {
    const { header } = await target.expect(Opcode.ScsiCommand);
    tags.add(new DataView(header.buffer).getUint32(16));
    reject(target, 0x0a, header);
  }
  await rejectsWith(run, "ISCSI_REJECTED");
  assert.is(tags.size, 5);
});

rigged("F-41 §11.17.1 waiting for logout: we log out", {}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  const { header } = await target.expect(Opcode.ScsiCommand);
  reject(target, 0x0c, header);
  await logout(target);
  await rejectsWith(run, "ISCSI_CONNECTION_LOST");
});

rigged("F-42 §11.17 a rejected Data-Out: the status decides", {
  login: { keys: { InitialR2T: "Yes", ImmediateData: "No" } },
}, async ({ session, target }) => {
  const run = session.execute(1, write(512));
  const command = await target.command();
  target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 512 });
  const { header } = await target.expect(Opcode.DataOut);
  reject(target, 2, header);
  await target.quiet();
  target.respond(command, { status: 2 });
  assert.is((await run).status, 2);
  // Of a task that is over already, too.
  reject(target, 2, header);
  await target.quiet();
});

rigged("F-42 §11.17 a rejected Data-Out whose status never comes is aborted", {
  login: { keys: { InitialR2T: "Yes", ImmediateData: "No" } },
  session: { timeouts: { request: 80 } },
}, async ({ session, target }) => {
  const run = session.execute(1, write(512), { timeout: 0 });
  const command = await target.command();
  target.r2t(command, { bufferOffset: 0, desiredDataTransferLength: 512 });
  const { header } = await target.expect(Opcode.DataOut);
  reject(target, 4, header);
  await target.expect(Opcode.TaskManagementRequest);
  await rejectsWith(run, "ISCSI_OUTCOME_UNKNOWN");
});

for (
  const [what, header] of [
    ["less than a header", new Uint8Array(47)],
    ["an unknown tag", Object.assign(new Uint8Array(48), { 0: 1, 16: 0x99 })],
    ["a Login Request", Object.assign(new Uint8Array(48), { 0: 0x43 })],
    ["a SNACK", Object.assign(new Uint8Array(48), { 0: 0x10 })],
  ] as const
) {
  rigged(`F-42 F-44 §11.17 a Reject of ${what}`, {}, async ({ session, target }) => {
    const run = session.execute(1, ready());
    await target.command();
    reject(target, 4, header);
    await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
  });
}

test.run();
