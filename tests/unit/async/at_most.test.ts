import { test } from "uvu";
import * as assert from "uvu/assert";
import { AtMost } from "../../../src/async/at_most.ts";

/** Jobs that end when they are told to. */
function jobs(most: AtMost, count: number) {
  const started: number[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const results = Array.from({ length: count }, (_, index) =>
    most.run(() =>
      new Promise<number>((resolve, reject) => {
        started.push(index);
        ends[index] = (error) => error === undefined ? resolve(index) : reject(error);
      })
    ));
  return { started, ends, results };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

test("starts no more jobs than it may, in order, and the next one when one has ended", async () => {
  const { started, ends, results } = jobs(new AtMost(2), 4);
  await turn();
  assert.equal(started, [0, 1]);
  ends[1]!();
  assert.is(await results[1], 1);
  await turn();
  assert.equal(started, [0, 1, 2]);
  ends[0]!();
  ends[2]!();
  await turn();
  ends[3]!();
  assert.equal(await Promise.all(results), [0, 1, 2, 3]);
});

test("a job that fails makes room for the next one", async () => {
  const { started, ends, results } = jobs(new AtMost(1), 2);
  const failed = results[0]!.then(() => undefined, (error: Error) => error.message);
  await turn();
  ends[0]!(new Error("no"));
  assert.is(await failed, "no");
  await turn();
  assert.equal(started, [0, 1]);
  ends[1]!();
  assert.is(await results[1], 1);
});

test("places are not lost: as many run at once after all have ended", async () => {
  const most = new AtMost(2);
  const first = jobs(most, 3);
  for (let index = 0; index < 3; index++) {
    await turn();
    first.ends[index]!();
  }
  await Promise.all(first.results);
  const second = jobs(most, 3);
  await turn();
  assert.equal(second.started, [0, 1]);
  second.ends.forEach((end) => end());
  await turn();
  second.ends[2]!();
  await Promise.all(second.results);
});

test.run();
