import { test } from "uvu";
import * as assert from "uvu/assert";
import { RequestTask } from "../../../../src/session/tasks/task.ts";
import { TaskTable } from "../../../../src/session/tasks/task_table.ts";
import { Random } from "../../../contract/random.ts";

const events = { answered: () => {}, rejected: () => {}, lost: () => {} };

function add(table: TaskTable): RequestTask {
  const task = new RequestTask("nop", table.newTag(), events);
  table.add(task);
  return task;
}

test("a task is found by its tag until it is deleted", () => {
  const table = new TaskTable(7);
  const task = add(table);
  assert.is(task.itt, 7);
  assert.is(table.get(7), task);
  assert.is(table.get(7 + 256), undefined);
  table.delete(task);
  assert.is(table.get(7), undefined);
  assert.is(table.size, 0);
  table.delete(task);
  assert.is(table.size, 0);
});

test("no tag is given out twice, the reserved one never, and the numbers go round", () => {
  const table = new TaskTable(0xffff_fffd);
  assert.equal([add(table).itt, add(table).itt, add(table).itt, add(table).itt], [0xffff_fffd, 0xffff_fffe, 0, 1]);
  assert.equal(table.all().map((task) => task.itt), [0xffff_fffd, 0xffff_fffe, 0, 1]);
});

test("a tag in use is passed over when its turn comes again, and others with the same place are, too", () => {
  const table = new TaskTable(1);
  const old = add(table);
  for (let turn = 0; turn < 2000; turn++) {
    const task = add(table);
    assert.is(table.get(old.itt), old);
    assert.is(table.get(task.itt), task);
    table.delete(task);
  }
  assert.equal(table.all(), [old]);
});

test("any number of tasks, ended in any order, against a Map", () => {
  const seed = Date.now() >>> 0;
  console.log(`task table: seed ${seed}`);
  const random = new Random(seed);
  const table = new TaskTable(0xffff_ff00);
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
      assert.is(table.get(task.itt), undefined);
    }
    if (step % 500 === 0) assert.equal(table.all(), [...model.values()]);
  }
  assert.is(table.size, model.size);
  for (const [tag, task] of model) assert.is(table.get(tag), task);
});

test.run();
