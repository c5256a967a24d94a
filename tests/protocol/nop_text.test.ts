// NOP, keepalive, Text and SendTargets (RFC 7143 §6.4, §11.10, §11.11, §11.18, §11.19, Appendix C).
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  decodeNopOut,
  decodeTextRequest,
  encodeNopIn,
  encodeTextKeys,
  encodeTextResponse,
  type NopOut,
  Opcode,
  parseTextKeys,
  RESERVED_TAG,
  type TextRequest,
} from "../../src/wire/mod.ts";
import { answerLogout, reject } from "./answers.ts";
import type { PeerConnection } from "./peer_connection.ts";
import { ready, rejectsWith, rigged } from "./rig.ts";

const DISCOVERY = { session: { sessionType: "Discovery" as const } };

async function nop(target: PeerConnection): Promise<NopOut> {
  return decodeNopOut((await target.expect(Opcode.NopOut)).header);
}

function echo(target: PeerConnection, ping: NopOut, more: Partial<Parameters<typeof encodeNopIn>[0]> = {}): void {
  target.send(encodeNopIn({
    dataSegmentLength: 0,
    lun: 0n,
    initiatorTaskTag: ping.initiatorTaskTag,
    targetTransferTag: RESERVED_TAG,
    ...target.numbers(),
    ...more,
  }));
}

async function text(target: PeerConnection): Promise<TextRequest & { data: Uint8Array }> {
  const { header, data } = await target.expect(Opcode.TextRequest);
  return { ...decodeTextRequest(header), data };
}

function answer(
  target: PeerConnection,
  request: TextRequest,
  data: Uint8Array,
  more: Partial<Parameters<typeof encodeTextResponse>[0]> = {},
): void {
  target.send(
    encodeTextResponse({
      final: true,
      continue: false,
      lun: 0n,
      initiatorTaskTag: request.initiatorTaskTag,
      targetTransferTag: RESERVED_TAG,
      dataSegmentLength: data.length,
      ...target.numbers(),
      ...more,
    }),
    data,
  );
}

const targets = (...names: string[]) =>
  encodeTextKeys(
    names.flatMap((name) => [["TargetName", name], ["TargetAddress", "10.0.0.1:3260,1"]] as [string, string][]),
  );

rigged("FFP-15.1 §11.18 a ping of the target is answered", {}, async ({ session, target }) => {
  target.nopIn({ targetTransferTag: 0x1234, lun: 0x0005_0000_0000_0000n });
  const pong = await nop(target);
  assert.ok(pong.immediate);
  assert.is(pong.targetTransferTag, 0x1234);
  assert.is(pong.lun, 0x0005_0000_0000_0000n);
  assert.is(pong.initiatorTaskTag, RESERVED_TAG);
  assert.is(pong.dataSegmentLength, 0);
  const run = session.execute(1, ready());
  const command = await target.command();
  assert.is(command.cmdSN, pong.cmdSN);
  target.respond(command);
  await run;
});

rigged("F-26 §11.19 a NOP-In without tags is not answered, its numbers count", {
  login: { window: -1 },
}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  target.window = 4;
  target.nopIn();
  const command = await target.command();
  target.respond(command);
  await run;
});

rigged("F-26 §11.19 pings are answered while the window is shut", { login: { window: -1 } }, async ({ target }) => {
  for (let i = 0; i < 3; i++) {
    target.nopIn({ targetTransferTag: i });
    assert.is((await nop(target)).targetTransferTag, i);
  }
});

for (
  const [what, header] of [
    ["data and no tag", { dataSegmentLength: 4, initiatorTaskTag: RESERVED_TAG, targetTransferTag: RESERVED_TAG }],
    ["both tags", { dataSegmentLength: 0, initiatorTaskTag: 1, targetTransferTag: 1 }],
    ["the tag of no ping", { dataSegmentLength: 0, initiatorTaskTag: 0x999, targetTransferTag: RESERVED_TAG }],
  ] as const
) {
  rigged(`F-26 H-8 §11.19 a NOP-In with ${what}`, {}, async ({ session, target }) => {
    const run = session.execute(1, ready());
    await target.command();
    target.send(
      encodeNopIn({ lun: 0n, ...target.numbers(), ...header }),
      new Uint8Array(header.dataSegmentLength),
    );
    await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
  });
}

rigged("FFP-15.2 F-27 §11.18 a ping of ours", {}, async ({ session, target }) => {
  const pings = [session.ping(), session.ping()];
  const first = await nop(target);
  assert.is(first.targetTransferTag, RESERVED_TAG);
  assert.is(first.lun, 0n);
  assert.is.not(first.initiatorTaskTag, RESERVED_TAG);
  assert.ok(first.immediate);
  await target.quiet();
  echo(target, first);
  await pings[0];
  echo(target, await nop(target));
  await pings[1];
});

rigged("F-27 §11.19 an echo with data that were not sent", {}, async ({ session, target }) => {
  const ping = session.ping();
  const { initiatorTaskTag } = await nop(target);
  target.send(
    encodeNopIn({
      dataSegmentLength: 4,
      lun: 0n,
      initiatorTaskTag,
      targetTransferTag: RESERVED_TAG,
      ...target.numbers(),
    }),
    new Uint8Array(4),
  );
  await rejectsWith(ping, "ISCSI_PROTOCOL_ERROR");
  await target.gone();
});

rigged("FFP-15.2 §11.18 a quiet target is pinged by itself", {
  session: { keepalive: { interval: 60, timeout: 2_000 } },
}, async ({ target }) => {
  for (let i = 0; i < 3; i++) echo(target, await nop(target));
});

rigged("H-6 §11.18 a target that answers no ping has lost its connection", {
  session: { keepalive: { interval: 60, timeout: 120 } },
}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  await target.command();
  await nop(target);
  await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_KEEPALIVE_TIMEOUT");
  await target.gone();
});

rigged("H-6 §11.18 half a header is silence", {
  session: { keepalive: { interval: 60, timeout: 120 } },
}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  await target.command();
  target.socket.write(new Uint8Array([0x21, 0x80, 0]));
  await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_KEEPALIVE_TIMEOUT");
});

rigged("A target that knows no ping is not pinged again", {
  session: { keepalive: { interval: 40, timeout: 100 } },
}, async ({ session, target }) => {
  const { header } = await target.expect(Opcode.NopOut);
  reject(target, 5, header);
  await new Promise((resolve) => setTimeout(resolve, 250));
  const run = session.execute(1, ready());
  target.respond(await target.command());
  await run;
});

rigged("H-10 §11.18 a flood of pings that takes no answers", {}, async ({ session, target }) => {
  const run = session.execute(1, ready());
  await target.command();
  target.socket.cork();
  for (let i = 0; i < 200; i++) target.nopIn({ targetTransferTag: i });
  target.socket.uncork();
  await rejectsWith(run, "ISCSI_CONNECTION_LOST", "ISCSI_PROTOCOL_ERROR");
});

rigged("FFP-18.1 §11.10 SendTargets", DISCOVERY, async ({ session, target }) => {
  const found = session.sendTargets();
  const request = await text(target);
  assert.is(request.cmdSN, target.logins[0]!.cmdSN);
  assert.is(request.targetTransferTag, RESERVED_TAG);
  assert.ok(request.final && !request.continue && !request.immediate);
  assert.equal(parseTextKeys(request.data), [["SendTargets", "All"]]);
  answer(target, request, targets("iqn.2026-01.a:1", "iqn.2026-01.b:2"));
  assert.equal((await found).map(({ name }) => name), ["iqn.2026-01.a:1", "iqn.2026-01.b:2"]);
});

rigged("FFP-18.2 §11.10.4 an answer in parts, broken anywhere", DISCOVERY, async ({ session, target }) => {
  const found = session.sendTargets();
  const whole = targets("iqn.2026-01.a:1", "iqn.2026-01.b:2");
  const cuts = [0, 5, 6, 30, 30, whole.length];
  let request = await text(target);
  const first = request;
  for (let i = 0; i + 1 < cuts.length; i++) {
    const last = i + 2 === cuts.length;
    const tag = last ? RESERVED_TAG : 0x100 + i;
    const lun = last ? 0n : 0x0007_0000_0000_0000n;
    answer(target, request, whole.subarray(cuts[i], cuts[i + 1]), {
      final: last,
      continue: !last && i < 3,
      targetTransferTag: tag,
      lun,
    });
    if (last) break;
    request = await text(target);
    assert.is(request.initiatorTaskTag, first.initiatorTaskTag);
    assert.is(request.immediate, first.immediate);
    assert.is(request.targetTransferTag, tag);
    assert.is(request.lun, lun);
    assert.is(request.data.length, 0);
    assert.ok(request.final);
    assert.is(request.cmdSN, first.cmdSN + i + 1);
  }
  assert.is((await found).length, 2);
});

rigged("FFP-18.3.1 §11.10.4 a tag in a final answer is ignored", DISCOVERY, async ({ session, target }) => {
  const found = session.sendTargets();
  answer(target, await text(target), targets("iqn.2026-01.a:1"), { targetTransferTag: 0x55 });
  assert.is((await found).length, 1);
  const closing = session.close();
  const { header } = await target.expect(Opcode.LogoutRequest);
  assert.is(header[1], 0x80);
  answerLogout(target, header);
  target.socket.end();
  await closing;
});

for (
  const [what, more] of [
    ["FFP-18.3.2 §11.11.1 F=0 without a tag", { final: false }],
    ["F-46 §11.11.1 C with F", { final: true, continue: true }],
  ] as const
) {
  rigged(what, DISCOVERY, async ({ session, target }) => {
    const found = session.sendTargets();
    answer(target, await text(target), targets("iqn.2026-01.a:1"), more);
    await rejectsWith(found, "ISCSI_PROTOCOL_ERROR");
    await target.gone();
  });
}

rigged(
  "FFP-18.4 App. C a key that does not belong into the answer is left out",
  DISCOVERY,
  async ({ session, target }) => {
    const found = session.sendTargets();
    answer(
      target,
      await text(target),
      encodeTextKeys([["TargetName", "iqn.2026-01.a:1"], ["MaxRecvDataSegmentLength", "512"]]),
    );
    assert.equal((await found).map(({ name }) => name), ["iqn.2026-01.a:1"]);
    assert.is(session.parameters.targetMaxRecvDataSegmentLength, 262144);
  },
);

rigged("FFP-18.5 F-43 §7.12 a rejected Text Request: the connection stays, and a new one may start", {}, async ({
  session,
  target,
}) => {
  const first = session.sendTargets();
  const { header } = await target.expect(Opcode.TextRequest);
  reject(target, 5, header);
  await rejectsWith(first, "ISCSI_REJECTED");
  const second = session.sendTargets();
  const request = await text(target);
  assert.is.not(request.initiatorTaskTag, decodeTextRequest(header).initiatorTaskTag);
  assert.is(request.targetTransferTag, RESERVED_TAG);
  assert.equal(parseTextKeys(request.data), [["SendTargets", ""]]);
  answer(target, request, targets("iqn.2026-01.a:1"));
  assert.is((await second).length, 1);
});

rigged("F-45 §11.10 one text exchange at a time", {}, async ({ session, target }) => {
  const asked = [session.sendTargets(), session.sendTargets()];
  const first = await text(target);
  await target.quiet();
  answer(target, first, targets("iqn.2026-01.a:1"));
  answer(target, await text(target), targets());
  assert.equal((await Promise.all(asked)).map((found) => found.length), [1, 0]);
});

rigged("F-49 App. C an empty answer, and a target without address", DISCOVERY, async ({ session, target, peer }) => {
  const none = session.sendTargets();
  answer(target, await text(target), new Uint8Array(0));
  assert.equal(await none, []);
  const one = session.sendTargets("iqn.2026-01.a:1");
  const request = await text(target);
  assert.equal(parseTextKeys(request.data), [["SendTargets", "iqn.2026-01.a:1"]]);
  answer(target, request, encodeTextKeys([["TargetName", "iqn.2026-01.a:1"]]));
  assert.is((await one)[0]!.portals[0]!.port, peer.port);
});

rigged("H-3 §11.11 an answer without end", DISCOVERY, async ({ session, target }) => {
  const found = session.sendTargets();
  let request = await text(target);
  for (let i = 0; i < 9; i++) {
    answer(target, request, new Uint8Array(0), { final: false, targetTransferTag: i });
    if (i === 8) break;
    request = await text(target);
  }
  await rejectsWith(found, "ISCSI_PROTOCOL_ERROR");
});

rigged("H-3 §11.11 more than 4 MiB of answer", DISCOVERY, async ({ session, target }) => {
  const found = session.sendTargets();
  found.catch(() => {});
  const part = new Uint8Array(262144).fill(0x41);
  for (let i = 0; i < 17; i++) answer(target, await text(target), part, { final: false, targetTransferTag: i });
  await rejectsWith(found, "ISCSI_PROTOCOL_ERROR");
});

rigged("H-4 §7.4 a discovery session takes no Async, and no commands", DISCOVERY, async ({ session, target }) => {
  await rejectsWith(session.execute(0, ready()), "ERR_INVALID_ARG_VALUE");
  const found = session.sendTargets();
  await text(target);
  const header = new Uint8Array(48);
  header.set([0x32, 0x80]);
  target.send(header);
  await rejectsWith(found, "ISCSI_PROTOCOL_ERROR");
});

rigged("H-6 §11.10 a text that is never answered", {
  session: { sessionType: "Discovery", timeouts: { request: 100 } },
}, async ({ session, target }) => {
  const found = session.sendTargets();
  await text(target);
  await rejectsWith(found, "ISCSI_REQUEST_TIMEOUT");
  await rejectsWith(session.sendTargets(), "ISCSI_REQUEST_TIMEOUT");
});

test.run();
