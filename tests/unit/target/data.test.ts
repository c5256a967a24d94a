// Data in both directions: segments, bursts, R2Ts, unsolicited data, residuals, digests (RFC 7143 §4.2.5, §11.3 to §11.8).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryBacking, startTarget, type Target, type TargetOptions } from "../../../src/target/mod.ts";
import { decodeDataIn, decodeR2T, Opcode, opcodeOf } from "../../../src/wire/mod.ts";
import { noise } from "../../lib/bytes.ts";
import { cdb10, Initiator } from "./initiator.ts";

async function withTarget(
  options: Partial<TargetOptions>,
  keys: Record<string, string>,
  use: (initiator: Initiator, target: Target) => Promise<void>,
): Promise<void> {
  const target = await startTarget({ luns: [{ backing: memoryBacking(8 * 1024 * 1024) }], ...options });
  try {
    const initiator = await Initiator.login(target.port, target.name, keys);
    await use(initiator, target);
    await initiator.close();
  } finally {
    await target.close();
  }
}

const FAST = { InitialR2T: "No", ImmediateData: "Yes", MaxRecvDataSegmentLength: "262144" };

test("a READ comes in segments of the initiator's length and sequences of MaxBurstLength, the status with the last", async () => {
  await withTarget({}, { ...FAST, MaxRecvDataSegmentLength: "1024", MaxBurstLength: "2048" }, async (initiator) => {
    const data = noise(5120);
    assert.is((await initiator.command(cdb10(0x2a, 3, 10), { write: data })).status, 0);
    initiator.start(cdb10(0x28, 3, 10), { read: 5120 });
    const seen = [];
    const bytes: number[] = [];
    for (let last = false; !last;) {
      const pdu = await initiator.expect(Opcode.DataIn);
      const { dataSN, bufferOffset, final, statusPresent, dataSegmentLength } = decodeDataIn(pdu.header);
      seen.push([dataSN, bufferOffset, dataSegmentLength, final, statusPresent]);
      bytes.push(...pdu.data);
      last = statusPresent;
    }
    assert.equal(seen, [
      [0, 0, 1024, false, false],
      [1, 1024, 1024, true, false],
      [2, 2048, 1024, false, false],
      [3, 3072, 1024, true, false],
      [4, 4096, 1024, true, true],
    ]);
    assert.equal(Uint8Array.from(bytes), data);
  });
});

test("a large READ is streamed, and equals what was written through R2Ts", async () => {
  await withTarget({}, { ...FAST, MaxBurstLength: "1048576", MaxOutstandingR2T: "4" }, async (initiator) => {
    const data = noise(4 * 1024 * 1024, 7);
    const tag = initiator.start(cdb10(0x2a, 0, 8192), { write: data, immediate: 8192 });
    let end = 8192;
    for (let r2tSN = 0; end < data.length; r2tSN++) {
      const r2t = decodeR2T((await initiator.expect(Opcode.R2T)).header);
      assert.is(r2t.r2tSN, r2tSN);
      assert.is(r2t.bufferOffset, end);
      assert.is(r2t.initiatorTaskTag, tag);
      assert.ok(r2t.desiredDataTransferLength > 0 && r2t.desiredDataTransferLength <= 1048576);
      end += r2t.desiredDataTransferLength;
      const half = 65536;
      for (let at = r2t.bufferOffset, dataSN = 0; at < end; at += half, dataSN++) {
        const piece = data.subarray(at, Math.min(at + half, end));
        const { targetTransferTag } = r2t;
        initiator.dataOut(tag, piece, { targetTransferTag, dataSN, bufferOffset: at, final: at + half >= end });
      }
    }
    assert.is((await initiator.finish()).status, 0);
    const read = await initiator.command(cdb10(0x28, 0, 8192), { read: data.length });
    assert.is(read.status, 0);
    assert.ok(read.data.every((byte, i) => byte === data[i]));
  });
});

test("R2Ts at once: as many as agreed on", async () => {
  for (const agreed of [1, 3]) {
    await withTarget({}, { ...FAST, MaxBurstLength: "4096", MaxOutstandingR2T: String(agreed) }, async (initiator) => {
      const data = noise(32768);
      const tag = initiator.start(cdb10(0x2a, 0, 64), { write: data, immediate: 0 });
      const open = [];
      for (let i = 0; i < agreed; i++) open.push(decodeR2T((await initiator.expect(Opcode.R2T)).header));
      const early = await initiator.next(100).then(() => "a PDU", () => "nothing");
      assert.is(early, "nothing", `no more than ${agreed} R2Ts`);
      for (let done = 0; done < 8; done++) {
        const r2t = open.shift() ?? decodeR2T((await initiator.expect(Opcode.R2T)).header);
        const { bufferOffset, targetTransferTag, desiredDataTransferLength } = r2t;
        const piece = data.subarray(bufferOffset, bufferOffset + desiredDataTransferLength);
        initiator.dataOut(tag, piece, { targetTransferTag, bufferOffset });
      }
      assert.is((await initiator.finish()).status, 0);
      assert.equal((await initiator.command(cdb10(0x28, 0, 64), { read: 32768 })).data, data);
    });
  }
});

test("immediate and unsolicited data together make FirstBurstLength, and an R2T fetches the rest", async () => {
  await withTarget({}, { ...FAST, FirstBurstLength: "2048", MaxBurstLength: "65536" }, async (initiator) => {
    const data = noise(5000 * 2).subarray(0, 9728);
    const fields = { final: false };
    const tag = initiator.start(cdb10(0x2a, 0, 19), { write: data, immediate: 700, fields });
    initiator.dataOut(tag, data.subarray(700, 1500), { bufferOffset: 700, dataSN: 0, final: false });
    initiator.dataOut(tag, data.subarray(1500, 2048), { bufferOffset: 1500, dataSN: 1, final: true });
    const r2t = decodeR2T((await initiator.expect(Opcode.R2T)).header);
    assert.equal([r2t.bufferOffset, r2t.desiredDataTransferLength], [2048, 9728 - 2048]);
    const { targetTransferTag } = r2t;
    initiator.dataOut(tag, data.subarray(2048), { bufferOffset: 2048, targetTransferTag });
    assert.is((await initiator.finish()).status, 0);
    assert.equal((await initiator.command(cdb10(0x28, 0, 19), { read: data.length })).data, data);
  });
});

test("data that were not agreed on end the command with B/0C0C or B/0C0D, and the session lives", async () => {
  await withTarget({}, { ...FAST, FirstBurstLength: "1024" }, async (initiator) => {
    const tooMuch = await initiator.command(cdb10(0x2a, 0, 4), { write: noise(2048), immediate: 1536 });
    assert.is(tooMuch.code, "b/0c0c", "immediate data beyond FirstBurstLength");
    const tag = initiator.start(cdb10(0x2a, 0, 4), { write: noise(2048), immediate: 0, fields: { final: false } });
    initiator.dataOut(tag, noise(512), { final: true });
    assert.is((await initiator.finish()).code, "b/0c0d", "fewer unsolicited data than announced");
    assert.is((await initiator.command([0, 0, 0, 0, 0, 0])).status, 0);
  });
  await withTarget({ immediateData: false }, { ...FAST }, async (initiator) => {
    const outcome = await initiator.command(cdb10(0x2a, 0, 1), { write: noise(512) });
    assert.is(outcome.code, "b/0c0c", "immediate data although ImmediateData=No");
  });
  await withTarget({ initialR2T: true }, { ...FAST }, async (initiator) => {
    const tag = initiator.start(cdb10(0x2a, 0, 1), { write: noise(512), immediate: 0, fields: { final: false } });
    initiator.dataOut(tag, noise(512));
    assert.is((await initiator.finish()).code, "b/0c0c", "unsolicited data although InitialR2T=Yes");
    assert.is((await initiator.command([0, 0, 0, 0, 0, 0])).status, 0, "the late Data-Out is dropped");
  });
});

test("a Data-Out out of sequence fails the command and writes nothing", async () => {
  const wrong: [string, { dataSN?: number; bufferOffset?: number }][] = [
    ["DataSN", { dataSN: 1 }],
    ["offset", { bufferOffset: 512 }],
    ["offset beyond the end", { bufferOffset: 0xfffffff0 }],
  ];
  for (const [what, fields] of wrong) {
    await withTarget({}, { ...FAST }, async (initiator) => {
      const tag = initiator.start(cdb10(0x2a, 0, 2), { write: noise(1024), immediate: 0 });
      const { targetTransferTag } = decodeR2T((await initiator.expect(Opcode.R2T)).header);
      initiator.dataOut(tag, noise(1024), { targetTransferTag, ...fields });
      assert.is((await initiator.finish()).code, "b/4705", what);
      const read = await initiator.command(cdb10(0x28, 0, 2), { read: 1024 });
      assert.ok(read.data.every((byte) => byte === 0), what);
    });
  }
});

test("more data than the R2T asked for are not taken", async () => {
  await withTarget({}, { ...FAST }, async (initiator) => {
    const tag = initiator.start(cdb10(0x2a, 0, 1), { write: noise(512), immediate: 0 });
    const { targetTransferTag } = decodeR2T((await initiator.expect(Opcode.R2T)).header);
    initiator.dataOut(tag, noise(4096), { targetTransferTag });
    assert.is((await initiator.finish()).code, "b/4705");
  });
});

test("residuals: the counts are exact in both directions", async () => {
  await withTarget({}, { ...FAST }, async (initiator) => {
    const read = async (blocks: number, expected: number) => {
      const { status, data, residual } = await initiator.command(cdb10(0x28, 0, blocks), { read: expected });
      return [status, data.length, residual];
    };
    assert.equal(await read(1, 0), [0, 0, 512]);
    assert.equal(await read(1, 10000), [0, 512, 512 - 10000]);
    assert.equal(await read(1, 200), [0, 200, 312]);
    assert.equal(await read(2, 512), [0, 512, 512]);
    assert.equal(await read(0, 512), [0, 0, -512]);
    const write = async (blocks: number, length: number) => {
      const { status, code, residual } = await initiator.command(cdb10(0x2a, 0, blocks), { write: noise(length) });
      return [status, code, residual];
    };
    assert.equal(await write(1, 1024), [0, "", -512]);
    assert.equal(await write(2, 512), [0, "", 512]);
    assert.equal(await write(1, 0), [0, "", 512]);
    assert.equal(await write(1, 200), [2, "5/0e03", 312], "a part of a block is not written");
    assert.equal(await read(1, 512), [0, 512, 0]);
    const bad = await initiator.command(cdb10(0x28, 0x7fffffff, 1), { read: 512 });
    assert.equal([bad.status, bad.code, bad.residual], [2, "5/2100", -512]);
  });
});

test("both digests: right ones pass both ways", async () => {
  const keys = { ...FAST, HeaderDigest: "CRC32C,None", DataDigest: "CRC32C" };
  await withTarget({}, keys, async (initiator) => {
    assert.ok(initiator.headerDigest && initiator.dataDigest);
    const data = noise(100_000 * 2).subarray(0, 102_400);
    const tag = initiator.start(cdb10(0x2a, 0, 200), { write: data, immediate: 1537 - 1 });
    const r2t = decodeR2T((await initiator.expect(Opcode.R2T)).header);
    initiator.dataOut(tag, data.subarray(1536, 1536 + 5), { ...r2t, final: false });
    initiator.dataOut(tag, data.subarray(1541), { ...r2t, bufferOffset: 1541, dataSN: 1 });
    assert.is((await initiator.finish()).status, 0);
    assert.equal((await initiator.command(cdb10(0x28, 0, 200), { read: data.length })).data, data);
  });
});

test("a wrong digest ends the connection, and nothing is written", async () => {
  for (const which of ["header", "data"] as const) {
    await withTarget({}, { ...FAST, HeaderDigest: "CRC32C", DataDigest: "CRC32C" }, async (initiator, target) => {
      // The next PDU goes out without one of its digests: what follows is taken for it.
      if (which === "header") initiator.headerDigest = false;
      else initiator.dataDigest = false;
      initiator.start(cdb10(0x2a, 0, 1), { write: noise(512) });
      initiator.start(cdb10(0x2a, 0, 1), { write: noise(512) });
      await initiator.closed;
      const other = await Initiator.login(target.port, target.name);
      const read = await other.command(cdb10(0x28, 0, 1), { read: 512 });
      assert.ok(read.data.every((byte) => byte === 0));
      await other.close();
    });
  }
});

test("many commands at once: every one is answered, and MaxCmdSN never goes back", async () => {
  await withTarget({ queueDepth: 8 }, { ...FAST }, async (initiator) => {
    assert.is(initiator.maxCmdSN, initiator.cmdSN + 7, "the window of the login");
    let sent = 0;
    let done = 0;
    let max = initiator.maxCmdSN;
    while (done < 200) {
      while (sent < 200 && initiator.cmdSN <= max) {
        initiator.start(cdb10(0x28, sent, 1), { read: 512 });
        sent++;
      }
      const outcome = await initiator.finish();
      assert.is(outcome.status, 0);
      assert.ok(initiator.maxCmdSN >= max);
      max = initiator.maxCmdSN;
      done++;
    }
  });
});

test("commands outside the window are ignored; one that comes early waits for its turn", async () => {
  await withTarget({ queueDepth: 4 }, { ...FAST }, async (initiator) => {
    const next = initiator.cmdSN;
    initiator.start([0, 0, 0, 0, 0, 0], { fields: { cmdSN: next + 4 } });
    initiator.start([0, 0, 0, 0, 0, 0], { fields: { cmdSN: next - 1 } });
    const early = initiator.start([0, 0, 0, 0, 0, 0], { fields: { cmdSN: next + 1 } });
    assert.is(await initiator.next(100).then(() => "a PDU", () => "nothing"), "nothing");
    const first = initiator.start([0, 0, 0, 0, 0, 0]);
    const tags = [];
    for (let i = 0; i < 2; i++) {
      const { header } = await initiator.expect(Opcode.ScsiResponse);
      tags.push(new DataView(header.buffer).getUint32(16));
    }
    assert.equal(tags, [first, early]);
    initiator.cmdSN = next + 2;
    assert.is((await initiator.command([0, 0, 0, 0, 0, 0])).status, 0);
  });
});

test("an immediate command leaves CmdSN as it is", async () => {
  await withTarget({}, { ...FAST }, async (initiator) => {
    assert.is((await initiator.command([0, 0, 0, 0, 0, 0], { fields: { immediate: true } })).status, 0);
    assert.is((await initiator.command([0, 0, 0, 0, 0, 0])).status, 0);
    assert.is(opcodeOf(Uint8Array.of(0x41)), Opcode.ScsiCommand);
  });
});

test.run();
