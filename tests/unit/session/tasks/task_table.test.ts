import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ScsiResult } from "../../../../src/command.ts";
import { LunState } from "../../../../src/session/commands/luns.ts";
import { Pending } from "../../../../src/session/commands/pending.ts";
import type { Connection } from "../../../../src/session/connection/connection.ts";
import { RequestTask, ScsiTask } from "../../../../src/session/tasks/task.ts";
import { TaskTable } from "../../../../src/session/tasks/task_table.ts";
import { Random } from "../../../contract/random.ts";
import { commandLimits } from "../limits.ts";

/** A connection as the table sees it: how much the socket has taken, and when it has let go of all memory. */
function connection(handedOverBytes = Infinity): Connection & { drain: () => void } {
  let drain = (): void => {};
  const drained = new Promise<void>((resolve) => drain = resolve);
  return { handedOverBytes, drained: () => drained, drain } as unknown as Connection & { drain: () => void };
}
const CONNECTION = connection();

/** Commands without a time limit, so that no timer keeps the test running. */
const LUN = new LunState(0n);
const PENDING = new Pending(commandLimits(0), { flushes: undefined, writes: undefined }, {
  endEarly: () => {},
  due: () => {},
  waits: () => {},
  depends: () => true,
});

const events = { answered: () => {}, rejected: () => {}, lost: () => {} };

function add(table: TaskTable): RequestTask {
  const task = new RequestTask("nop", CONNECTION, table.newTag(), events);
  table.add(task);
  return task;
}

test("a task is found by its tag until it is deleted", () => {
  const table = new TaskTable(PENDING, 7);
  const task = add(table);
  assert.is(task.itt, 7);
  assert.is(table.get(7, CONNECTION), task);
  assert.is(table.get(7 + 256, CONNECTION), undefined);
  table.delete(task);
  assert.is(table.get(7, CONNECTION), undefined);
  assert.is(table.size, 0);
  table.delete(task);
  assert.is(table.size, 0);
});

test("no tag is given out twice, the reserved one never, and the numbers go round", () => {
  const table = new TaskTable(PENDING, 0xffff_fffd);
  assert.equal([add(table).itt, add(table).itt, add(table).itt, add(table).itt], [0xffff_fffd, 0xffff_fffe, 0, 1]);
  assert.equal(table.all(CONNECTION).map((task) => task.itt), [0xffff_fffd, 0xffff_fffe, 0, 1]);
});

test("a tag in use is passed over when its turn comes again, and others with the same place are, too", () => {
  const table = new TaskTable(PENDING, 1);
  const old = add(table);
  for (let turn = 0; turn < 2000; turn++) {
    const task = add(table);
    assert.is(table.get(old.itt, CONNECTION), old);
    assert.is(table.get(task.itt, CONNECTION), task);
    table.delete(task);
  }
  assert.equal(table.all(CONNECTION), [old]);
});

test("any number of tasks, ended in any order, against a Map", () => {
  const seed = Date.now() >>> 0;
  console.log(`task table: seed ${seed}`);
  const random = new Random(seed);
  const table = new TaskTable(PENDING, 0xffff_ff00);
  const model = new Map<number, RequestTask>();
  for (let step = 0; step < 10_000; step++) {
    const grow = random.chance(step < 5_000 ? 0.6 : 0.4);
    if (grow) {
      const task = add(table);
      assert.not.ok(model.has(task.itt));
      model.set(task.itt, task);
    } else if (model.size > 0) {
      const tasks = [...model.values()];
      const task = random.pick(tasks.slice(0, 50));
      model.delete(task.itt);
      table.delete(task);
      assert.is(table.get(task.itt, CONNECTION), undefined);
    }
    if (step % 500 === 0) assert.equal(table.all(CONNECTION), [...model.values()]);
  }
  assert.is(table.size, model.size);
  for (const [tag, task] of model) assert.is(table.get(tag, CONNECTION), task);
});

// The verbs that end a task.

const RESULT: ScsiResult = { status: 0, sense: new Uint8Array(), dataIn: new Uint8Array(), underflow: 0, overflow: 0 };

function send(table: TaskTable, on: Connection, cmdSN: number, dataOut?: Uint8Array): ScsiTask {
  const command = PENDING.add(LUN, { cdb: new Uint8Array(6), dataOut }, {});
  command.promise.catch(() => {});
  command.carried = true;
  command.attempts = 1;
  const task = new ScsiTask(command, on, table.newTag(), cmdSN);
  table.add(task);
  return task;
}

test("an ended task is out of the table, its command has its result, and a second end is nothing", async () => {
  const table = new TaskTable(PENDING);
  const task = send(table, CONNECTION, 1);
  assert.is(table.of(task.command), task);
  table.end(task, { result: RESULT });
  table.end(task, { error: new Error("too late") });
  assert.is(await task.command.promise, RESULT);
  assert.is(table.size, 0);
  assert.is(table.results, 1);
  assert.is(table.of(task.command), undefined);
  assert.not.ok(task.command.carried);
});

test("a command whose buffer is being filled settles when its data are in", async () => {
  const table = new TaskTable(PENDING);
  const task = send(table, CONNECTION, 1);
  task.receiving = true;
  table.end(task, { error: new Error("aborted") });
  assert.is(table.get(task.itt, CONNECTION), undefined);
  assert.not.ok(task.command.settled);
  table.dataAreIn(task);
  assert.ok(task.command.settled);
  table.dataAreIn(task);
  assert.match(String(await task.command.promise.catch(String)), "aborted");
});

test("data that are in end nothing by themselves", () => {
  const table = new TaskTable(PENDING);
  const task = send(table, CONNECTION, 1);
  task.receiving = true;
  table.dataAreIn(task);
  assert.not.ok(task.command.settled);
  assert.is(table.size, 1);
});

test("a write settles when the socket holds none of its data", async () => {
  const table = new TaskTable(PENDING);
  const slow = connection(99);
  const [held, free] = [send(table, slow, 1, new Uint8Array(1)), send(table, slow, 2, new Uint8Array(1))];
  held.sentEnd = 100;
  free.sentEnd = 99;
  table.end(held, { result: RESULT });
  table.end(free, { result: RESULT });
  assert.ok(free.command.settled);
  assert.not.ok(held.command.settled);
  slow.drain();
  assert.is(await held.command.promise, RESULT);
});

test("a task that is taken back leaves its command as if it had not been sent", () => {
  const table = new TaskTable(PENDING);
  const task = send(table, CONNECTION, 1);
  const command = table.takeBack(task);
  assert.is(command, task.command);
  assert.equal([command.carried, command.attempts, command.settled, table.size], [false, 0, false, 0]);
});

test("tasks before a CmdSN are ended across its wrap, those of the connection that are meant, with their own abort's error", async () => {
  const table = new TaskTable(PENDING);
  const other = connection();
  const early = send(table, CONNECTION, 0xffff_ffff);
  const aborted = send(table, CONNECTION, 0);
  aborted.abortError = new Error("its own");
  const [elsewhere, notMeant] = [send(table, other, 0), send(table, CONNECTION, 1)];
  const [same, later] = [send(table, CONNECTION, 2), send(table, CONNECTION, 3)];
  table.endBefore(CONNECTION, 2, (task) => task !== notMeant, new Error("reset"));
  assert.match(String(await early.command.promise.catch(String)), "reset");
  assert.match(String(await aborted.command.promise.catch(String)), "its own");
  for (const task of [elsewhere, notMeant, same, later]) assert.not.ok(task.command.settled);
});

test("a lost connection gives its commands back unsettled, tells its requests, and leaves another connection's tasks alone", () => {
  const table = new TaskTable(PENDING);
  const other = connection();
  const [first, foreign, second] = [
    send(table, CONNECTION, 1),
    send(table, other, 1),
    send(table, CONNECTION, 2),
  ];
  const told: Error[] = [];
  table.add(new RequestTask("nop", CONNECTION, table.newTag(), { ...events, lost: (error) => told.push(error) }));
  const cause = new Error("gone");
  assert.equal(table.lose(CONNECTION, cause), [first, second]);
  assert.equal(told, [cause]);
  assert.ok(first.ended && second.ended && !first.command.settled && !first.command.carried);
  assert.is(table.size, 1);
  assert.is(table.get(foreign.itt, other), foreign);
  assert.is(table.get(foreign.itt, CONNECTION), undefined);
});

test("idle waits for the SCSI tasks of its connection, and for no request", async () => {
  const table = new TaskTable(PENDING);
  const other = connection();
  const [first, second] = [send(table, CONNECTION, 1), send(table, CONNECTION, 2)];
  send(table, other, 1);
  add(table);
  let idle = false;
  const waiting = table.idle(CONNECTION).then(() => idle = true);
  table.end(first, { result: RESULT });
  await Promise.resolve();
  assert.not.ok(idle);
  table.takeBack(second);
  await waiting;
  await table.idle(CONNECTION);
});

test.run();
