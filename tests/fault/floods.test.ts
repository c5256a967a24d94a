// A target that sends without end: what it makes us keep, and how long it keeps us busy, is bounded.
// time limit: 60 s
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  decodeTextRequest,
  encodeAsyncMessage,
  encodeNopIn,
  encodeNopOut,
  encodeReject,
  encodeTextResponse,
  Opcode,
  RESERVED_TAG,
} from "../../src/wire/mod.ts";
import { Session } from "../../src/session/mod.ts";
import { openLun } from "../../src/client/open_lun.ts";
import { DiskTarget } from "../peers/disk_target.ts";
import { ScsiDisk } from "../peers/scsi_disk.ts";
import { rejection } from "../lib/rejections.ts";
import type { PeerConnection } from "../protocol/peer_connection.ts";
import { answer as answerManagement, tmf } from "../protocol/answers.ts";
import { read, ready, rejectsWith, rigged, write } from "../protocol/rig.ts";
import { bytesInUse } from "./gc.ts";
import { quickOptions } from "./script.ts";
import { stallingConnect } from "./stalling_tcp.ts";

const NO_BYTES = new Uint8Array(0);
/** PDUs of one flood, and the bytes that they may leave behind: a hundred for each would be more. */
const FLOOD = 20_000;
const LEFT = 1_500_000;

/** Sends PDUs by the thousand, each batch when the one before has left. */
async function flood(target: PeerConnection, make: () => Uint8Array): Promise<void> {
  for (let sent = 0; sent < FLOOD; sent += 1000) {
    const frames = Array.from({ length: 1000 }, make);
    await new Promise<void>((resolve) => target.socket.write(concat(frames), () => resolve()));
  }
}

function concat(frames: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    all.set(frame, at);
    at += frame.length;
  }
  return all;
}

function message(target: PeerConnection, asyncEvent: number, data: Uint8Array = NO_BYTES): Uint8Array {
  const fields = { lun: 0n, asyncVCode: 0, parameter1: 0, parameter2: 0, parameter3: 60, ...target.numbers() };
  return target.frame(encodeAsyncMessage({ dataSegmentLength: data.length, asyncEvent, ...fields }), data);
}

function answer(target: PeerConnection, header: Uint8Array, data: Uint8Array, final: boolean): void {
  const { initiatorTaskTag } = decodeTextRequest(header);
  const fields = { final, continue: false, lun: 0n, initiatorTaskTag, targetTransferTag: final ? RESERVED_TAG : 1 };
  target.send(encodeTextResponse({ ...fields, dataSegmentLength: data.length, ...target.numbers() }), data);
}

const FLOODS: [string, (target: PeerConnection) => Uint8Array][] = [
  ["requests for a negotiation", (target) => message(target, 4)],
  ["messages of a logical unit, with sense data", (target) => message(target, 0, new Uint8Array(20).fill(0, 1))],
  ["messages of the vendor", (target) => message(target, 255, new Uint8Array(64))],
  ["pings that want no answer", (target) => {
    const tags = { initiatorTaskTag: RESERVED_TAG, targetTransferTag: RESERVED_TAG };
    const { expCmdSN, maxCmdSN, statSN } = target;
    return target.frame(encodeNopIn({ lun: 0n, dataSegmentLength: 0, ...tags, statSN, expCmdSN, maxCmdSN }));
  }],
  ["Rejects of an answer to a ping", (target) => {
    const header = encodeNopOut({
      ...{ immediate: true, lun: 0n, initiatorTaskTag: RESERVED_TAG, targetTransferTag: 1 },
      ...{ cmdSN: 1, expStatSN: 1, dataSegmentLength: 0 },
    });
    const fields = { dataSegmentLength: header.length, reason: 4, ...target.numbers(), dataSN: 0 };
    return target.frame(encodeReject(fields), header);
  }],
];

for (const [what, make] of FLOODS) {
  rigged(
    `A flood of ${what} leaves nothing behind`,
    { session: { timeouts: { request: 60_000 } } },
    async ({ session, target }) => {
      let heard = 0;
      session.on("async", () => heard++);
      session.on("reject", () => heard++);
      await flood(target, () => make(target));
      const before = await bytesInUse();
      await flood(target, () => make(target));
      const run = session.execute(1, ready());
      for (;;) {
        const pdu = await target.next();
        if (pdu.opcode !== Opcode.ScsiCommand) continue;
        target.respond({ initiatorTaskTag: new DataView(pdu.header.buffer).getUint32(16) });
        break;
      }
      await run;
      const left = await bytesInUse() - before;
      assert.ok(left < LEFT, `${left} bytes of ${heard} events`);
    },
  );
}

test("A flood of unit attentions in asynchronous messages keeps little of them", async () => {
  const disk = new ScsiDisk();
  const serving = await DiskTarget.listen(disk);
  const lun = await openLun(serving.url(), { keepalive: false });
  const [target] = serving.connections;
  // 3F/0E, REPORTED LUNS DATA HAS CHANGED, at the beginning of as much as the length of sense data can say.
  const data = new Uint8Array(262_144);
  data.set([0xff, 0xf0, 0x70, 0, 6, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x3f, 0x0e]);
  // While the LUN is checked, what it says is kept.
  const checked = disk.on(0x12, { silent: true });
  const before = await bytesInUse();
  for (let i = 0; i < 200; i++) {
    await new Promise<void>((resolve) => target!.socket.write(message(target!, 0, data), () => resolve()));
  }
  await lun.session.ping();
  const left = await bytesInUse() - before;
  assert.ok(left < 8_000_000, `${left} bytes`);
  checked();
  await lun.session.close({ signal: AbortSignal.abort() });
  await serving.close();
});

rigged("However often the target asks for a negotiation, one more at most follows the one under way", {}, async ({
  session,
  target,
}) => {
  for (let i = 0; i < 50; i++) target.socket.write(message(target, 4));
  const { header } = await target.expect(Opcode.TextRequest);
  await target.quiet();
  for (let i = 0; i < 50; i++) target.socket.write(message(target, 4));
  await target.quiet();
  answer(target, header, NO_BYTES, true);
  const again = await target.expect(Opcode.TextRequest);
  answer(target, again.header, NO_BYTES, true);
  const run = session.execute(1, ready());
  target.respond(await target.command());
  await run;
  await target.quiet();
});

rigged("A text answer in parts has one time limit for all of them", {
  session: { timeouts: { request: 250 } },
}, async ({ session, target }) => {
  const asked = session.sendTargets();
  asked.catch(() => {});
  let ended = false;
  const failed = rejection(asked).finally(() => ended = true);
  for (let parts = 0; !ended; parts++) {
    assert.ok(parts < 100, "it goes on for ever");
    const { header } = await Promise.race([
      target.expect(Opcode.TextRequest),
      failed.then(() => ({ header: undefined })),
    ]);
    if (header === undefined) break;
    answer(target, header, Uint8Array.of(0x41), false);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.is((await failed).code, "ISCSI_REQUEST_TIMEOUT");
});

rigged("A text answer that comes too late is no obstacle to the next one", {
  session: { timeouts: { request: 100 } },
}, async ({ session, target }) => {
  const asked = session.sendTargets();
  const { header } = await target.expect(Opcode.TextRequest);
  await rejectsWith(asked, "ISCSI_REQUEST_TIMEOUT");
  answer(target, header, NO_BYTES, true);
  await target.quiet();
  const next = session.sendTargets();
  answer(target, (await target.expect(Opcode.TextRequest)).header, NO_BYTES, true);
  assert.equal(await next, []);
});

/** A WRITE over a connection whose target then reads no more, and goes on sending until we give up. */
function stalling(
  what: string,
  most: number,
  send: (target: PeerConnection, tag: number, number: number) => void,
): void {
  test(`A target that takes nothing and sends one ${what} after the other is given up`, async () => {
    const { connectTcp, made } = stallingConnect();
    const opening = Session.open(quickOptions(connectTcp, { timeouts: { command: 10_000 } }));
    const [target, tcp] = await made;
    await target.login({ keys: { InitialR2T: "Yes", ImmediateData: "No" } });
    const session = await opening;
    const failed = rejection(session.execute(0, write(65536)));
    const { initiatorTaskTag } = await target.command();
    tcp.stalled = true;
    for (let number = 0; !target.isClosed; number++) {
      assert.ok(number < 1000, `${tcp.pieces} pieces are queued`);
      send(target, initiatorTaskTag, number);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const { cause } = await failed as { cause?: { code?: string } };
    assert.is(cause?.code, "ISCSI_PROTOCOL_ERROR");
    assert.ok(tcp.pieces <= most, `${tcp.pieces} pieces`);
    await session.close();
  });
}

stalling("R2T for a byte", 250, (target, initiatorTaskTag, number) => {
  const fields = { bufferOffset: number, desiredDataTransferLength: 1, r2tSN: number };
  target.r2t({ initiatorTaskTag, lun: 0n }, fields);
});
stalling("ping", 200, (target, _tag, number) => target.nopIn({ targetTransferTag: number }));

rigged("A command that is aborted ends in time, though the target does not know it and sends its data byte by byte", {
  session: { timeouts: { request: 100 } },
}, async ({ session, target }) => {
  const abort = new AbortController();
  const failed = rejection(session.execute(1, read(4096), { signal: abort.signal }));
  const command = await target.command();
  abort.abort();
  answerManagement(target, await tmf(target), 1);
  const began = performance.now();
  for (let at = 0; !target.isClosed; at++) {
    assert.ok(performance.now() - began < 10_000, "it goes on for ever");
    target.dataIn(command, { dataSN: at, bufferOffset: at }, Uint8Array.of(1));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.is((await failed).code, "ABORT_ERR");
});

test.run();
