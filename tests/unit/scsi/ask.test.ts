// Questions to a unit: which commands go out, in which order, and what comes of refusals.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../../src/bytes/mod.ts";
import type { ScsiExecutor } from "../../../src/command.ts";
import { ErrorCode, IscsiError } from "../../../src/errors.ts";
import { askCapacity } from "../../../src/scsi/ask/capacity.ts";
import { askLuns } from "../../../src/scsi/ask/luns.ts";
import { askModePages } from "../../../src/scsi/ask/pages.ts";
import { assertRejects, rejection } from "../../lib/rejections.ts";

const UNKNOWN_COMMAND = "70000500000000 0a 00000000 20 00 00000000";
const INVALID_FIELD = "70000500000000 0a 00000000 24 00 00000000";
const NO_MEDIUM = "70000200000000 0a 00000000 3a 00 00000000";

const CAPACITY_16 = "9e100000000000000000000000200000";
const CAPACITY_10 = "25000000000000000000";
const EIGHT_BLOCKS_16 = "0000000000000007 00000200 00 03 c000" + "00".repeat(16);
const EIGHT_BLOCKS_10 = "00000007 00000200";
const TOO_LARGE_10 = "ffffffff 00000200";

/** Gives the answers by CDB: data, or `sense` and sense data; `sent` has the CDBs in their order. */
function unit(answers: Record<string, string>): ScsiExecutor & { sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    execute({ cdb, dataIn }) {
      sent.push(toHex(cdb));
      const answer = answers[toHex(cdb)];
      if (answer === undefined) return Promise.reject(new IscsiError(ErrorCode.ConnectionLost, toHex(cdb)));
      const [kind, hex] = answer.startsWith("sense ") ? ["sense", answer.slice(6)] : ["data", answer];
      const bytes = fromHex(hex!.replaceAll(" ", ""));
      const empty = new Uint8Array(0);
      if (kind === "sense") {
        return Promise.resolve({ status: 2, sense: bytes, dataIn: empty, underflow: 0, overflow: 0 });
      }
      const room = dataIn!.subarray(0, Math.min(bytes.length, dataIn!.length));
      room.set(bytes.subarray(0, room.length));
      return Promise.resolve({ status: 0, sense: empty, dataIn: room, underflow: 0, overflow: 0 });
    },
  };
}

test("capacity: READ CAPACITY(16) is asked first, and is enough", async () => {
  const disk = unit({ [CAPACITY_16]: EIGHT_BLOCKS_16 });
  assert.equal(await askCapacity(disk, {}), {
    blocks: 8n,
    blockSize: 512,
    physicalExponent: 3,
    thinProvisioned: true,
    unmappedReadsZeros: true,
  });
  assert.equal(disk.sent, [CAPACITY_16]);
});

const SMALL = { blocks: 8n, blockSize: 512, physicalExponent: 0, thinProvisioned: false, unmappedReadsZeros: false };

test("capacity: READ CAPACITY(10) where (16) is refused, or answered with too little", async () => {
  for (const first of [`sense ${UNKNOWN_COMMAND}`, `sense ${INVALID_FIELD}`, "00000000 00000007"]) {
    const disk = unit({ [CAPACITY_16]: first, [CAPACITY_10]: EIGHT_BLOCKS_10 });
    assert.equal(await askCapacity(disk, {}), SMALL);
    assert.equal(disk.sent, [CAPACITY_16, CAPACITY_10]);
  }
});

test("capacity: a CD is asked by READ CAPACITY(10) alone", async () => {
  const disc = unit({ [CAPACITY_10]: EIGHT_BLOCKS_10 });
  assert.equal(await askCapacity(disc, { deviceType: 5 }), SMALL);
  assert.equal(disc.sent, [CAPACITY_10]);
});

test("capacity: 2^32 blocks or more without READ CAPACITY(16)", async () => {
  const disk = unit({ [CAPACITY_16]: `sense ${UNKNOWN_COMMAND}`, [CAPACITY_10]: TOO_LARGE_10 });
  await assertRejects(askCapacity(disk, {}), "BLOCK_UNSUPPORTED");
});

test("capacity: what both forms say is the error", async () => {
  const empty = unit({ [CAPACITY_16]: `sense ${NO_MEDIUM}`, [CAPACITY_10]: `sense ${NO_MEDIUM}` });
  await assertRejects(askCapacity(empty, {}), "SCSI_MEDIUM_NOT_PRESENT");
  assert.equal(empty.sent, [CAPACITY_16, CAPACITY_10]);
});

test("capacity: a lost connection is not taken for a unit without one", async () => {
  await assertRejects(askCapacity(unit({}), {}), ErrorCode.ConnectionLost);
});

const SIX = "1a000800ff00";
const TEN = "5a000800000000100000";
const CACHING = "08 0a 04" + "00".repeat(9);

test("mode pages: the first form is enough", async () => {
  const six = unit({ [SIX]: `0f 00 00 00 ${CACHING}` });
  const data = await askModePages(six, { pageCode: 8 }, { first: 6 });
  assert.equal(data.pages.map((page) => page.pageCode), [8]);
  assert.equal(six.sent, [SIX]);
});

test("mode pages: the other form where the first is refused, whichever that is", async () => {
  const onlyTen = unit({ [SIX]: `sense ${UNKNOWN_COMMAND}`, [TEN]: `0012 00 00 00 00 0000 ${CACHING}` });
  assert.is((await askModePages(onlyTen, { pageCode: 8 }, { first: 6 })).pages.length, 1);
  assert.equal(onlyTen.sent, [SIX, TEN]);
  const onlySix = unit({ [TEN]: `sense ${UNKNOWN_COMMAND}`, [SIX]: `0f 00 00 00 ${CACHING}` });
  assert.is((await askModePages(onlySix, { pageCode: 8 }, { first: 10 })).pages.length, 1);
  assert.equal(onlySix.sent, [TEN, SIX]);
});

test("mode pages: a page that the unit does not have is asked for once", async () => {
  const without = unit({ [TEN]: `sense ${INVALID_FIELD}` });
  const error = await rejection(askModePages(without, { pageCode: 8 }, { first: 10 }));
  assert.is(error.code, "SCSI_ILLEGAL_REQUEST");
  assert.match(error.message, /^MODE SENSE\(10\) failed: .*24\/00/);
  assert.equal(without.sent, [TEN]);
});

test("mode pages: where both forms are not known, the first one's refusal is the error", async () => {
  const neither = unit({ [TEN]: `sense ${UNKNOWN_COMMAND}`, [SIX]: `sense ${UNKNOWN_COMMAND}` });
  const error = await rejection(askModePages(neither, { pageCode: 8 }, { first: 10 }));
  assert.match(error.message, /^MODE SENSE\(10\) failed: .*20\/00/);
  assert.equal(neither.sent, [TEN, SIX]);
});

test("REPORT LUNS is asked again with the room that was missing", async () => {
  const list = Array.from({ length: 1026 }, (_, lun) => (0x4000 | lun).toString(16) + "000000000000").join("");
  const answer = "00002010" + "00000000" + list;
  const target = unit({ "a00000000000000020080000": answer, "a00000000000000020180000": answer });
  assert.is((await askLuns(target)).luns.length, 1026);
  assert.equal(target.sent, ["a00000000000000020080000", "a00000000000000020180000"]);
});

test("REPORT LUNS is asked once where the answer is whole", async () => {
  const target = unit({ "a00002000000000020080000": "00000008 00000000 0001000000000000" });
  assert.equal((await askLuns(target, { selectReport: 2 })).luns.map((lun) => lun.number), [1]);
  assert.equal(target.sent, ["a00002000000000020080000"]);
});

test.run();
