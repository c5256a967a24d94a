// An abort of discover() is an abort of all of it, and no list of targets that failed.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { discover, formatIscsiUrl, type IscsiSession, listLuns, type LunAddress, parseIscsiUrl } from "../../../mod.ts";
import { encodeLun, lunHex } from "../../../src/bytes/lun.ts";
import { memoryBacking, startTarget, type Target } from "../../../src/target/mod.ts";

let target: Target;
let url: string;

test.before(async () => {
  target = await startTarget({ port: 0, luns: [0, 1].map((number) => ({ number, backing: memoryBacking(1 << 20) })) });
  url = `iscsi://${target.host}:${target.port}`;
});

test("it lists targets and LUNs", async () => {
  const [found] = await discover(url, { luns: true });
  assert.equal(found?.luns?.map(({ number, size }) => [number, size]), [[0, 1n << 20n], [1, 1n << 20n]]);
});

test("a LUN that no number gives stays its eight bytes, in the listing, in commands to it, and in its URL", async () => {
  const fields = [
    "0001000000000000",
    // The same number by flat addressing, and one that only flat addressing can say.
    "4001000000000000",
    "4100000000000000",
    // A bus, two levels, 24 bits.
    "0102000000000000",
    "0101000200000000",
    "d200000500000000",
  ];
  const asked: string[] = [];
  const session = {
    state: "connected",
    on: () => () => {},
    lun: (address: LunAddress) => ({
      execute: (command: { cdb: Uint8Array; dataIn?: unknown }) => {
        const list = command.cdb[0] === 0xa0;
        if (!list) asked.push(lunHex(encodeLun(address)));
        // A device of no known type: nothing but INQUIRY is asked of it.
        const text = list ? `${"00000030"}00000000${fields.join("")}` : `7f${"00".repeat(35)}`;
        const dataIn = Uint8Array.from(text.match(/../g)!, (byte) => parseInt(byte, 16));
        return Promise.resolve({ status: 0, dataIn, transferred: dataIn.length, residual: 0, sense: undefined });
      },
    }),
  } as unknown as IscsiSession;
  const found = await listLuns(session);
  assert.equal(found.map(({ number }) => number), [
    1,
    256,
    0x0101000200000000n,
    0x0102000000000000n,
    0x4001000000000000n,
    0xd200000500000000n,
  ]);
  assert.equal(asked.toSorted(), fields.toSorted());
  const opened = found.map(({ number }) => {
    const url = formatIscsiUrl({ host: "h", targetName: "iqn.2026-01.test:t", lun: number });
    return lunHex(encodeLun(parseIscsiUrl(url).lun!));
  });
  assert.equal(opened.toSorted(), fields.toSorted());
});

test("an abort at any moment is ABORT_ERR", async () => {
  let aborted = 0;
  // One PDU more of the initiator each time, until one whole discovery is over before the abort.
  for (let pdus = 1; aborted === pdus - 1; pdus++) {
    const abort = new AbortController();
    let seen = 0;
    const work = discover(url, {
      luns: true,
      signal: abort.signal,
      tap: ({ direction }) => {
        if (direction === "out" && ++seen === pdus) abort.abort();
      },
    });
    await work.then(
      (found) => assert.is(found[0]?.error, undefined),
      (error) => {
        assert.is(error.code, "ABORT_ERR", `at PDU ${pdus}: ${error.message}`);
        aborted++;
      },
    );
  }
  // Two logins, SendTargets, REPORT LUNS, and so on.
  assert.ok(aborted > 5, `${aborted}`);
});

test.after(() => target.close());

test.run();
