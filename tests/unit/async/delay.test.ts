import { test } from "uvu";
import * as assert from "uvu/assert";
import { delay, settlesWithin } from "../../../src/async/delay.ts";
import { unlessAborted } from "../../../src/async/unless_aborted.ts";
import { AbortError } from "../../../src/errors.ts";

const never = new Promise<never>(() => {});
const failure = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error) => error);

test("delay() waits so long", async () => {
  const began = performance.now();
  await delay(30, new AbortController().signal);
  // A timer may be a little early by this clock.
  assert.ok(performance.now() - began >= 25);
});

test("delay() ends with the signal, before or while it waits", async () => {
  for (const signal of [AbortSignal.abort("enough"), AbortSignal.timeout(5)]) {
    const error = await failure(delay(60_000, signal));
    assert.instance(error, AbortError);
    assert.is((error as AbortError).code, "ABORT_ERR");
    assert.is((error as AbortError).cause, signal.reason);
  }
});

test("settlesWithin() tells whether a promise settled in time, however it did", async () => {
  assert.is(await settlesWithin(Promise.resolve(1), 60_000), true);
  assert.is(await settlesWithin(Promise.reject(new Error("no")), 60_000), true);
  assert.is(await settlesWithin(never, 5), false);
});

test("unlessAborted() settles as the work does, or with the signal", async () => {
  const { signal } = new AbortController();
  const no = new Error("no");
  assert.is(await unlessAborted(Promise.resolve(1), signal), 1);
  assert.is(await unlessAborted(Promise.resolve(2), undefined), 2);
  assert.is(await failure(unlessAborted(Promise.reject(no), signal)), no);
  const abort = new AbortController();
  const waiting = failure(unlessAborted(never, abort.signal));
  abort.abort("enough");
  assert.instance(await waiting, AbortError);
  assert.is((await waiting as AbortError).cause, "enough");
  assert.instance(await failure(unlessAborted(never, AbortSignal.abort())), AbortError);
});

test.run();
