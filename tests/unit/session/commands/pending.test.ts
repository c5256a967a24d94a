import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ScsiResult } from "../../../../src/command.ts";
import type { Command } from "../../../../src/session/commands/command.ts";
import { Luns, LunState } from "../../../../src/session/commands/luns.ts";
import { Pending } from "../../../../src/session/commands/pending.ts";
import { commandLimits } from "../limits.ts";

const LUN = new LunState(0n);
const RESULT: ScsiResult = { status: 0, sense: new Uint8Array(), dataIn: new Uint8Array(), underflow: 0, overflow: 0 };

/** Commands with what their owner is told. */
function make(
  timeout = 0,
): { pending: Pending; ended: [Command, Error][]; due: () => Promise<void>; add: () => Command } {
  const ended: [Command, Error][] = [];
  let tellDue = (): void => {};
  const pending = new Pending(commandLimits(timeout), { flushes: undefined, writes: undefined }, {
    endEarly: (command, error) => ended.push([command, error]),
    due: () => tellDue(),
    waits: () => {},
    depends: () => true,
  });
  const add = (): Command => {
    const command = pending.add(LUN, { cdb: new Uint8Array(6) }, {});
    command.promise.catch(() => {});
    return command;
  };
  return { pending, ended, due: () => new Promise((resolve) => tellDue = resolve), add };
}

test("commands are sent in the order in which they were given, and those that were taken back at their place", () => {
  const { pending, add } = make();
  const [a, b, c, d] = [add(), add(), add(), add()];
  for (const command of [a, b, c, d]) pending.queue(command);
  assert.is(pending.next(), a);
  assert.is(pending.next(), b);
  pending.fail(c, new Error("settled while it waited"));
  pending.putBack([b, a]);
  assert.equal([pending.next(), pending.next(), pending.next(), pending.next()], [a, b, d, undefined]);
});

test("any number of commands wait, and all that have not settled are known", () => {
  const { pending, add } = make();
  const commands = Array.from({ length: 5_000 }, add);
  for (const command of commands) pending.queue(command);
  for (const command of commands) assert.is(pending.next(), command);
  assert.is(pending.next(), undefined);
  commands.forEach((command, index) => index % 3 === 0 && pending.fail(command, new Error("gone")));
  assert.equal(pending.all(), commands.filter((_, index) => index % 3 !== 0));
});

test("while LUNs are checked nothing but checks is sent, and those that no connection carries end with the checks", () => {
  const { pending, add } = make();
  const ordinary = add();
  pending.queue(ordinary);
  pending.beginChecks();
  assert.is(pending.next(), undefined);
  const [carried, waiting] = [add(), add()];
  pending.queueCheck(carried);
  pending.queueCheck(waiting);
  assert.is(pending.next(), carried);
  carried.carried = true;
  assert.equal(pending.loseChecks(), [waiting]);
  pending.fail(waiting, new Error("lost"));
  assert.is(pending.next(), ordinary);
});

test("a postponed command is sent again later, four times at most, a check among the checks", async () => {
  const { pending, due, add } = make();
  const command = add();
  let told = due();
  assert.ok(pending.postpone(command));
  assert.is(pending.next(), undefined);
  await told;
  assert.is(pending.next(), command);
  for (let times = 2; times <= 4; times++) assert.ok(pending.postpone(command));
  assert.not.ok(pending.postpone(command));
  assert.ok(pending.takeWaiting().includes(command));

  pending.beginChecks();
  const check = add();
  pending.queueCheck(check);
  assert.is(pending.next(), check);
  told = due();
  assert.ok(pending.postpone(check));
  await told;
  assert.is(pending.next(), check);
  pending.stop();
});

test("a command settles once, whatever comes later", async () => {
  const { pending, add } = make();
  const [good, bad] = [add(), add()];
  pending.settle(good, { result: RESULT });
  pending.fail(good, new Error("late"));
  pending.settle(bad, { error: new Error("first") });
  pending.settle(bad, { result: RESULT });
  assert.is(await good.promise, RESULT);
  assert.match(String(await bad.promise.catch(String)), "first");
  assert.equal(pending.all(), []);
});

test("a flush guard may take the place of a result", async () => {
  const flushes = {
    answered: ({ dataOut }: Command) => dataOut.length > 0 ? new Error("judged") : undefined,
  } as unknown as ConstructorParameters<typeof Pending>[1]["flushes"];
  const pending = new Pending(commandLimits(0), { flushes, writes: undefined }, {
    endEarly: () => {},
    due: () => {},
    waits: () => {},
    depends: () => true,
  });
  const cdb = new Uint8Array(6);
  const [plain, judged] = [pending.add(LUN, { cdb }, {}), pending.add(LUN, { cdb, dataOut: new Uint8Array(8) }, {})];
  const settled = Promise.allSettled([plain, judged].map(({ promise }) => promise));
  for (const command of [plain, judged]) pending.settle(command, { result: RESULT });
  assert.equal((await settled).map(({ status }) => status), ["fulfilled", "rejected"]);
});

test("time limits run out in their turn, those of the session not while there is no connection", async () => {
  const { pending, ended, add } = make(20);
  const own = pending.add(LUN, { cdb: new Uint8Array(6) }, { timeout: 30 });
  pending.deadlines.suspend();
  const waiting = add();
  while (ended.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(ended.map(([command]) => command), [own]);
  pending.deadlines.restart();
  while (ended.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.is(ended[1]?.[0], waiting);
  assert.is((ended[1]?.[1] as { code?: string }).code, "ISCSI_COMMAND_TIMEOUT");
  pending.stop();
});

test("a limit can be shortened, never lengthened", async () => {
  const { pending, ended, add } = make(60_000);
  const command = add();
  pending.deadlines.shorten(command, 90_000);
  assert.ok(command.deadline < performance.now() + 61_000);
  pending.deadlines.shorten(command, 10);
  while (ended.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.is(ended[0]?.[0], command);
  pending.stop();
});

test("a LUN has one state, whoever uses it, and those in use are known", () => {
  const luns = new Luns();
  const [one, other] = [luns.at(1), luns.at(300)];
  assert.is(one.field, 1n << 48n);
  assert.is(other.field, 0x412cn << 48n);
  assert.is(luns.at(0x412cn << 48n), other, "one object for all who use a LUN");
  assert.equal(luns.used(), []);
  other.used = true;
  assert.equal(luns.used(), [other]);
});

test("the commands of a LUN that is held wait, with the good results of those that were sent, and go on in order", async () => {
  const waited: LunState[] = [];
  const pending = new Pending(commandLimits(60_000), { flushes: undefined, writes: undefined }, {
    endEarly: () => {},
    due: () => {},
    waits: (unit) => waited.push(unit),
    depends: ({ status }) => status === 0,
  });
  const other = new LunState(1n << 48n);
  const add = (unit: LunState, timeout?: number): Command => {
    const command = pending.add(unit, { cdb: new Uint8Array(6) }, { timeout });
    pending.queue(command);
    return command;
  };
  const [sent, failed, first, ofOther, own] = [add(LUN), add(LUN), add(LUN), add(other), add(LUN, 60_000)];
  for (const command of [sent, failed]) {
    assert.is(pending.next(), command);
    command.carried = true;
  }
  pending.hold(LUN);
  assert.is(first.deadline, Infinity, "no limit of the session runs for what is not sent");
  assert.ok(own.deadline < Infinity);
  assert.is(pending.next(), ofOther);
  assert.is(pending.next(), undefined);
  const late = add(LUN);
  assert.is(late.deadline, Infinity);
  assert.is(pending.next(), undefined);
  pending.settle(sent, { result: RESULT });
  assert.not(sent.settled);
  pending.settle(failed, { result: { ...RESULT, status: 8 } });
  assert.ok(failed.settled, "what says nothing of the medium does not wait");
  assert.equal(waited, [LUN, LUN, LUN, LUN]);

  pending.release(LUN);
  assert.is((await sent.promise).status, 0);
  assert.equal([pending.next(), pending.next(), pending.next(), pending.next()], [first, own, late, undefined]);
  assert.ok(first.deadline < Infinity);
  pending.stop();
});

test("the commands of a LUN that are failed while it is held are those that no connection carries, but no checks", async () => {
  const { pending, add } = make();
  const [carried, waiting, queued, check] = [add(), add(), add(), add()];
  for (const command of [carried, waiting]) pending.queue(command);
  assert.is(pending.next(), carried);
  carried.carried = true;
  pending.hold(LUN);
  assert.is(pending.next(), undefined);
  pending.queue(queued);
  pending.queueCheck(check);
  pending.failHeld(LUN, ({ order }) => new Error(String(order)));
  assert.equal([carried.settled, waiting.settled, queued.settled, check.settled], [false, true, true, false]);
  assert.is(await waiting.promise.catch((error: Error) => error.message), "1");
  assert.is(pending.next(), check, "and it stays held");
  assert.ok(LUN.held);
  pending.release(LUN);
});

test.run();
