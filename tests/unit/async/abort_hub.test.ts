import { test } from "uvu";
import * as assert from "uvu/assert";
import { onAbort, SignalWait } from "../../../src/async/on_abort.ts";

/** A signal that counts its listeners. */
function counted(): { controller: AbortController; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  let count = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = ((...args: Parameters<typeof add>) => {
    count++;
    add(...args);
  }) as typeof signal.addEventListener;
  signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
    count--;
    remove(...args);
  }) as typeof signal.removeEventListener;
  return { controller, listeners: () => count };
}

test("all that wait are called once, in the order in which they began", () => {
  const { controller, listeners } = counted();
  const called: number[] = [];
  const waits = [0, 1, 2, 3].map((number) => new SignalWait(controller.signal, () => called.push(number)));
  assert.is(listeners(), 1);
  waits[2]?.forget();
  controller.abort();
  controller.abort();
  assert.equal(called, [0, 1, 3]);
  assert.is(listeners(), 0);
  for (const wait of waits) wait.forget();
});

test("the listener goes when nobody waits any more, whatever the order in which they ended", () => {
  const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
  const { controller, listeners } = counted();
  for (const order of orders) {
    const called: number[] = [];
    const waits = [0, 1, 2].map((number) => new SignalWait(controller.signal, () => called.push(number)));
    for (const [step, index] of order.entries()) {
      assert.is(listeners(), 1);
      waits[index]?.forget();
      waits[index]?.forget();
      assert.is(waits.filter((wait) => wait.over).length, step + 1);
    }
    assert.is(listeners(), 0);
    assert.equal(called, []);
  }
});

test("what one callback forgets is not called, and what begins in one does not wait for this abort", () => {
  const { controller } = counted();
  const called: string[] = [];
  const first = new SignalWait(controller.signal, () => {
    called.push("first");
    second.forget();
  });
  const second = new SignalWait(controller.signal, () => called.push("second"));
  const third = new SignalWait(controller.signal, () => called.push("third"));
  controller.abort();
  assert.equal(called, ["first", "third"]);
  assert.ok(first.over && second.over && third.over);
});

test("onAbort() and SignalWait share the one listener and the order", () => {
  const { controller, listeners } = counted();
  const called: string[] = [];
  const same = (): number => called.push("twice");
  onAbort(controller.signal, () => called.push("first"));
  new SignalWait(controller.signal, () => called.push("second"));
  onAbort(controller.signal, same);
  onAbort(controller.signal, same);
  const forget = onAbort(controller.signal, () => called.push("forgotten"));
  assert.is(listeners(), 1);
  forget();
  forget();
  controller.abort();
  assert.equal(called, ["first", "second", "twice", "twice"]);
  assert.is(listeners(), 0);
});

test("onAbort() of a signal that has fired calls at once, and without a signal never", () => {
  const called: string[] = [];
  onAbort(AbortSignal.abort(), () => called.push("fired"))();
  onAbort(undefined, () => called.push("none"))();
  assert.equal(called, ["fired"]);
});

test.run();
