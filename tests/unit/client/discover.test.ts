// An abort of discover() is an abort of all of it, and no list of targets that failed.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { discover } from "../../../mod.ts";
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
