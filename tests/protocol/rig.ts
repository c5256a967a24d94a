/**
 * A session that is logged in to a scripted peer, for one test.
 *
 * @module
 */

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ScsiCommand } from "../../src/command.ts";
import { scsiKnowledge } from "../../src/scsi/effect.ts";
import { Session, type SessionSetup } from "../../src/session/mod.ts";
import { pattern } from "../lib/bytes.ts";
import { rejection } from "../lib/rejections.ts";
import { Peer } from "./peer.ts";
import type { LoginAnswers, PeerConnection } from "./peer_connection.ts";

/** What a test gets. */
export interface Rig {
  session: Session;
  target: PeerConnection;
  peer: Peer;
  /** Options that the session was made with. */
  options: SessionSetup;
}

/** How the session is made. */
export interface RigOptions {
  login?: LoginAnswers;
  session?: Partial<SessionSetup>;
}

/** The name of the target. */
export const TARGET_NAME = "iqn.2026-01.test.lunstream:scripted";
/** Our name. */
export const INITIATOR_NAME = "iqn.2026-01.test.lunstream:initiator";

/** Options of a session with a peer: no pings and no recovery, unless a test wants them. */
export function sessionOptions(peer: Peer, more: Partial<SessionSetup> = {}): SessionSetup {
  return {
    scsi: scsiKnowledge,
    host: "127.0.0.1",
    port: peer.port,
    ...(more.sessionType === "Discovery" ? {} : { targetName: TARGET_NAME }),
    initiatorName: INITIATOR_NAME,
    keepalive: false,
    recovery: false,
    ...more,
    timeouts: { connect: 2_000, login: 3_000, command: 5_000, request: 1_000, ...more.timeouts },
  };
}

/** Runs a test body with a session and its target; everything is closed afterwards, however it ends. */
export function rig(options: RigOptions, body: (rig: Rig) => Promise<void>): () => Promise<void> {
  return async () => {
    const peer = await Peer.listen();
    let session: Session | undefined;
    try {
      const made = sessionOptions(peer, options.session);
      const connecting = Session.open(made);
      connecting.catch(() => {});
      const target = await peer.accept();
      await target.login(options.login);
      session = await connecting;
      quieten(session);
      await body({ session, target, peer, options: made });
    } finally {
      const closing = peer.close();
      await session?.close();
      await closing;
    }
  };
}

/** A test of that name with a session and its target: see {@link rig}. */
export function rigged(name: string, options: RigOptions, body: (rig: Rig) => Promise<void>): void {
  test(name, rig(options, body));
}

/** Where a test fails half-way, that is what must be reported, and not the commands that it leaves behind. */
function quieten(session: Session): void {
  const execute = session.execute.bind(session);
  session.execute = (...args) => {
    const run = execute(...args);
    run.catch(() => {});
    return run;
  };
}

/** READ (10), or as much of it as a scripted target looks at. */
export function read(length: number, more: Partial<ScsiCommand> = {}): ScsiCommand & { dataIn: Uint8Array } {
  const cdb = Uint8Array.of(0x28, 0, 0, 0, 0, 0, 0, 0, length >> 9, 0);
  return { cdb, replay: "safe", dataIn: new Uint8Array(length), ...more } as ScsiCommand & { dataIn: Uint8Array };
}

/** WRITE (10) of bytes that tell their place. */
export function write(length: number, more: Partial<ScsiCommand> = {}): ScsiCommand & { dataOut: Uint8Array } {
  const cdb = Uint8Array.of(0x2a, 0, 0, 0, 0, 0, 0, 0, length >> 9, 0);
  return { cdb, replay: "optIn", dataOut: pattern(length), ...more } as ScsiCommand & { dataOut: Uint8Array };
}

/** TEST UNIT READY. */
export function ready(more: Partial<ScsiCommand> = {}): ScsiCommand {
  return { cdb: new Uint8Array(6), replay: "safe", ...more };
}

/** Checks the code that a promise rejects with, and, where given, that of the cause. */
export async function rejectsWith(promise: Promise<unknown>, code: string, causeCode?: string): Promise<void> {
  const error = await rejection(promise);
  assert.is(error.code, code, `${error.name}: ${error.message}`);
  if (causeCode !== undefined) assert.is((error.cause as { code?: string } | undefined)?.code, causeCode);
}
