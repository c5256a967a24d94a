/**
 * One scripted session: login, text, read, inquiry, write, ping, read back, logout. Every step has a right answer or fails with
 * a code, in time; and data are right wherever a step says that it has them.
 *
 * @module
 */

import { ErrorCode } from "../../src/errors.ts";
import { scsiKnowledge } from "../../src/scsi/effect.ts";
import { Session, type SessionSetup } from "../../src/session/mod.ts";
import type { ConnectTcp } from "../../src/runtime/mod.ts";
import { PeerConnection } from "../protocol/peer_connection.ts";
import { INITIATOR_NAME, TARGET_NAME } from "../protocol/rig.ts";
import { firstDifference, patternBytes } from "./bytes.ts";
import { memoryConnect, type MemoryOptions, type MemoryTcp } from "./memory_tcp.ts";
import { BLOCK, serve } from "./mini_target.ts";

const CODES: ReadonlySet<string> = new Set(Object.values(ErrorCode));
/** Milliseconds after which a session counts as hung; far above its own limits. */
const HUNG = 20_000;
const READ_LENGTH = 3 * BLOCK;
const WRITE_AT = 8;

/** What came of one session. */
export interface Outcome {
  /** The steps that succeeded. */
  done: string[];
  /** The steps that failed, each with its code. */
  failed: [step: string, code: string][];
  /** What is wrong: a wrong answer, an error without a code, a step that never ended. */
  wrong: string[];
}

/** How a session is run. */
export interface ScriptOptions {
  /** Faults of each connection, counted from 0. */
  faults: (connection: number) => MemoryOptions;
  /** Options on top of the short time limits. */
  session?: Partial<SessionSetup> | undefined;
  /** Told of each connection. */
  accepted?: ((tcp: MemoryTcp, number: number) => void) | undefined;
  /** Gets the target's end of each connection before it is served. */
  served?: ((connection: PeerConnection, number: number) => void) | undefined;
  /** Everything between login and logout at once, not one after the other. */
  together?: boolean | undefined;
  /** Wrong data are no mistake: there are no digests that could show them. */
  trusting?: boolean | undefined;
}

/** Options of a session with short time limits. */
export function quickOptions(connectTcp: ConnectTcp, more: Partial<SessionSetup> = {}): SessionSetup {
  return {
    host: "127.0.0.1",
    port: 3260,
    scsi: scsiKnowledge,
    targetName: TARGET_NAME,
    initiatorName: INITIATOR_NAME,
    keepalive: false,
    recovery: false,
    connectTcp,
    ...more,
    limits: { defaultTime2Wait: 0, ...more.limits },
    timeouts: { connect: 500, login: 500, command: 400, request: 250, ...more.timeouts },
  };
}

/** The disk of a target before a session. */
export function freshDisk(): Uint8Array {
  return patternBytes(32 * BLOCK, 0, 5);
}

/** Runs one session to its end. Never rejects. */
export async function runScript(options: ScriptOptions): Promise<Outcome> {
  const disk = freshDisk();
  const connectTcp = memoryConnect(options.faults, (socket, tcp, number) => {
    options.accepted?.(tcp, number);
    const connection = new PeerConnection(socket);
    options.served?.(connection, number);
    void serve(connection, disk);
  });
  return await runSteps(quickOptions(connectTcp, options.session), disk, options);
}

/** The same with a target that is there already, and whose disk is `disk`. */
export async function runSteps(
  session: SessionSetup,
  disk: Uint8Array,
  options: Pick<ScriptOptions, "together" | "trusting"> = {},
): Promise<Outcome> {
  const outcome: Outcome = { done: [], failed: [], wrong: [] };
  let hung: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([
    steps(session, disk, outcome, options),
    new Promise<void>((resolve) => {
      hung = setTimeout(() => {
        outcome.wrong.push(`not over after ${HUNG} ms`);
        resolve();
      }, HUNG);
    }),
  ]);
  clearTimeout(hung);
  return outcome;
}

async function steps(
  options: SessionSetup,
  disk: Uint8Array,
  outcome: Outcome,
  { trusting = false, together = false }: Pick<ScriptOptions, "together" | "trusting">,
): Promise<void> {
  const step = async <T>(name: string, run: () => Promise<T>, check: (value: T) => string | undefined) => {
    try {
      const value = await run();
      const wrong = check(value);
      if (wrong !== undefined) outcome.wrong.push(`${name}: ${wrong}`);
      else outcome.done.push(name);
      return value;
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code === undefined || !CODES.has(code)) outcome.wrong.push(`${name}: ${(error as Error).stack ?? error}`);
      else outcome.failed.push([name, code]);
      return undefined;
    }
  };
  const same = (got: Uint8Array, want: Uint8Array): string | undefined => {
    if (trusting) return undefined;
    const at = firstDifference(got, want);
    return at < 0 ? undefined : `byte ${at} of ${got.length} is wrong`;
  };

  const session = await step("login", () => Session.open(options), () => undefined);
  if (session === undefined) return;
  const read = (name: string, block: number) => {
    const before = disk.slice(block * BLOCK, block * BLOCK + READ_LENGTH);
    const dataIn = new Uint8Array(READ_LENGTH);
    const cdb = Uint8Array.of(0x28, 0, 0, 0, 0, block, 0, 0, READ_LENGTH / BLOCK, 0);
    return step(name, () => session.execute(1, { cdb, dataIn, replay: "safe" }), ({ status, dataIn: got }) => {
      return status === 0 ? same(got, before) : trusting ? undefined : `status ${status}`;
    });
  };
  const fresh = patternBytes(READ_LENGTH, 0, 77);
  const all: (() => Promise<unknown>)[] = [
    () =>
      step(
        "text",
        () => session.sendTargets(),
        (targets) => trusting || JSON.stringify(targets).includes("lunstream:scripted") ? undefined : "no such target",
      ),
    () => read("read", 2),
    () =>
      step(
        "inquiry",
        () => {
          const cdb = Uint8Array.of(0x12, 0, 0, 0, 37, 0);
          return session.execute(1, { cdb, dataIn: new Uint8Array(37), replay: "safe" });
        },
        ({ dataIn }) => same(dataIn, disk.subarray(0, 37)),
      ),
    () =>
      step("write", () => {
        const cdb = Uint8Array.of(0x2a, 0, 0, 0, 0, WRITE_AT, 0, 0, READ_LENGTH / BLOCK, 0);
        return session.execute(1, { cdb, dataOut: fresh, replay: "optIn" });
      }, ({ status }) => {
        if (status !== 0) return trusting ? undefined : `status ${status}`;
        return same(disk.slice(WRITE_AT * BLOCK, WRITE_AT * BLOCK + READ_LENGTH), fresh);
      }),
    () => step("ping", () => session.ping(), () => undefined),
  ];
  if (together) await Promise.all(all.map((run) => run()));
  else for (const run of all) await run();
  await read("read back", WRITE_AT);
  await step("logout", () => session.close(), () => session.state === "closed" ? undefined : session.state);
}

/** Runs many sessions, so many at a time, and gives what was wrong, at most a few. */
export async function runMany(
  cases: Iterable<{ name: string; run: () => Promise<Outcome> }>,
  atOnce: number,
  seen: (name: string, outcome: Outcome) => string | undefined = () => undefined,
): Promise<{ count: number; wrong: string[] }> {
  const wrong: string[] = [];
  const iterator = cases[Symbol.iterator]();
  let count = 0;
  const worker = async (): Promise<void> => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) {
      const { name, run } = next.value;
      const outcome = await run();
      count++;
      const more = seen(name, outcome);
      for (const what of more === undefined ? outcome.wrong : [...outcome.wrong, more]) {
        if (wrong.length < 10) wrong.push(`${name}: ${what}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { count, wrong };
}
