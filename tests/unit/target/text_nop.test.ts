// Text, NOP and pings of the target (RFC 7143 §11.10, §11.18).
import { test } from "uvu";
import * as assert from "uvu/assert";
import { decodeNopIn, encodeNopOut, Opcode, parseTextKeys, RESERVED_TAG } from "../../../src/wire/mod.ts";
import { Initiator } from "./initiator.ts";
import { text, withTarget } from "./exchange.ts";

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

test.run();
