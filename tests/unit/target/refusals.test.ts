// Logout, Reject, PDUs that break the protocol, and the end of the target (RFC 7143 §11.14, §11.17).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startTarget } from "../../../src/target/mod.ts";
import {
  decodeLogoutResponse,
  decodeReject,
  encodeLogoutRequest,
  encodeSnack,
  Opcode,
  RESERVED_TAG,
} from "../../../src/wire/mod.ts";
import { noise } from "../../lib/bytes.ts";
import { cdb10, Initiator } from "./initiator.ts";
import { loginRequest, withTarget } from "./exchange.ts";
import { slowBacking } from "./backings.ts";

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
