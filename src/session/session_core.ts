/**
 * The inside of a session: its commands, its connection of the moment, and what happens when that is lost.
 *
 * @module
 */

import { AbortError, ErrorCode, ProtocolError, typeError } from "../errors.ts";
import type { AsyncEvent } from "./connection/async_event.ts";
import { Calls } from "./commands/pending.ts";
import type { CommandCall } from "./commands/command.ts";
import { Departure, leave } from "./connection/departure.ts";
import type { Address, Established } from "./login/establish.ts";
import type { SessionEmitter, SessionState } from "./events.ts";
import { connectionLost, sessionClosed } from "./failures.ts";
import { Keepalive } from "./connection/keepalive.ts";
import type { LunAddress } from "./lun_address.ts";
import type { SessionParameters } from "./login/mod.ts";
import { Nexus, type NexusOwner } from "./connection/full_feature.ts";
import type { ResolvedOptions } from "./options.ts";
import { PostponedCalls } from "./commands/postponed.ts";
import { Reach } from "./login/portals.ts";
import { FlushGuard } from "./recovery/flush_guard.ts";
import { abortedError, closedError, lostError, mayReplay } from "./recovery/lost.ts";
import { limited, Probes } from "./recovery/probes.ts";
import { Recovery, type RecoveryHost } from "./recovery/recovery.ts";
import { verifyLuns } from "./recovery/verify.ts";
import { WriteLog } from "./recovery/write_log.ts";
import type { RejectEvent } from "./connection/reject.ts";
import { isUnitAttention } from "./sense.ts";
import type { ExecuteOptions, ScsiCommand, ScsiResult } from "../command.ts";
import type { ScsiTask } from "./tasks/task.ts";
import { settlesWithin } from "../async/delay.ts";
import { commandChannel, loginChannel, recoveryChannel, stateChannel } from "./tracing.ts";

/** After the logout: how long the target may take to close the connection, in milliseconds. */
const CLOSE_GRACE = 500;

/** Everything of a session that is not its public face. */
export class SessionCore implements NexusOwner, RecoveryHost {
  /** What was asked for. */
  readonly options: ResolvedOptions;
  /** Commands that have not settled. */
  readonly calls: Calls;
  /** Why the session is closed, where that was not the caller's wish. */
  closeReason: Error | undefined;
  readonly #events: SessionEmitter;
  readonly #reach: Reach;
  readonly #recovery: Recovery | undefined;
  readonly #writes: WriteLog | undefined;
  readonly #flushes: FlushGuard = new FlushGuard();
  readonly #luns: Set<bigint> = new Set();
  readonly #changedLuns: Map<bigint, Error> = new Map();
  readonly #postponed: PostponedCalls = new PostponedCalls((call) => {
    if (!this.#probes.putBack(call)) this.calls.queue.putBack([call]);
    this.#nexus?.pump();
  });
  #state: SessionState = "connecting";
  #nexus: Nexus | undefined;
  #keepalive: Keepalive | undefined;
  #parameters: SessionParameters | undefined;
  #remoteAddress = "";
  #nextTag: number;
  #departure: Departure;
  /** While the LUNs are checked after a reconnect: the only commands that are sent. */
  readonly #probes: Probes = new Probes();
  #resultsBefore = 0;
  #replayed = 0;
  #closing: Promise<void> | undefined;
  #tellEnded: () => void = () => {};
  #nexusEnded: Promise<void> = Promise.resolve();

  /** Makes a session that is not connected. */
  constructor(options: ResolvedOptions, events: SessionEmitter) {
    this.options = options;
    this.#events = events;
    this.#reach = new Reach(options);
    this.#nextTag = options.firstTag;
    this.#departure = new Departure(options.timeouts.request, () => {});
    const { recovery } = options;
    this.#recovery = recovery === undefined ? undefined : new Recovery(recovery, this);
    const guarded = recovery !== undefined && !recovery.replayWrites;
    this.#writes = recovery?.replayWrites === true ? new WriteLog() : undefined;
    this.calls = new Calls(
      options.timeouts.command,
      (call, error) => this.#endEarly(call, error),
      {
        settled: (call) => this.#writes?.settled(call, call.attempts > 0),
        judge: guarded ? (call, result) => this.#flushes.judge(call, result, this.calls.given) : undefined,
      },
    );
  }

  /** Where the session stands. */
  get state(): SessionState {
    return this.#state;
  }

  /** What the last login agreed on. */
  get parameters(): SessionParameters {
    return this.#parameters as SessionParameters;
  }

  /** Address of the target's end of the last connection. */
  get remoteAddress(): string {
    return this.#remoteAddress;
  }

  /** The portal of the last login. */
  get portal(): Address {
    return this.#reach.address;
  }

  async connect(signal: AbortSignal | undefined): Promise<void> {
    try {
      this.#adopt(await this.#reach.login(loginChannel, {}, signal));
    } catch (error) {
      this.calls.stop();
      this.#setState("closed");
      throw error;
    }
  }

  /** Takes a connection that has logged in. */
  #adopt(established: Established): void {
    const { connection, outcome, outcome: { parameters } } = established;
    const { options } = this;
    this.#parameters = parameters;
    this.#remoteAddress = connection.remoteAddress;
    this.#departure = new Departure(options.timeouts.request, () => this.#keepalive?.stop());
    this.#nexusEnded = new Promise((resolve) => this.#tellEnded = resolve);
    const nexus = new Nexus({
      connection,
      parameters,
      discovery: options.sessionType === "Discovery",
      statSN: outcome.statSN,
      expCmdSN: outcome.expCmdSN,
      maxCmdSN: outcome.maxCmdSN,
      firstTag: this.#nextTag,
      requestTimeout: options.timeouts.request,
    }, this);
    this.#nexus = nexus;
    this.#resultsBefore = 0;
    // A discovery session sends nothing but SendTargets, its logout, and answers.
    const pings = options.sessionType === "Normal" ? options.keepalive : undefined;
    if (pings !== undefined) this.#keepalive = new Keepalive(nexus.link, nexus.nops, pings);
    for (const warning of outcome.warnings) this.#events.emit("warning", warning);
    if (this.#state === "connecting") this.#setState("connected");
    nexus.start();
  }

  #setState(state: SessionState, error?: Error): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#events.emit("state", error === undefined ? { state } : { state, error });
    stateChannel.publish(() => ({ ...this.portal, targetName: this.options.targetName, state, error }));
  }

  /** Runs one command. Throws where the caller passed something wrong or the session is closed. */
  execute(lun: LunAddress, command: ScsiCommand, options: ExecuteOptions): Promise<ScsiResult> {
    this.needOpen();
    this.needNormal();
    const call = this.calls.make(lun, command, options);
    const changed = this.#changedLuns.get(call.lun);
    if (changed !== undefined) {
      call.fail(changed);
      return call.promise;
    }
    this.#luns.add(call.lun);
    this.#writes?.opened(call);
    this.calls.queue.push(call);
    this.#nexus?.pump();
    if (!commandChannel.hasSubscribers) return call.promise;
    const context = { lun: call.lun, cdb: call.cdb, dataIn: call.dataIn.length, dataOut: call.dataOut.length };
    return call.handed = commandChannel.promise(() => call.promise, context);
  }

  /** Nobody uses this LUN any more. */
  forget(lun: bigint): void {
    this.#luns.delete(lun);
    this.#changedLuns.delete(lun);
  }

  /** Refuses what only a normal session does. */
  needNormal(): void {
    if (this.options.sessionType === "Normal") return;
    throw typeError(ErrorCode.InvalidArgValue, "A discovery session carries SendTargets and nothing else");
  }

  /** Refuses what a closed session cannot do. */
  needOpen(): void {
    if (this.#state === "closed" || this.#state === "closing") throw sessionClosed(this.closeReason);
  }

  /** The connection of the moment. Throws where there is none. */
  live(): Nexus {
    this.needOpen();
    const nexus = this.#nexus;
    if (nexus === undefined || nexus.held) throw connectionLost("The session is reconnecting");
    return nexus;
  }

  async text(text: Uint8Array): Promise<Uint8Array> {
    return await this.live().texts.exchange(text, this.options.timeouts.request);
  }

  async ping(): Promise<void> {
    this.needNormal();
    await this.live().nops.ping(this.options.timeouts.request);
  }

  /** What a PDU said was impossible: the connection cannot be trusted any more. */
  breach(error: unknown): void {
    if (error instanceof ProtocolError) this.#nexus?.link.connection.fail(error);
  }

  #endEarly(call: CommandCall, error: Error): void {
    if (call.settled) return;
    if (call.task === undefined) call.fail(abortedError(call, error));
    else this.#nexus?.abort(call.task, error);
  }

  // What the connection asks and tells.

  /** The next command to send. */
  next(): CommandCall | undefined {
    return (this.#probes.queue ?? this.calls.queue).shift();
  }

  /** Sends a command again after a pause. */
  sendLater(call: CommandCall): boolean {
    return this.#postponed.add(call);
  }

  /** An asynchronous message came. */
  asyncEvent(event: AsyncEvent): void {
    this.#events.emit("async", event);
    if (this.#nexus !== undefined && this.#closing === undefined) this.#departure.onAsync(this.#nexus, event);
  }

  rejected(event: RejectEvent): void {
    this.#events.emit("reject", event);
    if (this.#nexus !== undefined && this.#closing === undefined && this.#recovery !== undefined) {
      this.#departure.onReject(this.#nexus, event);
    }
  }

  /** The target waits for us to log out. */
  logoutWanted(): void {
    if (this.#nexus !== undefined && this.#closing === undefined) this.#departure.leave(this.#nexus, 0);
  }

  /** The target did something odd that does no harm. */
  warning(text: string): void {
    this.#events.emit("warning", text);
  }

  checkCondition(lun: bigint, sense: Uint8Array): void {
    if (isUnitAttention(sense)) this.#events.emit("unitAttention", { lun, sense });
  }

  /** A Data-Out of the task was rejected: its status must come within the time limit of requests. */
  statusDue(task: ScsiTask): void {
    this.calls.shorten(task.call, this.options.timeouts.request);
  }

  /** The connection has ended. */
  ended(error: Error | undefined, tasks: ScsiTask[]): void {
    const nexus = this.#nexus as Nexus;
    this.#nexus = undefined;
    this.#nextTag = nexus.link.tasks.newTag();
    this.#keepalive?.stop();
    this.#keepalive = undefined;
    const cause = error ?? connectionLost(
      this.#departure.begun ? "The target asked for a logout" : "The target closed the connection",
    );
    const closing = this.#closing !== undefined;
    const policy = closing ? undefined : this.options.recovery;
    const drained = nexus.link.connection.drained();
    const replays: CommandCall[] = [];
    for (const { call, abortError } of tasks) {
      call.task = undefined;
      let end: Error;
      if (abortError !== undefined) end = abortedError(call, abortError);
      else if (this.#probes.queue === undefined && mayReplay(call, policy, this.#writes)) {
        replays.push(call);
        continue;
      } else end = closing ? closedError(call) : lostError(call, cause);
      if (call.dataOut.length === 0) call.fail(end);
      else void drained.then(() => call.fail(end));
    }
    this.#replayed = replays.length;
    this.calls.queue.putBack(replays);
    this.#probes.lost(cause);
    this.#tellEnded();
    if (closing) return;
    if (this.#recovery === undefined) return this.#end(cause);
    this.calls.suspend();
    this.#flushes.lost();
    this.#setState("reconnecting", cause);
    const time2Wait = this.#departure.time2Wait ?? nexus.link.parameters.defaultTime2Wait;
    this.#recovery.start(cause, nexus.results > this.#resultsBefore, time2Wait);
  }

  // What recovery asks and tells.

  async reconnect(attempt: number, signal: AbortSignal): Promise<void> {
    const established = await this.#reach.login(recoveryChannel, { attempt }, signal);
    if (signal.aborted) {
      established.connection.fail();
      throw new AbortError(signal);
    }
    this.#probes.begin();
    this.#adopt(established);
  }

  /** Checks every LUN in use. False: the connection was lost meanwhile. */
  async verify(): Promise<boolean> {
    const nexus = this.#nexus;
    if (nexus === undefined) return false;
    const verify = this.options.recovery?.verify;
    if (verify !== undefined) {
      const changed = await verifyLuns(this.#luns, verify, (lun, command, options) => {
        const call = this.calls.make(lun, command, limited(options, this.options.timeouts));
        if (nexus.ended) call.fail(connectionLost("The connection was lost"));
        this.#probes.add(call, (error) => nexus.link.connection.fail(error));
        nexus.pump();
        return call.promise;
      }, () => nexus.ended);
      for (const [lun, error] of changed) this.#changedLuns.set(lun, error);
    }
    return !nexus.ended;
  }

  /** The session is usable again. False: its connection is lost once more. */
  recovered(attempts: number, milliseconds: number): boolean {
    const nexus = this.#nexus;
    if (nexus?.ended !== false) return false;
    for (const call of this.calls.all()) {
      const changed = this.#changedLuns.get(call.lun);
      if (changed !== undefined && call.task === undefined) call.fail(lostError(call, changed));
    }
    this.calls.restart();
    this.#resultsBefore = nexus.results;
    this.#probes.end();
    this.#setState("connected");
    this.#events.emit("recovered", { attempts, milliseconds, replayed: this.#replayed });
    nexus.pump();
    return true;
  }

  /** One try to reconnect failed. */
  failed(attempt: number, error: Error, pause: number): void {
    this.#events.emit("reconnectFailed", { attempt, error, delay: pause });
  }

  /** No further try will be made. */
  gaveUp(error: Error): void {
    if (this.#closing === undefined) this.#end(error);
  }

  // The end.

  /** The session ends by itself. */
  #end(cause: Error): void {
    this.closeReason = cause;
    this.#nexus?.link.connection.fail(cause);
    for (const call of [...this.calls.queue.takeAll(), ...this.#postponed.takeAll()]) call.fail(lostError(call, cause));
    this.#stop();
    this.#setState("closed", cause);
  }

  #stop(): void {
    this.#postponed.takeAll();
    this.#recovery?.cancel();
    this.calls.stop();
  }

  /** Ends the session by the caller's wish. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#setState("closing");
    this.#recovery?.cancel();
    for (const call of this.calls.queue.takeAll()) call.fail(closedError(call));
    const nexus = this.#nexus;
    if (nexus !== undefined && !nexus.ended) {
      await leave(nexus, this.options.timeouts.request, () => this.#keepalive?.stop());
      if (!nexus.ended) nexus.link.connection.end();
      await settlesWithin(this.#nexusEnded, CLOSE_GRACE);
      nexus.link.connection.fail();
    }
    for (const call of this.calls.all()) call.fail(closedError(call));
    this.#stop();
    this.#setState("closed");
  }
}
