// time limit: 120 s
// Aborts at seeded random moments: the command settles, its buffer is the caller's again, and no task, listener or connection
// is left. SEED: the seed that a failure printed.
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect, openLun } from "../../mod.ts";
import { copy, deviceSource, nullSink } from "../../src/copy/mod.ts";
import { scsiKnowledge } from "../../src/scsi/effect.ts";
import { SessionEmitter } from "../../src/session/events.ts";
import { resolveOptions } from "../../src/session/options.ts";
import { StateMachine } from "../../src/session/state_machine.ts";
import {
  decodeNopOut,
  decodeTaskManagementRequest,
  encodeNopIn,
  encodeTaskManagementResponse,
  Opcode,
  RESERVED_TAG,
} from "../../src/wire/mod.ts";
import { type Backing, memoryBacking, startTarget } from "../../src/target/mod.ts";
import { Random, runSeed } from "../contract/random.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd } from "../peers/tgtd.ts";
import { PeerConnection } from "../protocol/peer_connection.ts";
import { INITIATOR_NAME } from "../protocol/rig.ts";
import { firstDifference, patternBytes } from "./bytes.ts";
import { memoryConnect } from "./memory_tcp.ts";
import { Relay } from "./relay.ts";
import { quickOptions } from "./script.ts";

const ABORTS = 200;
const SIZE = 8 << 20;
const BLOCK = 512;
const OLD = 0x11;
const NEW = 0x22;
/** What a caller writes into a buffer as soon as it is his again. */
const MINE = 0xee;
const seed = runSeed("moments of the aborts");
const withPeers = needs(test, "tgtd", "tgtadm");

/** A signal that counts its listeners. */
class Counted {
  readonly controller: AbortController = new AbortController();
  listeners = 0;
  constructor() {
    const { signal } = this.controller;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    const known = new Set<unknown>();
    signal.addEventListener = (...args: unknown[]) => {
      known.add(args[1]);
      this.listeners = known.size;
      return (add as (...all: unknown[]) => void)(...args);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      known.delete(args[1]);
      this.listeners = known.size;
      return (remove as (...all: unknown[]) => void)(...args);
    };
  }
}

/** Somewhere between "in the same turn" and "after all has ended". */
async function moment(random: Random): Promise<void> {
  const kind = random.int(0, 4);
  if (kind === 0) return;
  if (kind <= 2) { for (let turns = random.int(1, 12); turns > 0; turns--) await turn(); }
  else await wait(random.int(0, 6));
}

interface Place {
  host: string;
  port: number;
  targetName: string;
  lun: number;
}

/** Many commands at once on one session, `ABORTS` of them aborted. */
async function abortCommands({ lun, ...place }: Place): Promise<void> {
  const events = new SessionEmitter();
  const states: string[] = [];
  events.on("state", ({ state }) => states.push(state));
  const machine = new StateMachine(
    resolveOptions({
      scsi: scsiKnowledge,
      ...place,
      initiatorName: INITIATOR_NAME,
      limits: { defaultTime2Wait: 0 },
      timeouts: { command: 20_000, request: 10_000 },
    }),
    events,
  );
  await machine.connect(undefined);
  try {
    await useMachine(machine, lun);
  } finally {
    await machine.close();
  }
  assert.equal(states, ["connected", "closing", "closed"], "one connection did it all");
}

async function useMachine(machine: StateMachine, lun: number): Promise<void> {
  const random = new Random(seed);
  const run = (cdb: number[], more: { dataIn?: Uint8Array; dataOut?: Uint8Array }, signal?: AbortSignal) =>
    machine.commands.execute(machine.luns.at(lun), { cdb: Uint8Array.from(cdb), replay: "safe", ...more }, { signal });
  // The first command of a session meets a unit attention.
  await run([0, 0, 0, 0, 0, 0], {});

  const shared = new Counted();
  const buffers: Uint8Array[] = [];
  let fired = 0;
  let aborted = 0;
  let completed = 0;
  const lengths = [1, 1, 8, 8, 64, 64, 300, 300, 1024, 4096];
  const worker = async (): Promise<void> => {
    while (fired < 2 * ABORTS) {
      const blocks = random.pick(lengths);
      const lba = random.int(0, SIZE / BLOCK - blocks);
      const writes = random.chance(0.5);
      const bytes = writes ? patternBytes(blocks * BLOCK, lba * BLOCK, NEW) : new Uint8Array(blocks * BLOCK);
      const cdb = [writes ? 0x2a : 0x28, 0, 0, 0, lba >> 8, lba & 255, 0, blocks >> 8, blocks & 255, 0];
      const aborts = random.chance(0.7);
      const own = new Counted();
      const signal = (aborts ? own : shared).controller.signal;
      const running = run(cdb, writes ? { dataOut: bytes } : { dataIn: bytes }, signal);
      const settled = running.then(({ status, sense }) => {
        assert.is(status, 0, `seed ${seed}: status ${status}, sense data ${[...sense]}`);
        completed++;
        if (writes) return;
        // Each block is of one of the generations, whole.
        for (let at = 0; at < bytes.length; at += BLOCK) {
          const is = (generation: number) =>
            firstDifference(bytes.subarray(at, at + BLOCK), patternBytes(BLOCK, lba * BLOCK + at, generation)) < 0;
          assert.ok(is(OLD) || is(NEW), `seed ${seed}: a wrong block at ${lba * BLOCK + at}`);
        }
      }, (error: { code?: string }) => {
        assert.is(error.code, "ABORT_ERR", `seed ${seed}: ${error}`);
        aborted++;
      }).then(() => {
        // From here on nobody else may read or write it.
        bytes.fill(MINE);
        buffers.push(bytes);
        assert.is(own.listeners, 0, "listeners of the signal");
      });
      if (aborts) {
        await moment(random);
        own.controller.abort();
        fired++;
      }
      await settled;
    }
  };
  await Promise.all(Array.from({ length: 24 }, worker));

  assert.is(machine.pending.all().length, 0, "open commands");
  const { tasks } = machine;
  // A task management request that was not answered yet holds a tag.
  for (let i = 0; tasks.size > 0 && i < 100; i++) await wait(10);
  assert.is(tasks.size, 0, "open tasks");
  assert.is(shared.listeners, 0, "listeners of the shared signal");
  shared.controller.abort();
  await machine.live().nops.ping(1000);
  for (const bytes of buffers) assert.ok(bytes.every((byte) => byte === MINE), `seed ${seed}: a buffer was touched`);
  const whole = new Uint8Array(SIZE);
  for (let at = 0; at < SIZE; at += 1 << 20) {
    const cdb = [0x28, 0, 0, 0, at / BLOCK >> 8, at / BLOCK & 255, 0, 2048 >> 8, 0, 0];
    assert.is((await run(cdb, { dataIn: whole.subarray(at, at + (1 << 20)) })).status, 0);
  }
  for (let at = 0; at < SIZE; at += BLOCK) {
    const block = whole.subarray(at, at + BLOCK);
    const is = (generation: number) => firstDifference(block, patternBytes(BLOCK, at, generation)) < 0;
    assert.ok(is(OLD) || is(NEW), `seed ${seed}: a wrong block at ${at}`);
  }
  // Those whose status was on its way are completed: it counts.
  console.log(`  ${fired} signals fired, ${aborted} commands aborted, ${completed} completed`);
}

/** A backing whose answers take their time. */
function slow(backing: Backing, random: Random): Backing {
  const pause = () => random.chance(0.5) ? wait(random.int(0, 30)) : Promise.resolve();
  return {
    size: backing.size,
    blockSize: backing.blockSize,
    readInto: async (...args) => {
      await pause();
      await backing.readInto(...args);
    },
    write: async (...args) => {
      await pause();
      await backing.write(...args);
    },
    flush: () => backing.flush(),
  };
}

test(`${2 * ABORTS} aborts of commands leave nothing, embedded target`, async () => {
  const backing = memoryBacking(SIZE);
  await backing.write(patternBytes(SIZE, 0, OLD), 0);
  const target = await startTarget({ luns: [{ backing: slow(backing, new Random(seed)) }] });
  try {
    await abortCommands({ host: target.host, port: target.port, targetName: target.name, lun: 0 });
    for (let i = 0; target.sessionCount > 0 && i < 100; i++) await wait(10);
    assert.is(target.sessionCount, 0);
  } finally {
    await target.close();
  }
});

withPeers(`${2 * ABORTS} aborts of commands leave nothing, tgtd`, async () => {
  const target = await startTgtd({ luns: [{ size: SIZE }] });
  try {
    const lun = await openLun(target.url(1));
    await lun.write(patternBytes(SIZE, 0, OLD), 0);
    await lun.close();
    await abortCommands({ host: target.host, port: target.port, targetName: target.iqn, lun: 1 });
    assert.not.match(await target.adm("--op", "show", "--mode", "conn", "--tid", "1"), /IP Address/);
  } finally {
    await target.stop();
  }
});

test(`${ABORTS} aborts of commands that the target leaves unanswered`, async () => {
  const random = new Random(seed);
  const answers = new Map<string, number>();
  /** None of the 512 bytes were moved. */
  const NOTHING = { underflow: true, residualCount: 512 };
  const serve = async (peer: PeerConnection): Promise<void> => {
    await peer.login();
    for (;;) {
      const { opcode, header } = await peer.next();
      if (opcode === Opcode.NopOut) {
        const { initiatorTaskTag } = decodeNopOut(header);
        const lun = { lun: 0n, targetTransferTag: RESERVED_TAG, dataSegmentLength: 0 };
        peer.send(encodeNopIn({ initiatorTaskTag, ...lun, ...peer.numbers() }));
      } else if (opcode === Opcode.LogoutRequest) {
        peer.socket.destroy();
        return;
      } else if (opcode === Opcode.TaskManagementRequest) {
        const { initiatorTaskTag, referencedTaskTag } = decodeTaskManagementRequest(header);
        await moment(random);
        const how = random.pick(["status first", "complete", "complete", "no such task", "no such task, then status"]);
        answers.set(how, (answers.get(how) ?? 0) + 1);
        if (how === "status first") peer.respond({ initiatorTaskTag: referencedTaskTag }, NOTHING);
        const response = how.startsWith("no such task") ? 1 : 0;
        peer.send(encodeTaskManagementResponse({ response, initiatorTaskTag, ...peer.numbers() }));
        if (how.endsWith("then status")) peer.respond({ initiatorTaskTag: referencedTaskTag }, NOTHING);
      }
    }
  };
  const connectTcp = memoryConnect(() => ({}), (socket) => void serve(new PeerConnection(socket)).catch(() => {}));
  const machine = new StateMachine(
    resolveOptions(quickOptions(connectTcp, { timeouts: { command: 0, request: 1_000 } })),
    new SessionEmitter(),
  );
  await machine.connect(undefined);
  const ends = new Map<string, number>();
  const buffers: Uint8Array[] = [];
  await Promise.all(Array.from({ length: ABORTS }, async (_, i) => {
    const own = new Counted();
    const bytes = new Uint8Array(512);
    const writes = i % 2 === 0;
    const cdb = Uint8Array.of(writes ? 0x2a : 0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0);
    const { signal } = own.controller;
    const data = writes ? { dataOut: bytes } : { dataIn: bytes };
    const running = machine.commands.execute(machine.luns.at(1), { cdb, replay: "never", ...data }, { signal });
    const settled = running.then(() => "status", (error: { code?: string }) => error.code ?? String(error));
    await moment(random);
    own.controller.abort();
    const end = await settled;
    ends.set(end, (ends.get(end) ?? 0) + 1);
    assert.is(own.listeners, 0);
    bytes.fill(MINE);
    buffers.push(bytes);
  }));
  console.log(`  ${JSON.stringify(Object.fromEntries(ends))} by ${JSON.stringify(Object.fromEntries(answers))}`);
  assert.equal([...ends.keys()].sort(), ["ABORT_ERR", "status"]);
  await machine.live().nops.ping(1000);
  assert.is(machine.pending.all().length, 0);
  assert.is(machine.tasks.size, 0);
  for (const bytes of buffers) assert.ok(bytes.every((byte) => byte === MINE));
  await machine.close();
});

test("the buffers of commands that a loss has ended are the caller's", async () => {
  const backing = memoryBacking(SIZE);
  await backing.write(patternBytes(SIZE, 0, OLD), 0);
  const target = await startTarget({ luns: [{ backing }] });
  const relay = await Relay.start(target);
  const random = new Random(seed);
  const mine = (bytes: Uint8Array): boolean => firstDifference(bytes, new Uint8Array(bytes.length).fill(MINE)) < 0;
  try {
    let lost = 0;
    for (let round = 0; round < 40; round++) {
      const session = await connect(`iscsi://127.0.0.1:${relay.port}/${target.name}`, { recovery: false });
      const buffers: Uint8Array[] = [];
      const all = Array.from({ length: 16 }, async (_, i) => {
        const blocks = 512;
        const bytes = new Uint8Array(blocks * BLOCK);
        const writes = i % 4 === 3;
        if (writes) bytes.set(patternBytes(bytes.length, i * bytes.length, OLD));
        const cdb = Uint8Array.of(writes ? 0x2a : 0x28, 0, 0, 0, (i * blocks) >> 8, 0, 0, blocks >> 8, 0, 0);
        await session.execute(0, { cdb, ...(writes ? { dataOut: bytes } : { dataIn: bytes }) }).then(
          () => {},
          () => lost++,
        );
        bytes.fill(MINE);
        buffers.push(bytes);
      });
      await moment(random);
      if (round % 2 === 0) relay.cut();
      else void session.close();
      await Promise.all(all);
      for (let turns = 0; turns < 5; turns++) {
        await wait(1);
        assert.ok(buffers.every(mine), `seed ${seed}, round ${round}: a buffer was written to`);
      }
      await session.close();
    }
    console.log(`  ${lost} commands lost`);
    // What the target has must be what was given, not what the caller made of his buffers later.
    const whole = new Uint8Array(SIZE);
    await backing.readInto(whole, 0);
    assert.is(firstDifference(whole, patternBytes(SIZE, 0, OLD)), -1, `seed ${seed}: a buffer was sent after its time`);
  } finally {
    await relay.close();
    await target.close();
  }
});

test(`${ABORTS} aborts of logins leave no connection`, async () => {
  const target = await startTarget({ luns: [{ backing: memoryBacking(1 << 20) }] });
  try {
    const random = new Random(seed);
    let aborted = 0;
    for (let i = 0; i < ABORTS; i++) {
      const own = new Counted();
      const { signal } = own.controller;
      const opening = random.chance(0.5)
        ? connect(target.urls[0] as string, { signal })
        : openLun(target.urls[0] as string, { signal });
      const settled = opening.then((made) => made.close(), (error: { code?: string; name: string }) => {
        assert.is(error.code, "ABORT_ERR", `seed ${seed}, login ${i}: ${error}`);
        aborted++;
      });
      await moment(random);
      own.controller.abort();
      await settled;
      assert.is(own.listeners, 0, `seed ${seed}, login ${i}: listeners`);
    }
    console.log(`  ${aborted} aborted`);
    for (let i = 0; target.sessionCount > 0 && i < 200; i++) await wait(10);
    assert.is(target.sessionCount, 0);
  } finally {
    await target.close();
  }
});

test("aborts of copies and streams leave the LUN usable", async () => {
  const backing = memoryBacking(SIZE);
  const target = await startTarget({ luns: [{ backing: slow(backing, new Random(seed)) }] });
  try {
    const random = new Random(seed);
    const lun = await openLun(target.urls[0] as string);
    for (let i = 0; i < 40; i++) {
      const own = new Counted();
      const { signal } = own.controller;
      const running = random.pick([
        () => copy(deviceSource(lun, { name: "lun" }), nullSink(), { signal, requestSize: 65536 }),
        async () => {
          for await (const _ of lun.readable({ signal })) await turn();
        },
        async () => {
          const writer = lun.writable({ signal }).getWriter();
          writer.closed.catch(() => {});
          for (let at = 0; at < SIZE; at += 65536) await writer.write(new Uint8Array(65536));
          await writer.close();
        },
        async () => {
          for await (const _ of lun.createReadStream({ signal })) await turn();
        },
      ])();
      const settled = running.then(() => {}, (error: { code?: string; name?: string }) => {
        assert.is(error.code, "ABORT_ERR", `seed ${seed}, copy ${i}: ${error}`);
      });
      await moment(random);
      own.controller.abort();
      await settled;
      // What was in flight settles in its own time; then nothing listens any more.
      for (let turns = 0; own.listeners > 0 && turns < 100; turns++) await wait(5);
      assert.is(own.listeners, 0, `seed ${seed}, copy ${i}: listeners`);
    }
    assert.is((await lun.read(0, 4096)).length, 4096);
    await lun.close();
  } finally {
    await target.close();
  }
});

test.run();
