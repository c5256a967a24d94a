import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ScsiResult } from "../../../../src/command.ts";
import type { Command } from "../../../../src/session/commands/command.ts";
import { Luns } from "../../../../src/session/commands/luns.ts";
import { Pending } from "../../../../src/session/commands/pending.ts";
import { commandLimits } from "../limits.ts";

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
  });
  const add = (): Command => {
    const command = pending.add(0n, { cdb: new Uint8Array(6) }, {});
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
  assert.equal(pending.endChecks(), [waiting]);
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
  const pending = new Pending(commandLimits(0), { flushes, writes: undefined }, { endEarly: () => {}, due: () => {} });
  const cdb = new Uint8Array(6);
  const [plain, judged] = [pending.add(0n, { cdb }, {}), pending.add(0n, { cdb, dataOut: new Uint8Array(8) }, {})];
  const settled = Promise.allSettled([plain, judged].map(({ promise }) => promise));
  for (const command of [plain, judged]) pending.settle(command, { result: RESULT });
  assert.equal((await settled).map(({ status }) => status), ["fulfilled", "rejected"]);
});

test("time limits run out in their turn, those of the session not while there is no connection", async () => {
  const { pending, ended, add } = make(20);
  const own = pending.add(0n, { cdb: new Uint8Array(6) }, { timeout: 30 });
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

test("a LUN is in use from its first command until it is forgotten, with its refusal", () => {
  const luns = new Luns();
  const [one, other] = [luns.at(1), luns.at(300)];
  assert.is(one.field, 1n << 48n);
  assert.is(other.field, 0x412cn << 48n);
  assert.is(luns.at(0x412cn << 48n), other, "one object for all who use a LUN");
  assert.equal([...luns.used()], []);
  one.used = other.used = true;
  assert.equal([...luns.used()], [1n << 48n, 0x412cn << 48n]);
  const error = new Error("another LUN");
  luns.refuse(1n << 48n, error);
  assert.is(one.changed, error);
  assert.is(other.changed, undefined);
  luns.forget(1n << 48n);
  assert.is(one.changed, undefined);
  assert.equal([...luns.used()], [0x412cn << 48n]);
  luns.forget(0x412cn << 48n);
  luns.refuse(0x412cn << 48n, error);
  assert.is(other.changed, undefined, "one that is forgotten is not refused");
  other.used = true;
  assert.equal([...luns.used()], [0x412cn << 48n]);
});

test("a LUN that is forgotten while the LUNs in use are gone through is left out, and one used only then is not", () => {
  const luns = new Luns();
  for (const lun of [1, 2, 3]) luns.at(lun).used = true;
  const seen: bigint[] = [];
  for (const lun of luns.used()) {
    seen.push(lun >> 48n);
    if (lun !== 1n << 48n) continue;
    luns.forget(2n << 48n);
    luns.at(4).used = true;
  }
  assert.equal(seen, [1n, 3n, 4n]);
});

test.run();
