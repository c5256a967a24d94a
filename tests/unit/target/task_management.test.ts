// Task management of the target (RFC 7143 §11.5).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Opcode, RESERVED_TAG } from "../../../src/wire/mod.ts";
import { noise } from "../../lib/bytes.ts";
import { cdb10, Initiator } from "./initiator.ts";
import { manage, managed, withTarget } from "./exchange.ts";
import { slowBacking } from "./backings.ts";

test("ABORT TASK of a WRITE that waits for data: no status, no bytes; late data are dropped", async () => {
  await withTarget({}, async (target) => {
    const initiator = await Initiator.login(target.port, target.name, { InitialR2T: "No" });
    const tag = initiator.start(cdb10(0x2a, 0, 2), { write: noise(1024), immediate: 0 });
    await initiator.expect(Opcode.R2T);
    await manage(initiator, 1, tag);
    assert.is(await managed(initiator), 0);
    initiator.dataOut(tag, noise(1024), { targetTransferTag: 0 });
    await manage(initiator, 1, tag);
    assert.is(await managed(initiator), 1, "no such task any more");
    const read = await initiator.command(cdb10(0x28, 0, 2), { read: 1024 });
    assert.ok(read.data.every((byte) => byte === 0));
    await initiator.close();
  });
});

test("ABORT TASK waits until the backing has done with the task", async () => {
  const backing = slowBacking();
  await withTarget({ luns: [{ backing }] }, async (target) => {
    const initiator = await Initiator.login(target.port, target.name);
    const tag = initiator.start(cdb10(0x2a, 0, 1), { write: noise(512) });
    while (backing.pending === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await manage(initiator, 1, tag);
    assert.is(await initiator.next(100).then(() => "a PDU", () => "nothing"), "nothing");
    backing.release();
    assert.is(await managed(initiator), 0);
    await initiator.close();
  });
});

test("resets: tasks of every session end, and everybody is told by a unit attention", async () => {
  for (const fn of [5, 6]) {
    await withTarget({}, async (target) => {
      const initiator = await Initiator.login(target.port, target.name);
      const other = await Initiator.connect(target.port);
      other.isid = Uint8Array.of(0x80, 0, 0, 0, 0, 2);
      await other.login({ TargetName: target.name });
      other.start(cdb10(0x2a, 0, 2), { write: noise(1024), immediate: 0 });
      await other.expect(Opcode.R2T);
      await manage(initiator, fn);
      assert.is(await managed(initiator), 0);
      for (const one of [initiator, other]) {
        assert.is((await one.command([0, 0, 0, 0, 0, 0])).code, "6/2900");
        assert.is((await one.command([0, 0, 0, 0, 0, 0])).status, 0);
      }
      await initiator.close();
      await other.close();
    });
  }
});

test("TARGET COLD RESET ends the connections after its response", async () => {
  await withTarget({}, async (target) => {
    const initiator = await Initiator.login(target.port, target.name);
    await manage(initiator, 7);
    assert.is(await managed(initiator), 0);
    await initiator.closed;
    const again = await Initiator.login(target.port, target.name);
    await again.close();
  });
});

test("CLEAR TASK SET ends the tasks of others too, ABORT TASK SET only ours", async () => {
  await withTarget({}, async (target) => {
    const initiator = await Initiator.login(target.port, target.name);
    const other = await Initiator.connect(target.port);
    other.isid = Uint8Array.of(0x80, 0, 0, 0, 0, 2);
    await other.login({ TargetName: target.name });
    const open = async (one: Initiator) => {
      const tag = one.start(cdb10(0x2a, 0, 1), { write: noise(512), immediate: 0 });
      await one.expect(Opcode.R2T);
      return tag;
    };
    await open(initiator);
    const tag = await open(other);
    await manage(initiator, 2);
    assert.is(await managed(initiator), 0);
    other.dataOut(tag, noise(512), { targetTransferTag: 0 });
    assert.is((await other.finish()).status, 0, "the other's task was left alone");
    await open(other);
    await manage(initiator, 4);
    assert.is(await managed(initiator), 0);
    assert.is((await other.command([0, 0, 0, 0, 0, 0])).code, "6/2f00");
    assert.is((await initiator.command([0, 0, 0, 0, 0, 0])).status, 0);
    await initiator.close();
    await other.close();
  });
});

test("task management that cannot be: unknown LUN, unknown functions, reassignment", async () => {
  await withTarget({}, async (target) => {
    const initiator = await Initiator.login(target.port, target.name);
    for (const [fn, lun, response] of [[5, 5n << 48n, 2], [8, 0n, 4], [9, 0n, 5], [11, 0n, 5], [3, 0n, 0]] as const) {
      await manage(initiator, fn, RESERVED_TAG, lun);
      assert.is(await managed(initiator), response, `function ${fn}`);
    }
    await initiator.close();
  });
});

test.run();
