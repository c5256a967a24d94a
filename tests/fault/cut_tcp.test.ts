// time limit: 120 s
// waits
// Real TCP connections that end at places which a seed chooses: by FIN, by closing both directions, by RST. Afterwards none
// of our sockets may be left, and nothing may hang.
// FAULT_CUTS: how many sessions are cut.
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { scsiKnowledge } from "../../src/scsi/effect.ts";
import { Session, type SessionSetup } from "../../src/session/mod.ts";
import { Random, runSeed } from "../contract/random.ts";
import { INITIATOR_NAME, TARGET_NAME } from "../protocol/rig.ts";
import { endAfterReceived, endAfterSent, ENDINGS, EndingServer } from "./ending_server.ts";
import { serve } from "./mini_target.ts";
import { freshDisk, runMany, runSteps } from "./script.ts";
import { socketsHeld, soon } from "./sockets.ts";

const CUTS = Number(process.env["FAULT_CUTS"] ?? 150);
/** Bytes that a target sends in a session, and those that it receives, are a little fewer. */
const SENT = 4_300;
const RECEIVED = 2_600;
/** Sockets of this process before the first test. */
const HELD = socketsHeld();
/** A runtime makes itself some, once: Deno two, whether or not this library is used. */
const OF_THE_RUNTIME = 4;
/** Milliseconds after which something counts as hung: its own limits are below 3 s. */
const HUNG = 15_000;

function options(port: number, more: Partial<SessionSetup> = {}): SessionSetup {
  return {
    host: "127.0.0.1",
    port,
    scsi: scsiKnowledge,
    targetName: TARGET_NAME,
    initiatorName: INITIATOR_NAME,
    keepalive: false,
    ...more,
    limits: { defaultTime2Wait: 0, ...more.limits },
    timeouts: { connect: 5_000, login: 5_000, request: 5_000, command: 10_000, ...more.timeouts },
  };
}

test("sessions are cut anywhere: everything after the login succeeds, and no socket is left", async () => {
  const seed = runSeed("places of the cuts");
  const random = new Random(seed);
  const cuts = Array.from({ length: CUTS }, () => {
    const received = random.chance(0.4);
    const at = random.int(0, received ? RECEIVED : SENT);
    const ending = random.pick(ENDINGS);
    const run = async () => {
      const disk = freshDisk();
      const server = await EndingServer.listen((connection, number) => {
        if (number === 0) (received ? endAfterReceived : endAfterSent)(connection, at, ending);
        void serve(connection, disk);
      });
      const recovery = { replayWrites: true, minDelay: 1, maxDelay: 10 };
      const outcome = await runSteps(options(server.port, { recovery }), disk);
      // Texts and pings belong to their connection, and a login that fails is the caller's to repeat.
      const odd = outcome.failed.filter(([step]) => !["login", "text", "ping"].includes(step));
      if (odd.length > 0) outcome.wrong.push(`failed: ${JSON.stringify(odd)}`);
      outcome.wrong.push(...await server.close());
      return outcome;
    };
    return { name: `seed ${seed}: ${ending} after ${at} bytes ${received ? "received" : "sent"}`, run };
  });
  const { wrong } = await runMany(cuts, 4);
  assert.equal(wrong, []);
});

/** More than the system's buffers take of a connection whose peer does not read. */
const WRITES = 64;
const DATA = new Uint8Array(256 * 1024);
const UNREAD = {
  InitialR2T: "No",
  ImmediateData: "Yes",
  FirstBurstLength: String(DATA.length),
  MaxBurstLength: String(DATA.length),
};

interface Unread {
  session: Session;
  server: EndingServer;
  abort: AbortController;
}

/** What may befall a session whose peer does not read, and which has more to write than the buffers take. */
const BEFALLS: { name: string; session?: Partial<SessionSetup>; befall: (unread: Unread) => unknown }[] = [
  ...ENDINGS.map((ending) => ({
    name: ending,
    befall: ({ server }: Unread) => void server.connections[0]!.socket[ending](),
  })),
  ...ENDINGS.map((ending) => ({
    name: `${ending}, and close() at once`,
    befall: ({ server, session }: Unread) => {
      server.connections[0]!.socket[ending]();
      return session.close();
    },
  })),
  { name: "close()", befall: ({ session }) => session.close() },
  { name: "an abort, and close()", befall: ({ abort, session }) => (abort.abort(), session.close()) },
  { name: "an abort that nobody answers", befall: ({ abort }) => abort.abort() },
  { name: "the time limit of the commands", session: { timeouts: { command: 300 } }, befall: () => {} },
  { name: "the keepalive", session: { keepalive: { interval: 100, timeout: 200 } }, befall: () => {} },
];

for (const { name, session: more = {}, befall } of BEFALLS) {
  test(`a peer that does not read: ${name}`, async () => {
    const server = await EndingServer.listen((connection) => {
      void connection.login({ keys: UNREAD }).then(() => connection.socket.pause(), () => {});
    });
    const limits = { firstBurstLength: DATA.length, maxBurstLength: DATA.length };
    const timeouts = { request: 400, command: 0, ...more.timeouts };
    const session = await Session.open(options(server.port, { recovery: false, limits, ...more, timeouts }));
    const closed = new Promise<void>((resolve) => session.on("state", ({ state }) => state === "closed" && resolve()));
    const abort = new AbortController();
    const cdb = Uint8Array.of(0x2a, 0, 0, 0, 0, 0, 0, 2, 0, 0);
    const runs = Array.from({ length: WRITES }, async () => {
      try {
        await session.execute(1, { cdb, dataOut: DATA, replay: "optIn" }, { signal: abort.signal });
        return "done";
      } catch (error) {
        return (error as { code?: string }).code;
      }
    });
    // So much of it is on its way when something happens.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const over = Promise.all([closed, befall({ session, server, abort }), ...runs]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hung = new Promise<"hung">((resolve) => timer = setTimeout(() => resolve("hung"), HUNG));
    const first = await Promise.race([over, hung]);
    clearTimeout(timer);
    const wrong = await server.close();
    await session.close();
    assert.is.not(first, "hung");
    assert.equal(wrong, []);
    for (const run of runs) {
      assert.ok(["ISCSI_OUTCOME_UNKNOWN", "ABORT_ERR", "ISCSI_SESSION_CLOSED"].includes(`${await run}`));
    }
  });
}

test("a peer that resets 50 connections as it takes them: the 51st serves", async () => {
  const disk = freshDisk();
  const server = await EndingServer.listen((connection, number) => {
    if (number >= 1 && number <= 50) connection.socket.resetAndDestroy();
    else void serve(connection, disk);
  });
  const recovery = { minDelay: 1, maxDelay: 2, maxAttempts: 60 };
  const session = await Session.open(options(server.port, { recovery }));
  server.connections[0]!.socket.resetAndDestroy();
  const cdb = Uint8Array.of(0x28, 0, 0, 0, 0, 3, 0, 0, 1, 0);
  const { dataIn } = await session.execute(1, { cdb, dataIn: new Uint8Array(512), replay: "safe" });
  await session.close();
  assert.equal(await server.close(), []);
  assert.equal(dataIn, disk.subarray(3 * 512, 4 * 512));
  assert.is(server.connections.length, 52);
});

test("after all that the process holds no more sockets than before", async () => {
  await soon(5_000, () => socketsHeld() <= HELD + OF_THE_RUNTIME);
  assert.ok(socketsHeld() <= HELD + OF_THE_RUNTIME, `${HELD} sockets before, ${socketsHeld()} afterwards`);
});

test.run();
