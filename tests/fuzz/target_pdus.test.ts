// time limit: 120 s
// Seeded rubbish against the target: whatever one connection sends, the listener, the data and the other session live on.
import { test } from "uvu";
import * as assert from "uvu/assert";
import process from "node:process";
import { memoryBacking, startTarget, type Target } from "../../src/target/mod.ts";
import { encodeTextKeys } from "../../src/wire/mod.ts";
import { cdb10, Initiator } from "../unit/target/initiator.ts";
import { noise } from "../lib/bytes.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 1_000_000);
console.log(`FUZZ_SEED=${seed}`);

/** Numbers from a seed: the same run for the same seed. */
function random(start: number): (below: number) => number {
  let state = start >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const GUARDED = 64;

async function withWitness(use: (target: Target, check: () => Promise<void>) => Promise<void>): Promise<void> {
  const target = await startTarget({
    // LUN 1 is the witness's own: what fuzzing writes goes to LUN 0.
    luns: [{ backing: memoryBacking(1024 * 1024) }, { backing: memoryBacking(65536) }],
    loginTimeout: 2000,
    maxSessions: 20,
  });
  try {
    const witness = await Initiator.connect(target.port);
    witness.isid = Uint8Array.of(0x80, 9, 9, 9, 9, 9);
    await witness.login({ TargetName: target.name });
    const data = noise(GUARDED * 512, 99);
    const written = await witness.command(cdb10(0x2a, 0, GUARDED), { write: data, lun: 1 });
    assert.is(written.status, 0);
    await use(target, async () => {
      const outcome = await witness.command(cdb10(0x28, 0, GUARDED), { read: data.length, lun: 1 });
      if (outcome.code === "6/2900" || outcome.code === "6/2f00" || outcome.code === "6/2a01") return;
      assert.is(outcome.status, 0);
      assert.equal(outcome.data, data);
    });
    await witness.close();
  } finally {
    await target.close();
  }
}

test("bytes of any kind as the first ones", async () => {
  const next = random(seed);
  await withWitness(async (target, check) => {
    for (let round = 0; round < 200; round++) {
      const one = await Initiator.connect(target.port);
      const bytes = Uint8Array.from({ length: 1 + next(300) }, () => next(256));
      if (next(2) === 0) bytes[0] = 0x43;
      one.socket.write(bytes);
      if (next(3) === 0) one.socket.end();
      else one.socket.destroy();
      await one.closed;
      if (round % 50 === 0) await check();
    }
    await check();
  });
});

test("logins with keys, stages and flags of any kind", async () => {
  const next = random(seed + 1);
  const keys = [
    "InitiatorName",
    "TargetName",
    "SessionType",
    "AuthMethod",
    "CHAP_A",
    "CHAP_R",
    "CHAP_N",
    "HeaderDigest",
    "MaxRecvDataSegmentLength",
    "MaxBurstLength",
    "FirstBurstLength",
    "InitialR2T",
    "X-nonsense",
  ];
  const values = [
    "",
    "Yes",
    "No",
    "0",
    "-1",
    "99999999999999999999",
    "None",
    "CHAP",
    "CRC32C,None",
    "0x",
    "0b!!",
    "Normal",
  ];
  await withWitness(async (target, check) => {
    values.push(target.name, "iqn.2026-01.example:fuzz", "Discovery");
    for (let round = 0; round < 300; round++) {
      const one = await Initiator.connect(target.port);
      for (let step = 0; step < 4; step++) {
        const pairs = Array.from({ length: next(6) }, (): [string, string] => [
          keys[next(keys.length)]!,
          values[next(values.length)]!,
        ]);
        const text = encodeTextKeys([
          ["InitiatorName", "iqn.2026-01.example:fuzz"],
          ["TargetName", target.name],
          ...pairs,
        ]);
        if (next(4) === 0) text[next(text.length)] = next(256);
        const fields = {
          transit: next(2) === 0,
          continue: next(5) === 0,
          currentStage: next(4),
          nextStage: next(4),
          tsih: next(10) === 0 ? next(65536) : 0,
          cid: next(3),
          isid: Uint8Array.of(0x80, 0, 0, 0, 0, next(4)),
          versionMin: next(20) === 0 ? 1 : 0,
        };
        const ended = await one.loginStep(text, fields).then(() => false, () => true);
        if (ended) break;
      }
      await one.close();
      if (round % 50 === 0) await check();
    }
    await check();
  });
});

test("PDUs of a session with any of their bytes changed, and commands of any kind", async () => {
  const next = random(seed + 2);
  const opcodes = [0x00, 0x01, 0x01, 0x01, 0x02, 0x03, 0x04, 0x05, 0x05, 0x06, 0x10, 0x1c, 0x3f];
  const commands = [
    0x00,
    0x03,
    0x08,
    0x0a,
    0x12,
    0x15,
    0x1a,
    0x1b,
    0x25,
    0x28,
    0x2a,
    0x2e,
    0x2f,
    0x34,
    0x35,
    0x41,
    0x42,
  ];
  commands.push(
    0x55,
    0x5a,
    0x5e,
    0x5f,
    0x88,
    0x89,
    0x8a,
    0x8b,
    0x8e,
    0x8f,
    0x91,
    0x93,
    0x9e,
    0xa0,
    0xa3,
    0xa8,
    0xaa,
    0xff,
  );
  await withWitness(async (target, check) => {
    for (let round = 0; round < 250; round++) {
      const one = await Initiator.connect(target.port);
      one.isid = Uint8Array.of(0x80, 0, 0, 0, 1, next(3));
      const digests = next(4) === 0 ? { HeaderDigest: "CRC32C", DataDigest: "CRC32C" } : {};
      await one.login({
        TargetName: target.name,
        InitialR2T: next(2) === 0 ? "No" : "Yes",
        FirstBurstLength: "4096",
        ...digests,
      });
      for (let step = 0; step < 30; step++) {
        const header = new Uint8Array(48);
        const opcode = opcodes[next(opcodes.length)]!;
        header[0] = opcode | (next(3) === 0 ? 0x40 : 0);
        const view = new DataView(header.buffer);
        header[1] = opcode === 0x01 ? 0x80 | (next(4) << 5) | next(5) : 0x80 | next(8);
        view.setUint32(16, next(6));
        view.setUint32(20, opcode === 0x01 ? next(5000) : next(2) === 0 ? 0xffffffff : next(4));
        view.setUint32(24, one.cmdSN);
        if (next(8) !== 0 && (header[0] & 0x40) === 0 && opcode !== 0x05) one.cmdSN++;
        if (opcode === 0x01) {
          header[32] = commands[next(commands.length)]!;
          for (let i = 33; i < 48; i++) if (next(4) === 0) header[i] = next(next(2) === 0 ? 8 : 256);
        }
        // Rarely a byte of any meaning; the LUN stays 0.
        if (next(6) === 0) header[[1, 2, 4, 5, 16, 20, 36, 40, 44][next(9)]!] = next(256);
        // TARGET COLD RESET ends all connections, the witness's too, and rightly so.
        if (opcode === 0x02 && (header[1] & 0x7f) === 7) header[1] = 0x85;
        const data = next(3) === 0 ? noise(next(2000), step + 1) : new Uint8Array(0);
        if (next(10) !== 0) view.setUint32(4, (header[4]! << 24) | data.length);
        one.send(header, data);
      }
      // Some go at once, some after the answers.
      if (next(2) === 0) await one.next(20).catch(() => undefined);
      await one.close();
      if (round % 25 === 0) await check();
    }
    await check();
    await check();
  });
});

test.run();
