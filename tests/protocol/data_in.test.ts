// Data-In (RFC 7143 §11.7).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeDataIn } from "../../src/wire/mod.ts";
import { pattern } from "../lib/bytes.ts";
import type { Command, PeerConnection } from "./peer_connection.ts";
import { read, ready, rejectsWith, rigged, type RigOptions, write } from "./rig.ts";

rigged("FFP-10.1 §11.7.3 status in the last Data-In ends the command", {}, async ({ session, target }) => {
  for (let i = 0; i < 2; i++) {
    const wanted = read(1024);
    const run = session.execute(1, wanted);
    const command = await target.command();
    assert.is(command.expStatSN, target.statSN);
    target.dataIn(command, {}, pattern(512));
    target.dataIn(command, { dataSN: 1, bufferOffset: 512, status: 0 }, pattern(512, 512));
    const result = await run;
    assert.is(result.status, 0);
    assert.equal(wanted.dataIn, pattern(1024));
    assert.is(result.dataIn.buffer, wanted.dataIn.buffer);
  }
});

rigged("FFP-10.2 §11.7.2 the A bit is ignored at level 0", {}, async ({ session, target }) => {
  const run = session.execute(1, read(512));
  const command = await target.command();
  target.dataIn(command, { acknowledge: true, final: true, targetTransferTag: 9 }, pattern(512));
  await target.quiet();
  target.respond(command, { expDataSN: 1 });
  assert.is((await run).status, 0);
});

rigged("FFP-11.1.2 §11.7.7 an empty Data-In is no error and counts", {}, async ({ session, target }) => {
  const wanted = read(512);
  const run = session.execute(1, wanted);
  const command = await target.command();
  target.dataIn(command, {}, new Uint8Array(0));
  target.dataIn(command, { dataSN: 1 }, pattern(512));
  target.dataIn(command, { dataSN: 2, bufferOffset: 512 }, new Uint8Array(0));
  target.dataIn(command, { dataSN: 3, bufferOffset: 512, status: 0 }, new Uint8Array(0));
  await run;
  assert.equal(wanted.dataIn, pattern(512));
});

rigged("F-10 §11.7.5 DataSN goes on over the sequences of a command", {}, async ({ session, target }) => {
  const wanted = read(1536);
  const run = session.execute(1, wanted);
  const command = await target.command();
  for (let i = 0; i < 3; i++) {
    target.dataIn(command, { final: true, dataSN: i, bufferOffset: i * 512 }, pattern(512, i * 512));
  }
  target.respond(command, { expDataSN: 3 });
  await run;
  assert.equal(wanted.dataIn, pattern(1536));
});

rigged("F-10 §11.7.5 a repeated DataSN is thrown away", {}, async ({ session, target }) => {
  const wanted = read(1024);
  const run = session.execute(1, wanted);
  const command = await target.command();
  target.dataIn(command, {}, pattern(512));
  target.dataIn(command, {}, new Uint8Array(512).fill(0xee));
  target.dataIn(command, { dataSN: 1, bufferOffset: 512, status: 0 }, pattern(512, 512));
  await run;
  assert.equal(wanted.dataIn, pattern(1024));
});

rigged("F-11 §11.7 data of many commands, interleaved", {}, async ({ session, target }) => {
  const wanted = Array.from({ length: 8 }, () => read(2048));
  const runs = wanted.map((one) => session.execute(1, one));
  const commands: Command[] = [];
  for (let i = 0; i < 8; i++) commands.push(await target.command());
  for (let part = 0; part < 4; part++) {
    commands.forEach((command, i) => {
      const status = part === 3 ? { status: 0 } : {};
      const at = part * 512;
      target.dataIn(command, { dataSN: part, bufferOffset: at, ...status }, pattern(512, i * 10_000 + at));
    });
  }
  await Promise.all(runs);
  wanted.forEach(({ dataIn }, i) => assert.equal(dataIn, pattern(2048, i * 10_000)));
});

rigged(
  "F-11 §13.18 Data-In out of order where that was agreed, and its overlap",
  {
    login: { keys: { DataPDUInOrder: "No", DataSequenceInOrder: "No" } },
    session: { limits: { dataPduInOrder: false, dataSequenceInOrder: false } },
  },
  async ({ session, target }) => {
    const wanted = read(1536);
    const run = session.execute(1, wanted);
    let command = await target.command();
    for (const [dataSN, at] of [[0, 1024], [1, 0], [2, 512]] as const) {
      target.dataIn(command, { dataSN, bufferOffset: at }, pattern(512, at));
    }
    target.respond(command, { expDataSN: 3 });
    await run;
    assert.equal(wanted.dataIn, pattern(1536));
    const overlapping = session.execute(1, read(1024));
    command = await target.command();
    target.dataIn(command, { bufferOffset: 512 }, pattern(512));
    target.dataIn(command, { dataSN: 1, bufferOffset: 256 }, pattern(512));
    await rejectsWith(overlapping, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
  },
);

rigged("F-11 §13.13 a sequence above MaxBurstLength is told, and taken", {
  login: { keys: { MaxBurstLength: "1024", FirstBurstLength: "512" } },
}, async ({ session, target }) => {
  const warnings: string[] = [];
  session.on("warning", (warning) => warnings.push(warning));
  const run = session.execute(1, read(2048));
  const command = await target.command();
  for (let i = 0; i < 4; i++) target.dataIn(command, { dataSN: i, bufferOffset: i * 512 }, pattern(512));
  target.respond(command, { expDataSN: 4 });
  await run;
  assert.is(warnings.length, 1);
});

type Lie = (target: PeerConnection, command: Command) => void;
const lies: [string, Lie][] = [
  ["F-9 §11.7 for a tag that names nothing", (t) => t.dataIn({ initiatorTaskTag: 0x7777 }, {}, pattern(512))],
  ["F-10 §11.7.5 after a gap in DataSN", (t, c) => t.dataIn(c, { dataSN: 1 }, pattern(512))],
  ["F-11 §11.7.6 past the end of the buffer", (t, c) => t.dataIn(c, { bufferOffset: 768 }, pattern(512))],
  ["F-11 §11.7.6 longer than the buffer", (t, c) => t.dataIn(c, {}, pattern(2048))],
  ["F-11 §11.7.6 at an offset of nearly 2^32", (t, c) => t.dataIn(c, { bufferOffset: 0xffff_fff0 }, pattern(512))],
  ["F-11 §11.7.6 out of order", (t, c) => t.dataIn(c, { bufferOffset: 512 }, pattern(512))],
  ["F-12 §11.7.1 with status CHECK CONDITION", (t, c) => t.dataIn(c, { status: 2 }, pattern(512))],
  ["F-12 §11.7.1 with status but not final", (t, c) => t.dataIn(c, { status: 0, final: false }, pattern(512))],
  [
    "F-22 §11.4.5 with overflow and underflow both",
    (t, c) => t.dataIn(c, { status: 0, overflow: true, underflow: true }, pattern(512)),
  ],
  [
    "F-22 §11.4.5 with an underflow above the expected length",
    (t, c) => t.dataIn(c, { status: 0, underflow: true, residualCount: 2048 }, pattern(512)),
  ],
  ["F-13 §11.7 after the last byte", (t, c) => {
    t.dataIn(c, {}, pattern(1024));
    t.dataIn(c, { dataSN: 1, bufferOffset: 1024 }, pattern(4));
  }],
  ["F-15 §11.4.8 fewer than ExpDataSN says", (t, c) => {
    t.dataIn(c, {}, pattern(1024));
    t.respond(c, { expDataSN: 2 });
  }],
];
for (const [what, lie] of lies) {
  const options: RigOptions = {};
  rigged(`${what}: the connection ends, nothing is stored`, options, async ({ session, target }) => {
    const guarded = new Uint8Array(4096).fill(0x5a);
    const run = session.execute(1, { ...read(0), dataIn: guarded.subarray(1024, 2048) });
    const command = await target.command();
    lie(target, command);
    await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
    await target.gone();
    assert.ok(guarded.subarray(0, 1024).every((byte) => byte === 0x5a));
    assert.ok(guarded.subarray(2048).every((byte) => byte === 0x5a));
  });
}

rigged("F-9 §11.7 Data-In for a command that only writes", {}, async ({ session, target }) => {
  const run = session.execute(1, write(512));
  const command = await target.command();
  target.dataIn(command, {}, pattern(512));
  await rejectsWith(run, "ISCSI_OUTCOME_UNKNOWN", "ISCSI_PROTOCOL_ERROR");
});

rigged("F-12 §11.7 any PDU after the one with status", {}, async ({ session, target }) => {
  const wanted = read(1024);
  const run = session.execute(1, wanted);
  const other = session.execute(1, ready());
  const command = await target.command();
  await target.command();
  target.dataIn(command, { status: 0 }, pattern(1024));
  await run;
  target.dataIn(command, { dataSN: 1 }, new Uint8Array(512).fill(0xee));
  await rejectsWith(other, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
  assert.equal(wanted.dataIn, pattern(1024));
});

rigged("H-8 §4.2.2 a late duplicate of an answer", {}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  const other = session.execute(1, ready());
  const command = await target.command();
  await target.command();
  target.respond(command);
  await run;
  target.respond(command);
  await rejectsWith(other, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
});

rigged("F-14 §11.4.5 GOOD with a hole is no success, and harms nobody else", {}, async ({ session, target }) => {
  const run = session.execute(1, read(1024));
  const other = session.execute(1, ready());
  const command = await target.command();
  const second = await target.command();
  target.dataIn(command, {}, pattern(512));
  target.respond(command, { expDataSN: 1 });
  await rejectsWith(run, "ISCSI_PROTOCOL_ERROR");
  target.respond(second);
  assert.is((await other).status, 0);
});

rigged("F-14 §11.4.5 a short answer with its underflow is a success", {}, async ({ session, target }) => {
  const run = session.execute(1, read(1024));
  const command = await target.command();
  target.dataIn(command, { status: 0, underflow: true, residualCount: 1000 }, pattern(24));
  const result = await run;
  assert.equal(result.dataIn, pattern(24));
  assert.is(result.underflow, 1000);
});

rigged("F-22 §11.4.5 overflow is told", {}, async ({ session, target }) => {
  const run = session.execute(1, read(512));
  const command = await target.command();
  target.dataIn(command, {}, pattern(512));
  target.respond(command, { overflow: true, residualCount: 4096, expDataSN: 1 });
  const result = await run;
  assert.is(result.overflow, 4096);
  assert.is(result.underflow, 0);
});

rigged("H-7 §11.2 an answer split at every byte, and many PDUs in one read", {}, async ({ session, target }) => {
  for (let cut = 1; cut < 48 + 512; cut += 7) {
    const wanted = read(512);
    const run = session.execute(1, wanted);
    const command = await target.command();
    const whole = target.frame(target.dataInHeader(command, { status: 0 }, 509), pattern(509));
    // Underflow is in the flags of the header.
    whole[1] = whole[1]! | 0x02;
    new DataView(whole.buffer).setUint32(44, 3);
    target.socket.write(whole.subarray(0, cut));
    await new Promise<void>((resolve) => setImmediate(resolve));
    target.socket.write(whole.subarray(cut));
    assert.equal((await run).dataIn, pattern(509));
  }
});

rigged(
  "H-1 §13.12 a data segment above our MRDSL",
  { session: { limits: { maxRecvDataSegmentLength: 512 } } },
  async ({ session, target }) => {
    const run = session.execute(1, read(4096));
    const command = await target.command();
    target.send(target.dataInHeader(command, {}, 1024));
    await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
  },
);

for (
  const [what, keys] of [
    ["header digest", { HeaderDigest: "CRC32C" }],
    ["data digest", { DataDigest: "CRC32C" }],
    ["both digests", { HeaderDigest: "CRC32C", DataDigest: "CRC32C" }],
  ] as [string, Record<string, string>][]
) {
  const digests: RigOptions = {
    login: { keys },
    session: { limits: { headerDigest: ["CRC32C", "None"], dataDigest: ["CRC32C", "None"] } },
  };
  rigged(`F-59 §11.2.3 ${what}: reads and writes of every padding`, digests, async ({ session, target }) => {
    assert.is(session.parameters.headerDigest, "HeaderDigest" in keys);
    for (const length of [1, 2, 3, 4, 511, 512, 70_001]) {
      const wanted = read(length);
      const reading = session.execute(1, wanted);
      const command = await target.command();
      target.dataIn(command, { status: 0 }, pattern(length));
      await reading;
      assert.equal(wanted.dataIn, pattern(length));
      const writing = session.execute(1, write(length));
      const written = await target.command();
      assert.equal(written.data, pattern(length));
      target.respond(written);
      await writing;
    }
  });

  rigged(`F-60 F-61 §7.8 a wrong ${what} ends the connection`, digests, async ({ session, target }) => {
    const run = session.execute(1, read(512));
    const command = await target.command();
    const whole = target.frame(target.dataInHeader(command, { status: 0 }, 512), pattern(512));
    const at = "HeaderDigest" in keys ? 20 : whole.length - 10;
    whole[at] = whole[at]! ^ 0x10;
    target.socket.write(whole);
    await rejectsWith(
      run,
      "ISCSI_CONNECTION_LOST",
      "HeaderDigest" in keys ? "ISCSI_HEADER_DIGEST" : "ISCSI_DATA_DIGEST",
    );
    await target.gone();
  });
}

test("the tests know the layout of a Data-In", () => {
  const header = encodeDataIn({
    final: true,
    acknowledge: false,
    overflow: false,
    underflow: false,
    statusPresent: true,
    status: 0,
    dataSegmentLength: 0,
    lun: 0n,
    initiatorTaskTag: 1,
    targetTransferTag: 2,
    statSN: 3,
    expCmdSN: 4,
    maxCmdSN: 5,
    dataSN: 6,
    bufferOffset: 7,
    residualCount: 8,
  });
  assert.is(header[1], 0x81);
});

test.run();
