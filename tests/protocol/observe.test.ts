// What a session shows: tracing channels, PDUs, events.
import { subscribe, tracingChannel, unsubscribe } from "node:diagnostics_channel";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Session, type TappedPdu } from "../../src/session/mod.ts";
import { Opcode, opcodeOf } from "../../src/wire/mod.ts";
import { Peer } from "./peer.ts";
import { read, rejectsWith, rig, sessionOptions, TARGET_NAME, write } from "./rig.ts";

/** Collects what a channel publishes while a body runs. */
async function listen(name: string, body: () => Promise<void>): Promise<[string, Record<string, unknown>][]> {
  const seen: [string, Record<string, unknown>][] = [];
  const take = (event: string) => (context: unknown) => void seen.push([event, context as Record<string, unknown>]);
  const handlers = {
    start: take("start"),
    end: () => {},
    asyncStart: () => {},
    asyncEnd: take("end"),
    error: take("error"),
  };
  const channel = tracingChannel(`lunstream:${name}`);
  channel.subscribe(handlers);
  try {
    await body();
  } finally {
    channel.unsubscribe(handlers);
  }
  return seen;
}

test(
  "commands are traced, from execute() to their end",
  rig({}, async ({ session, target }) => {
    const seen = await listen("command", async () => {
      const run = session.execute(1, read(512));
      target.dataIn(await target.command(), { status: 0 }, new Uint8Array(512));
      await run;
      const failing = session.execute(1, write(512));
      target.respond(await target.command(), { response: 1 });
      await rejectsWith(failing, "ISCSI_TARGET_FAILURE");
    });
    assert.equal(seen.map(([event]) => event), ["start", "end", "start", "error", "end"]);
    assert.is(seen[0]![1]["lun"], 1n << 48n);
    assert.is(seen[0]![1]["dataIn"], 512);
    assert.is((seen[1]![1]["result"] as { status: number }).status, 0);
  }),
);

test("a command that is traced can still be named in task management", async () => {
  await listen("command", async () => {
    await rig({}, async ({ session, target }) => {
      const run = session.execute(1, read(512));
      const command = await target.command();
      const query = session.taskManagement(9, { command: run });
      query.catch(() => {});
      const { header } = await target.expect(Opcode.TaskManagementRequest);
      assert.is(new DataView(header.buffer).getUint32(20), command.initiatorTaskTag);
      target.dataIn(command, { status: 0 }, new Uint8Array(512));
      await run;
    })();
  });
});

test("logins are traced", async () => {
  const peer = await Peer.listen();
  try {
    const seen = await listen("login", async () => {
      const connecting = Session.open(sessionOptions(peer));
      const target = await peer.accept();
      await target.login();
      const session = await connecting;
      target.socket.end();
      await session.close();
    });
    assert.equal(seen.map(([event]) => event), ["start", "end"]);
    assert.is(seen[0]![1]["targetName"], TARGET_NAME);
    assert.is(seen[0]![1]["port"], peer.port);
  } finally {
    await peer.close();
  }
});

test("every PDU can be seen, but nothing of the authentication", async () => {
  const peer = await Peer.listen();
  const seen: TappedPdu[] = [];
  try {
    const connecting = Session.open(sessionOptions(peer, {
      auth: { username: "me", password: "a secret of ours" },
      tap: ({ direction, header, data }) => seen.push({ direction, header: header.slice(), data: data.slice() }),
    }));
    connecting.catch(() => {});
    const target = await peer.accept();
    await target.expect(Opcode.LoginRequest);
    target.socket.end();
    await rejectsWith(connecting, "ISCSI_CONNECTION_LOST");
    assert.is(seen.length, 1);
    assert.is(seen[0]!.data.length, 0);
    seen.length = 0;
    const plain = Session.open(sessionOptions(peer, {
      tap: ({ direction, header, data }) => seen.push({ direction, header: header.slice(), data: data.slice() }),
    }));
    const second = await peer.accept();
    await second.login();
    const session = await plain;
    const run = session.execute(1, write(512));
    second.respond(await second.command());
    await run;
    assert.equal(
      seen.map(({ direction, header }) => `${direction} ${opcodeOf(header)}`),
      ["out 3", "in 35", "out 3", "in 35", "out 1", "in 33"],
    );
    assert.equal(seen.map(({ data }) => data.length > 0), [false, false, true, true, true, false]);
    assert.is(seen[4]!.data.length, 512);
    second.socket.end();
    await session.close();
  } finally {
    await peer.close();
  }
});

test("changes of state are published, until nobody listens any more", async () => {
  const seen: { state: string; targetName: string; host: string; port: number }[] = [];
  const take = (message: unknown) => void seen.push(message as typeof seen[number]);
  subscribe("lunstream:state", take);
  let port = 0;
  try {
    await rig({}, async ({ session, target, peer }) => {
      port = peer.port;
      const closing = session.close();
      target.socket.destroy();
      await closing;
    })();
  } finally {
    unsubscribe("lunstream:state", take);
  }
  assert.equal(seen.map(({ state }) => state), ["connected", "closing", "closed"]);
  assert.equal([seen[0]!.host, seen[0]!.port, seen[0]!.targetName], ["127.0.0.1", port, TARGET_NAME]);
  await rig({}, async () => {})();
  assert.is(seen.length, 3);
});

test.run();
