// The full-feature phase beside SCSI data: text, NOP, task management, logout, Reject, pings (RFC 7143 §11).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Backing, memoryBacking, startTarget, type Target, type TargetOptions } from "../../../src/target/mod.ts";
import {
  decodeLogoutResponse,
  decodeNopIn,
  decodeReject,
  decodeTaskManagementResponse,
  decodeTextResponse,
  encodeLoginRequest,
  encodeLogoutRequest,
  encodeNopOut,
  encodeSnack,
  encodeTaskManagementRequest,
  encodeTextKeys,
  encodeTextRequest,
  Opcode,
  parseTextKeys,
  RESERVED_TAG,
  type TextRequest,
} from "../../../src/wire/mod.ts";
import { noise } from "../../lib/bytes.ts";
import { cdb10, Initiator } from "./initiator.ts";

async function withTarget(
  options: Partial<TargetOptions>,
  use: (target: Target) => Promise<void>,
): Promise<void> {
  const target = await startTarget({ luns: [{ backing: memoryBacking(1024 * 1024) }], ...options });
  try {
    await use(target);
  } finally {
    await target.close();
  }
}

/** A backing whose writes settle when the test says so. */
function slowBacking(): Backing & { release(): void; readonly pending: number } {
  const inner = memoryBacking(1024 * 1024);
  let waiting: (() => void)[] = [];
  return {
    size: inner.size,
    blockSize: inner.blockSize,
    readInto: (buffer, position) => inner.readInto(buffer, position),
    async write(buffer, position) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      await inner.write(buffer, position);
    },
    flush: () => Promise.resolve(),
    release() {
      for (const resolve of waiting.splice(0)) resolve();
      waiting = [];
    },
    get pending() {
      return waiting.length;
    },
  };
}

async function text(initiator: Initiator, keys: Record<string, string>, fields: Partial<TextRequest> = {}) {
  const data = encodeTextKeys(Object.entries(keys));
  const header = encodeTextRequest({
    immediate: true,
    final: true,
    continue: false,
    lun: 0n,
    initiatorTaskTag: initiator.tag++,
    targetTransferTag: RESERVED_TAG,
    cmdSN: initiator.cmdSN,
    expStatSN: initiator.expStatSN,
    ...fields,
    dataSegmentLength: data.length,
  });
  initiator.send(header, data);
  const pdu = await initiator.expect(Opcode.TextResponse);
  return { response: decodeTextResponse(pdu.header), data: pdu.data };
}

function loginRequest({ isid, cmdSN, expStatSN }: Initiator): Uint8Array {
  return encodeLoginRequest({
    transit: true,
    continue: false,
    currentStage: 1,
    nextStage: 3,
    versionMax: 0,
    versionMin: 0,
    isid,
    tsih: 0,
    initiatorTaskTag: 0,
    cid: 1,
    cmdSN,
    expStatSN,
    dataSegmentLength: 0,
  });
}

async function manage(initiator: Initiator, fn: number, referencedTaskTag = RESERVED_TAG, lun = 0n): Promise<void> {
  initiator.send(encodeTaskManagementRequest({
    immediate: true,
    function: fn,
    lun,
    initiatorTaskTag: initiator.tag++,
    referencedTaskTag,
    cmdSN: initiator.cmdSN,
    expStatSN: initiator.expStatSN,
    refCmdSN: 0,
    expDataSN: 0,
  }));
  await Promise.resolve();
}

async function managed(initiator: Initiator): Promise<number> {
  return decodeTaskManagementResponse((await initiator.expect(Opcode.TaskManagementResponse)).header).response;
}

test("SendTargets: all, by name, empty, an unknown name, and nonsense", async () => {
  await withTarget({}, async (target) => {
    const initiator = await Initiator.login(target.port, target.name);
    const own = [["TargetName", target.name], ["TargetAddress", `127.0.0.1:${target.port},1`]];
    const ask = async (value: string) => parseTextKeys((await text(initiator, { SendTargets: value })).data);
    assert.equal(await ask("All"), own);
    assert.equal(await ask(target.name), own);
    assert.equal(await ask(""), own);
    assert.equal(await ask("iqn.2026-01.example:other"), []);
    assert.equal(await ask("Alle"), [["SendTargets", "Reject"]]);
    const unknown = parseTextKeys(
      (await text(initiator, { sENDtARGETS: "All" }).catch(() => ({ data: new Uint8Array(0) }))).data,
    );
    assert.not.ok(unknown.some(([key]) => key === "TargetName"));
    await initiator.close();
  });
});

test("a text answer longer than the initiator takes comes in parts", async () => {
  const name = `iqn.2026-01.example:${"long-name.".repeat(20)}`;
  await withTarget({ targetName: name }, async (target) => {
    const initiator = await Initiator.login(target.port, name, { MaxRecvDataSegmentLength: "512" });
    // More keys than fit into one answer of 512 bytes.
    const unknown = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`X-com.example.key-number-${i}`, "1"]));
    let { response, data } = await text(initiator, { ...unknown, SendTargets: "All" });
    const parts = [data];
    while (!response.final) {
      assert.ok(response.continue);
      assert.ok(data.length <= 512);
      const { targetTransferTag, initiatorTaskTag } = response;
      ({ response, data } = await text(initiator, {}, { targetTransferTag, initiatorTaskTag }));
      parts.push(data);
    }
    assert.ok(parts.length > 1);
    const joined = Uint8Array.from(parts.flatMap((part) => [...part]));
    const pairs = parseTextKeys(joined);
    assert.is(pairs.length, 32);
    assert.equal(pairs.at(-2), ["TargetName", name]);
    await initiator.close();
  });
});

test("NOP-Out is echoed with its data; without a tag it gets no answer", async () => {
  await withTarget({}, async (target) => {
    const initiator = await Initiator.login(target.port, target.name);
    const ping = (tag: number, data: Uint8Array) =>
      initiator.send(
        encodeNopOut({
          immediate: true,
          lun: 0n,
          initiatorTaskTag: tag,
          targetTransferTag: RESERVED_TAG,
          cmdSN: initiator.cmdSN,
          expStatSN: initiator.expStatSN,
          dataSegmentLength: data.length,
        }),
        data,
      );
    ping(RESERVED_TAG, new Uint8Array(0));
    ping(7, Uint8Array.of(1, 2, 3));
    const pdu = await initiator.expect(Opcode.NopIn);
    const nop = decodeNopIn(pdu.header);
    assert.is(nop.initiatorTaskTag, 7);
    assert.is(nop.targetTransferTag, RESERVED_TAG);
    assert.equal(pdu.data, Uint8Array.of(1, 2, 3));
    await initiator.close();
  });
});

test("a silent initiator is pinged; one that answers stays, one that does not is cut off", async () => {
  await withTarget({ pingInterval: 60 }, async (target) => {
    const deaf = await Initiator.login(target.port, target.name);
    const alive = await Initiator.connect(target.port);
    alive.isid = Uint8Array.of(0x80, 0, 0, 0, 0, 9);
    await alive.login({ TargetName: target.name });
    const gone = deaf.closed.then(() => "gone");
    const answered = (async () => {
      for (let i = 0; i < 4; i++) {
        const ping = decodeNopIn((await alive.expect(Opcode.NopIn)).header);
        assert.is(ping.initiatorTaskTag, RESERVED_TAG);
        alive.send(encodeNopOut({
          immediate: true,
          lun: ping.lun,
          initiatorTaskTag: RESERVED_TAG,
          targetTransferTag: ping.targetTransferTag,
          cmdSN: alive.cmdSN,
          expStatSN: alive.expStatSN,
          dataSegmentLength: 0,
        }));
      }
      return "answered";
    })();
    assert.equal(await Promise.all([gone, answered]), ["gone", "answered"]);
    assert.is((await alive.command([0, 0, 0, 0, 0, 0])).status, 0);
    await alive.close();
  });
});

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

test("logout: the session ends; of another connection, or for recovery, it does not", async () => {
  await withTarget({}, async (target) => {
    const initiator = await Initiator.login(target.port, target.name);
    const logout = async (reason: number, cid: number) => {
      initiator.send(encodeLogoutRequest({
        immediate: true,
        reason,
        cid,
        initiatorTaskTag: initiator.tag++,
        cmdSN: initiator.cmdSN,
        expStatSN: initiator.expStatSN,
      }));
      return decodeLogoutResponse((await initiator.expect(Opcode.LogoutResponse)).header).response;
    };
    assert.is(await logout(1, 9), 1);
    assert.is(await logout(2, 1), 2);
    assert.is((await initiator.command([0, 0, 0, 0, 0, 0])).status, 0);
    assert.is(await logout(1, 1), 0);
    await initiator.closed;
    assert.is(target.sessionCount, 0);
  });
});

test("Reject: for what we do not know, and the connection goes on", async () => {
  await withTarget({}, async (target) => {
    const initiator = await Initiator.login(target.port, target.name);
    const vendor = new Uint8Array(48);
    vendor[0] = 0x1c;
    const snack = encodeSnack({
      type: 0,
      lun: 0n,
      initiatorTaskTag: 1,
      targetTransferTag: RESERVED_TAG,
      expStatSN: 1,
      begRun: 0,
      runLength: 0,
    });
    for (const [header, reason] of [[vendor, 5], [snack, 3]] as const) {
      initiator.send(header);
      const pdu = await initiator.expect(Opcode.Reject);
      assert.is(decodeReject(pdu.header).reason, reason);
      assert.equal(pdu.data, header);
    }
    assert.is((await initiator.command([0, 0, 0, 0, 0, 0])).status, 0);
    await initiator.close();
  });
});

test("a PDU that breaks the protocol is rejected and ends its connection, and no other", async () => {
  const breaks: [string, (initiator: Initiator) => void][] = [
    ["a Login Request", (one) => one.send(loginRequest(one))],
    ["a tag in use", (one) => {
      const fields = { initiatorTaskTag: 500 };
      one.start(cdb10(0x2a, 0, 1), { write: noise(512), immediate: 0, fields });
      one.start(cdb10(0x2a, 0, 1), { write: noise(512), immediate: 0, fields });
    }],
    ["an R2T that there never was", (one) => {
      const tag = one.start(cdb10(0x2a, 0, 1), { write: noise(512), immediate: 0 });
      one.dataOut(tag, noise(512), { targetTransferTag: 0x1234 });
    }],
    ["AHS that do not add up", (one) => {
      const header = new Uint8Array(52);
      header.set([0x01, 0x80, 0, 0, 1], 0);
      header.set([0, 9, 1, 0], 48);
      one.send(header);
    }],
  ];
  await withTarget({}, async (target) => {
    const witness = await Initiator.connect(target.port);
    witness.isid = Uint8Array.of(0x80, 0, 0, 0, 0, 3);
    await witness.login({ TargetName: target.name });
    for (const [what, act] of breaks) {
      const initiator = await Initiator.login(target.port, target.name);
      act(initiator);
      let rejected = false;
      for (let pdu = await initiator.next(); pdu !== undefined; pdu = await initiator.next()) {
        rejected ||= pdu.header[0] === Opcode.Reject;
      }
      assert.ok(rejected, what);
      assert.is((await witness.command([0, 0, 0, 0, 0, 0])).status, 0, what);
    }
    const long = await Initiator.login(target.port, target.name);
    const header = new Uint8Array(48);
    header.set([0x40, 0x80, 0, 0, 0, 0xff, 0xff, 0xff]);
    long.send(header);
    await long.closed;
    assert.is((await witness.command([0, 0, 0, 0, 0, 0])).status, 0, "a data segment of 16 MiB");
    await witness.close();
  });
});

test("too many immediate commands are rejected", async () => {
  const backing = slowBacking();
  await withTarget({ luns: [{ backing }] }, async (target) => {
    const initiator = await Initiator.login(target.port, target.name);
    const fields = { immediate: true };
    for (let i = 0; i < 17; i++) initiator.start(cdb10(0x2a, i, 1), { write: noise(512), fields });
    const { header } = await initiator.expect(Opcode.Reject);
    assert.is(decodeReject(header).reason, 6);
    backing.release();
    for (let i = 0; i < 16; i++) assert.is((await initiator.finish()).status, 0);
    await initiator.close();
  });
});

test("close() ends everything: connections, tasks at work, backings; and again does nothing", async () => {
  const backing = slowBacking();
  let closed = 0;
  backing.close = () => Promise.resolve(void closed++);
  const target = await startTarget({ luns: [{ backing }] });
  const initiator = await Initiator.login(target.port, target.name);
  initiator.start(cdb10(0x2a, 0, 1), { write: noise(512) });
  while (backing.pending === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const closing = target.close();
  await initiator.closed;
  assert.is(closed, 0, "the backing is still at work");
  backing.release();
  await closing;
  assert.is(closed, 1);
  await target.close();
  assert.is(closed, 1);
});

test.run();
