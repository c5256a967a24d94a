/**
 * Holds a LUN that may have become another one: its commands wait until it has been checked, are sent then in the order in
 * which they were given, and fail if it is another one. The session and its other LUNs go on.
 *
 * @module
 */

import { onAbort } from "../../async/on_abort.ts";
import { delay, MAX_TIMEOUT, settlesWithin } from "../../async/delay.ts";
import { timeLimit } from "../../async/time_limit.ts";
import { decodeLun, formatLun } from "../../bytes/lun.ts";
import type { ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../../command.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import { clock, randomBytes } from "../../runtime/mod.ts";
import type { Luns, LunState } from "../commands/luns.ts";
import type { Pending } from "../commands/pending.ts";
import type { FullFeature } from "../connection/full_feature.ts";
import { asError, connectionLost } from "../failures.ts";
import type { ResolvedOptions } from "../options.ts";
import { backoff, type RecoveryPolicy, resolveRecovery } from "./options.ts";
import { heldCommandError } from "./replay.ts";

/** So many of the last unit attentions of one LUN are kept for its check. */
const MAX_SEEN = 256;
/** Bytes of each, as many as sense data can have (SPC-4 §4.5.1): what came may be a small part of large memory. */
const MAX_SENSE = 252;

/** After so many tries, or the time limit of a request, a LUN does not say soon what it is. */
const STUCK = 4;

/** What the checks need of the session. */
export interface HoldHost {
  /** The connection that checks can be sent over; undefined: there is none. */
  readonly carrier: FullFeature | undefined;
}

/** One LUN that is held. */
class Hold {
  /** Sense data of the unit attentions since it was held. */
  readonly seen: Uint8Array[] = [];
  /** Whether the session has been reinstated since then. */
  reconnected = false;
  /** Whether commands wait for as long as the LUN cannot be asked. */
  patient = false;
  /** Ends the check that is running. */
  running: AbortController | undefined;
}

/** How a try ended: the LUN is the same; it is another one; it could not be asked. */
type Outcome = { readonly kind: "same" } | { readonly kind: "changed" | "unasked"; readonly error: Error };

/** The LUNs of a session that are held. */
export class Holds {
  readonly #holds: Map<LunState, Hold> = new Map();
  readonly #options: ResolvedOptions;
  /** How long a LUN is asked; of a session that is not reinstated, the defaults. */
  readonly #policy: RecoveryPolicy;
  readonly #luns: Luns;
  readonly #pending: Pending;
  readonly #host: HoldHost;

  constructor(options: ResolvedOptions, luns: Luns, pending: Pending, host: HoldHost) {
    this.#options = options;
    this.#policy = options.recovery ?? resolveRecovery({});
    this.#luns = luns;
    this.#pending = pending;
    this.#host = host;
  }

  /**
   * A LUN has given sense data, to whomever and with whatever: they may say that it, or any of them, is another one.
   *
   * @param unit undefined: one that no command was given for
   */
  told(unit: LunState | undefined, sense: Uint8Array): void {
    const suspicion = this.#options.scsi.suspicionOf(sense);
    if (suspicion === "none") return;
    if (suspicion === "gone") return this.#gone(unit);
    if (unit !== undefined) this.#suspectAll(unit, sense);
    if (suspicion === "unit") return;
    for (const one of this.#luns.used()) if (one !== unit) this.#suspect(one, sense);
  }

  /** The caller wants to know what a LUN is now. */
  doubt(unit: LunState): void {
    this.#suspectAll(unit);
  }

  /** What one of several LUN fields of a unit is in doubt for, all of them are. */
  #suspectAll(unit: LunState, sense?: Uint8Array): void {
    for (const one of [unit, ...unit.twins]) this.#suspect(one, sense);
  }

  #suspect(unit: LunState, sense?: Uint8Array): void {
    unit.suspicions++;
    if (!unit.used || unit.refused !== undefined) return;
    const hold = this.#hold(unit);
    hold.patient = true;
    if (sense !== undefined) hold.seen.push(sense.slice(0, MAX_SENSE));
    if (hold.seen.length > MAX_SEEN) hold.seen.shift();
    this.#start(unit, hold);
  }

  /** A LUN is not there. Its next command asks whether it has come back, and as the same; while it has not, that fails as before. */
  #gone(unit: LunState | undefined): void {
    // What is answered to a check is for who checks.
    if (unit === undefined || unit.held) return;
    for (const one of [unit, ...unit.twins]) {
      if (!one.used || one.held) continue;
      one.suspicions++;
      this.#hold(one);
    }
  }

  /** Something waits for a LUN that is held: if no check of it runs, the last one has given up, and another begins. */
  wanted(unit: LunState): void {
    const { refused } = unit;
    if (refused !== undefined) return this.#pending.failHeld(unit, (command) => heldCommandError(command, refused));
    this.#start(unit, this.#hold(unit));
  }

  /** There is a new connection. Resolves when each LUN has been asked once, or when one takes too long for the others to wait. */
  async reconnected(): Promise<void> {
    const tries = this.#luns.used().map((unit) => {
      unit.suspicions++;
      if (unit.refused !== undefined) return;
      const hold = this.#hold(unit);
      hold.patient = hold.reconnected = true;
      return this.#start(unit, hold);
    });
    await settlesWithin(Promise.all(tries), this.#options.timeouts.request);
  }

  /** The connection is lost, or the session ends: no check goes on. */
  interrupt(): void {
    for (const hold of this.#holds.values()) {
      hold.running?.abort();
      hold.running = undefined;
    }
  }

  /** A LUN is no longer in use: whatever it has become, its next user takes it as it is. */
  forget(unit: LunState): void {
    unit.used = false;
    this.#luns.part(unit);
    this.#holds.get(unit)?.running?.abort();
    this.#holds.delete(unit);
    if (unit.held) this.#release(unit);
  }

  /** Resolves when a LUN is held and could not be asked: its commands may wait for long. */
  stuck(unit: LunState): Promise<void> {
    return unit.stuck ? Promise.resolve() : new Promise((resolve) => unit.tellStuck.push(resolve));
  }

  #hold(unit: LunState): Hold {
    let hold = this.#holds.get(unit);
    if (hold === undefined) {
      hold = new Hold();
      this.#holds.set(unit, hold);
    }
    this.#pending.hold(unit);
    return hold;
  }

  /** Resolves when the LUN has been asked once. */
  #start(unit: LunState, hold: Hold): Promise<void> | undefined {
    if (hold.running !== undefined || this.#host.carrier === undefined) return undefined;
    hold.running = new AbortController();
    return new Promise((resolve) => void this.#run(unit, hold, hold.running as AbortController, resolve));
  }

  async #run(unit: LunState, hold: Hold, { signal }: AbortController, askedOnce: () => void): Promise<void> {
    const cancel = timeLimit(this.#options.timeouts.request, () => {
      // Else the check of a LUN that is no longer in use would speak for its next user.
      if (!signal.aborted) this.#stuck(unit);
    });
    try {
      await this.#askUntilKnown(unit, hold, signal, askedOnce);
    } finally {
      cancel();
    }
  }

  /** Asks until the LUN has answered, or for as long as the policy says. */
  async #askUntilKnown(unit: LunState, hold: Hold, signal: AbortSignal, askedOnce: () => void): Promise<void> {
    const end = clock.now() + this.#policy.maxTime;
    // Whoever has started this may be about to send a command, and counts on the window that it has seen.
    await Promise.resolve();
    if (signal.aborted) return askedOnce();
    for (let attempt = 1;; attempt++) {
      const { suspicions } = unit;
      const outcome = await this.#try(unit, hold, signal);
      if (signal.aborted) return askedOnce();
      // An answer is good only if nothing has happened since the question.
      const stale = unit.suspicions !== suspicions;
      if (!stale && outcome.kind !== "unasked") {
        if (outcome.kind === "same") this.#same(unit);
        else this.#changed(unit, outcome.error);
        return askedOnce();
      }
      askedOnce();
      if (outcome.kind === "unasked") {
        if (!hold.patient) return this.#giveUp(unit, hold, outcome.error);
        if (attempt === STUCK) this.#stuck(unit);
      }
      // Unit attentions come one by one: after the first there is no need to wait.
      const pause = stale && attempt === 1 ? 0 : backoff(this.#policy, attempt + 1, random());
      const ended = clock.now() + pause > end || !await this.#pause(pause, signal);
      if (signal.aborted) return;
      if (ended) return this.#giveUp(unit, hold, this.#unverified(unit, outcome));
    }
  }

  /** Waits before the next try. False: the check has been interrupted, or the caller has ended all tries. */
  async #pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const stop = new AbortController();
    const waits = [signal, this.#policy.signal].map((one) => onAbort(one, () => stop.abort()));
    try {
      await delay(milliseconds, stop.signal);
      return true;
    } catch {
      return false;
    } finally {
      for (const forget of waits) forget();
    }
  }

  async #try(unit: LunState, hold: Hold, signal: AbortSignal): Promise<Outcome> {
    const lost = (): Promise<never> =>
      Promise.reject(connectionLost("The connection was lost while a LUN was checked"));
    const executor: ScsiExecutor = {
      execute: (command, options = {}) => signal.aborted ? lost() : this.#check(unit, command, options),
    };
    const { seen, reconnected } = hold;
    const asked = reconnected ? this.#policy.verify : undefined;
    try {
      if (asked !== undefined) await this.#bounded(asked(unit.field, executor), signal);
      await this.#options.verifyLun(unit.field, executor, { seen, reconnected, accepted: asked !== undefined });
      return { kind: "same" };
    } catch (thrown) {
      const error = asError(thrown);
      return { kind: isAnswer(error) ? "changed" : "unasked", error };
    }
  }

  /** The caller's own check: one that never settles must not hold its LUN for ever. */
  async #bounded(own: Promise<void>, signal: AbortSignal): Promise<void> {
    const { maxTime } = this.#policy;
    const interrupted = new Promise<void>((resolve) => onAbort(signal, resolve));
    const check = Promise.race([own, interrupted]);
    if (!await settlesWithin(check, Math.min(maxTime, MAX_TIMEOUT))) {
      throw new IscsiError(ErrorCode.Unverified, `recovery.verify has not settled within ${maxTime} ms`);
    }
    await check;
  }

  /** Whoever has commands of the LUN may have to wait for long. */
  #stuck(unit: LunState): void {
    unit.stuck = true;
    for (const tell of unit.tellStuck.splice(0)) tell();
  }

  /** Runs a command before all others, although its LUN is held. */
  #check(unit: LunState, given: ScsiCommand, options: ExecuteOptions): Promise<ScsiResult> {
    const { command: { quick }, request } = this.#options.timeouts;
    // A limit of its own: the session's does not run during a recovery, and a check without any would hold its LUN for ever.
    const command = this.#pending.add(unit, given, { ...options, timeout: options.timeout ?? (quick || request) });
    this.#pending.queueCheck(command);
    const { carrier } = this.#host;
    if (carrier === undefined) this.#pending.fail(command, connectionLost("The connection was lost"));
    else carrier.pump();
    return command.promise;
  }

  #same(unit: LunState): void {
    this.#holds.delete(unit);
    this.#release(unit);
  }

  #release(unit: LunState): void {
    this.#pending.release(unit);
    this.#host.carrier?.pump();
  }

  #changed(unit: LunState, error: Error): void {
    this.#holds.delete(unit);
    const refused = error instanceof IscsiError ? error : new IscsiError(
      ErrorCode.TaskTerminated,
      `LUN ${nameOf(unit)} is not what it was before the connection was lost`,
      { cause: error },
    );
    unit.refused = refused;
    for (const twin of unit.twins) this.#suspect(twin);
    this.#pending.failHeld(unit, (command) => heldCommandError(command, refused));
  }

  #giveUp(unit: LunState, hold: Hold, error: Error): void {
    hold.running = undefined;
    this.#pending.failHeld(unit, (command) => heldCommandError(command, error));
  }

  #unverified(unit: LunState, outcome: Outcome): IscsiError {
    const { maxTime, signal } = this.#policy;
    const when = signal?.aborted === true ? "before the signal of recovery fired" : `within ${maxTime} ms`;
    return new IscsiError(
      ErrorCode.Unverified,
      `LUN ${nameOf(unit)} may have become another one, and could not be asked ${when}`,
      outcome.kind === "same" ? {} : { cause: outcome.error },
    );
  }
}

/** Whether an error of a check says that the LUN is another one. Others say that it could not be asked. */
function isAnswer(error: Error): boolean {
  if (!(error instanceof IscsiError)) return true;
  const { code } = error;
  return code === ErrorCode.IdentityChanged || code === ErrorCode.DeviceChanged || code === ErrorCode.Unsupported;
}

function nameOf(unit: LunState): string {
  return formatLun(decodeLun(unit.field));
}

function random(): number {
  const [a = 0, b = 0] = randomBytes(2);
  return (a * 256 + b) / 65536;
}
