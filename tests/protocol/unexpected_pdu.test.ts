// PDUs that a target must not send, or not for that tag (RFC 7143 §4.2, §11.2.1.2).
import { test } from "uvu";
import { Opcode } from "../../src/wire/mod.ts";
import { ready, rejectsWith, rigged } from "./rig.ts";

for (
  const opcode of [
    0x00,
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x10,
    0x1c,
    0x1e,
    0x23,
    0x27,
    0x30,
    0x33,
    0x3c,
    0x3e,
  ]
) {
  rigged(`H-4 L-13 §11.2.1.2 opcode 0x${opcode.toString(16)} in the full-feature phase`, {}, async ({
    session,
    target,
  }) => {
    const run = session.execute(1, ready());
    await target.command();
    const header = new Uint8Array(48);
    header.set([opcode, 0x80]);
    target.send(header);
    await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
    await target.gone();
  });
}

for (
  const [what, opcode] of [["SCSI Response", 0x21], ["Task Management Response", 0x22], ["Text Response", 0x24], [
    "Logout Response",
    0x26,
  ], ["R2T", 0x31]] as const
) {
  rigged(`H-8 §4.2 a ${what} for a tag of another kind, or of nothing`, {}, async ({ session, target }) => {
    const run = session.execute(1, ready());
    const ping = session.ping();
    const command = await target.command();
    const nop = await target.expect(Opcode.NopOut);
    const header = new Uint8Array(48);
    header.set([opcode, 0x80]);
    const view = new DataView(header.buffer);
    const other = new DataView(nop.header.buffer).getUint32(16);
    view.setUint32(16, opcode === 0x21 || opcode === 0x31 ? other : command.initiatorTaskTag);
    view.setUint32(20, 0x11);
    view.setUint32(24, target.statSN);
    view.setUint32(44, 1);
    target.send(header);
    await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
    await rejectsWith(ping, "ISCSI_PROTOCOL_ERROR");
  });
}

test.run();
