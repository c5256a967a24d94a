/**
 * The state machine of a session: its states and their transitions are in `states.ts`, and what leads from one to another is here:
 * its commands, its current connection, and what happens when that is lost.
 *
 * @module
 */

import { settlesWithin } from "../async/delay.ts";
import type { ScsiResult } from "../command.ts";
import { AbortError, ErrorCode, typeError } from "../errors.ts";
import type { Command } from "./commands/command.ts";
import { CommandWindow } from "./commands/command_window.ts";
import { Giving, type GivingHost } from "./commands/giving.ts";
import { Luns, type LunState } from "./commands/luns.ts";
import { Pending, type PendingOwner } from "./commands/pending.ts";
import { FullFeature } from "./connection/full_feature.ts";
import type { ConnectionEnd, ConnectionEvent, ConnectionOwner } from "./connection/owner.ts";
import type { SessionEmitter, SessionState } from "./events.ts";
import { connectionLost, sessionClosed } from "./failures.ts";
import type { Established } from "./login/establish.ts";
import type { SessionParameters } from "./login/mod.ts";
import { Portals } from "./login/portals.ts";
import type { PortalAddress } from "./naming/address.ts";
import type { ResolvedOptions } from "./options.ts";
import { FlushGuard } from "./recovery/flush_guard.ts";
import { type HoldHost, Holds } from "./recovery/hold.ts";
import { abortedError, closedError, lostCommandError, mayReplay } from "./recovery/replay.ts";
import { Recovery, type RecoveryHost } from "./recovery/recovery.ts";
import { WriteLog } from "./recovery/write_log.ts";
import { SEEN, State, TRANSITIONS } from "./states.ts";
import { TaskTable } from "./tasks/task_table.ts";
import { channels } from "./tracing.ts";

/** Milliseconds that the target may take to close the connection after the logout. */
const CLOSE_GRACE = 500;
const CHECK_CONDITION = 0x02;

/** Everything of a session but its public face. */
export class StateMachine implements ConnectionOwner, GivingHost, PendingOwner, RecoveryHost, HoldHost {
  readonly options: ResolvedOptions;
  /** Commands that have not settled. */
  readonly pending: Pending;
  /** Takes commands from callers. */
  readonly commands: Giving;
  /** The tasks of its connections, by Initiator Task Tag. */
  readonly tasks: TaskTable;
  readonly #events: SessionEmitter;
  readonly portals: Portals;
  readonly #recovery: Recovery | undefined;
  /** The LUNs that commands were given for. */
  readonly luns: Luns = new Luns();
  /** Those of them that are held. */
  readonly holds: Holds;
  readonly #channels = channels();
  /** If writes may be replayed: which of them later writes have overtaken. */
  readonly #writes: WriteLog | undefined;
  /** Which flushes must not report success. */
  readonly flushes: FlushGuard;
  #state: State = State.Connecting;
  #connection: FullFeature | undefined;
  #parameters: SessionParameters | undefined;
  #remoteAddress = "";
  /** The number of results when the current connection began: with more, it has made progress. */
  #resultsBefore = 0;
  #replayed = 0;
  #closing: Promise<void> | undefined;
  /** Why the session was closed, if not by the caller. */
  #closeReason: Error | undefined;
  #tellEnded: () => void = () => {};
  #connectionEnded: Promise<void> = Promise.resolve();

  /** Makes a session that is not connected. */
  constructor(options: ResolvedOptions, events: SessionEmitter) {
    const { recovery, scsi } = options;
    this.options = options;
    this.#events = events;
    this.portals = new Portals(options);
    this.#recovery = recovery === undefined ? undefined : new Recovery(recovery, this);
    this.#writes = recovery?.replayWrites === true ? new WriteLog(scsi) : undefined;
    this.flushes = new FlushGuard(scsi, this.luns, recovery?.replayWrites === true);
    this.pending = new Pending(options, { flushes: this.flushes, writes: this.#writes }, this);
    this.tasks = new TaskTable(this.pending, options.firstTag);
    this.holds = new Holds(options, this.luns, this.pending, this);
    this.commands = new Giving(this, this.#channels.command);
  }

  get state(): SessionState {
    return SEEN[this.#state];
  }

  /** Goes into another state. Throws where the table does not allow it: that is a mistake in this library. */
  #to(state: State, error?: Error): void {
    const before = this.#state;
    if (!TRANSITIONS[before].includes(state)) throw new Error(`A session cannot go from ${before} to ${state}`);
    this.#state = state;
    const seen = SEEN[state];
    if (seen === SEEN[before]) return;
    this.#events.emit("state", error === undefined ? { state: seen } : { state: seen, error });
    this.#channels.state.publish(() => ({ ...this.portal, targetName: this.options.targetName, state: seen, error }));
  }

  /** The parameters negotiated in the last login. */
  get parameters(): SessionParameters {
    return this.#parameters as SessionParameters;
  }

  /** Address of the target's end of the last connection. */
  get remoteAddress(): string {
    return this.#remoteAddress;
  }

  /** The address of the last login. */
  get portal(): PortalAddress {
    return this.portals.address;
  }

  /** The first login. */
  async connect(signal: AbortSignal | undefined): Promise<void> {
    let established: Established;
    try {
      established = await this.portals.login(this.#channels.login, {}, signal);
    } catch (error) {
      this.#stop();
      this.#to(State.Closed);
      throw error;
    }
    this.#adopt(established, State.Connected);
  }

  /** Takes a connection that has logged in. */
  #adopt({ connection, cid, outcome }: Established, state: State): void {
    const { options } = this;
    const { parameters, statSN, expCmdSN, maxCmdSN, warnings } = outcome;
    this.#parameters = parameters;
    this.#remoteAddress = connection.remoteAddress;
    this.#connectionEnded = new Promise((resolve) => this.#tellEnded = resolve);
    this.#resultsBefore = this.tasks.results;
    // The leading connection of a session, a reinstated one included, begins its numbers; a further one would share them.
    const window = new CommandWindow(expCmdSN, expCmdSN, maxCmdSN);
    const normal = options.sessionType === "Normal";
    const fullFeature = new FullFeature({
      connection,
      cid,
      parameters,
      statSN,
      window,
      tasks: this.tasks,
      scsi: options.scsi,
      discovery: !normal,
      requestTimeout: options.timeouts.request,
      keepalive: normal ? options.keepalive : undefined,
      replaceable: this.#recovery !== undefined,
    }, this);
    this.#connection = fullFeature;
    this.#to(state);
    if (state === State.Connected) this.#events.keep(warnings);
    else for (const warning of warnings) this.#events.emit("warning", warning);
    fullFeature.start();
  }

  // Requests of callers.

  /** Throws unless this is a normal session. */
  needNormal(): void {
    if (this.options.sessionType === "Normal") return;
    throw typeError(ErrorCode.InvalidArgValue, "A discovery session carries SendTargets and nothing else");
  }

  /** Throws if the session is closed. */
  needOpen(): void {
    // Asked for every command.
    const state = this.#state;
    if (state === State.Closing || state === State.Closed) throw sessionClosed(this.#closeReason);
  }

  /** The current connection. Throws if there is none that accepts requests. */
  live(): FullFeature {
    this.needOpen();
    const connection = this.#connection;
    if (connection === undefined || connection.held) throw connectionLost("The session is reconnecting");
    return connection;
  }

  /** Ends the connection: it cannot be trusted any more, or nobody waits for the target. */
  fail(error: Error): void {
    this.#connection?.connection.fail(error);
  }

  // Calls from commands.

  endEarly(command: Command, error: Error): void {
    if (command.settled) return;
    if (command.carried) this.#connection?.abort(command, error);
    else this.pending.fail(command, abortedError(command, error));
  }

  due(): void {
    this.#connection?.pump();
  }

  waits(unit: LunState): void {
    this.holds.wanted(unit);
  }

  depends(result: ScsiResult): boolean {
    const { status, sense } = result;
    return status !== CHECK_CONDITION || this.options.scsi.meaningOf(sense) === "recovered";
  }

  // Calls from the connection.

  next(): Command | undefined {
    return this.pending.next();
  }

  event(event: ConnectionEvent): void {
    switch (event.kind) {
      case "async": {
        const { lun, sense } = event.event;
        this.#sensed(this.luns.known(lun), sense);
        return this.#events.emit("async", event.event);
      }
      case "reject":
        return this.#events.emit("reject", event.event);
      case "warning":
        return this.#events.emit("warning", event.text);
      case "checkCondition": {
        const { unit, sense } = event;
        this.#sensed(unit, sense);
        if (this.options.scsi.meaningOf(sense) !== "unitAttention") return;
        return this.#events.emit("unitAttention", { lun: unit.field, sense });
      }
      case "taken":
        return this.#sensed(event.unit, event.sense);
      case "wasReset":
        return this.flushes.reset(event.lun);
      case "postponed":
        if (!this.pending.postpone(event.command)) this.pending.fail(event.command, event.error);
        return;
      case "statusDue":
        return this.pending.deadlines.shorten(event.command, this.options.timeouts.request);
      case "leaving":
        if (this.#state === State.Connected) this.#to(State.Leaving);
        return;
    }
  }

  #sensed(unit: LunState | undefined, sense: Uint8Array): void {
    if (unit !== undefined) this.flushes.sensed(unit, sense);
    this.holds.told(unit, sense);
  }

  ended(how: ConnectionEnd): void {
    const { cause, tasks, time2Wait } = how;
    const { connection } = this.#connection as FullFeature;
    this.#connection = undefined;
    const closing = this.#state === State.Closing;
    const policy = closing ? undefined : this.options.recovery;
    const drained = connection.drained();
    const replays: Command[] = [];
    for (const { command, abortError } of tasks) {
      let end: Error;
      if (abortError !== undefined) end = abortedError(command, abortError);
      else if (!command.check && mayReplay(command, policy, this.#writes)) {
        replays.push(command);
        continue;
      } else end = closing ? closedError(command) : lostCommandError(command, cause);
      if (command.dataOut.length === 0) this.pending.fail(command, end);
      else void drained.then(() => this.pending.fail(command, end));
    }
    this.#replayed = replays.length;
    this.pending.putBack(replays);
    this.holds.interrupt();
    for (const check of this.pending.loseChecks()) this.pending.fail(check, lostCommandError(check, cause));
    this.#tellEnded();
    if (closing || this.#closeReason !== undefined) return;
    if (this.#recovery === undefined) return this.#end(cause);
    this.pending.deadlines.suspend();
    this.flushes.lost();
    this.#to(State.Reconnecting, cause);
    const progress = this.tasks.results > this.#resultsBefore;
    this.#recovery.start(cause, progress, time2Wait ?? this.parameters.defaultTime2Wait);
  }

  // Calls from recovery.

  async reconnect(attempt: number, signal: AbortSignal): Promise<void> {
    const established = await this.portals.login(this.#channels.recovery, { attempt }, signal);
    if (signal.aborted) {
      established.connection.fail();
      throw new AbortError(signal);
    }
    this.pending.beginChecks();
    this.#adopt(established, State.Verifying);
  }

  async verify(): Promise<boolean> {
    const fullFeature = this.#connection;
    if (fullFeature === undefined) return false;
    await this.holds.reconnected();
    return !fullFeature.connection.ended;
  }

  recovered(attempts: number, milliseconds: number): boolean {
    const fullFeature = this.#connection;
    if (fullFeature?.connection.ended !== false) return false;
    this.pending.deadlines.restart();
    this.#resultsBefore = this.tasks.results;
    this.pending.endChecks();
    this.#to(State.Connected);
    this.#events.emit("recovered", { attempts, milliseconds, replayed: this.#replayed });
    fullFeature.pump();
    return true;
  }

  failed(attempt: number, error: Error, pause: number): void {
    this.#events.emit("reconnectFailed", { attempt, error, delay: pause });
  }

  gaveUp(error: Error): void {
    if (this.#state !== State.Closing && this.#state !== State.Closed) this.#end(error);
  }

  // Calls from the checks of LUNs.

  get carrier(): FullFeature | undefined {
    const connection = this.#connection;
    return connection?.connection.ended === false && this.#state !== State.Closing ? connection : undefined;
  }

  // The end.

  /** The session ends by itself. */
  #end(cause: Error): void {
    this.#closeReason = cause;
    this.#connection?.connection.fail(cause);
    for (const command of this.pending.takeWaiting()) this.pending.fail(command, lostCommandError(command, cause));
    this.#stop();
    this.#to(State.Closed, cause);
  }

  #stop(): void {
    this.#recovery?.cancel();
    this.holds.interrupt();
    this.pending.stop();
  }

  /** Ends the session by the caller's wish. */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      // Known before a listener of the state can ask again.
      let closed = (): void => {};
      this.#closing = new Promise((resolve) => closed = resolve);
      void this.#close().then(closed);
    }
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#state === State.Closed) return;
    this.#to(State.Closing);
    this.#recovery?.cancel();
    this.holds.interrupt();
    for (const command of this.pending.takeQueued()) this.pending.fail(command, closedError(command));
    const fullFeature = this.#connection;
    if (fullFeature !== undefined) {
      const { connection } = fullFeature;
      await fullFeature.close();
      connection.end();
      await settlesWithin(this.#connectionEnded, CLOSE_GRACE);
      connection.fail();
    }
    for (const command of this.pending.all()) this.pending.fail(command, closedError(command));
    this.#stop();
    this.#to(State.Closed);
  }
}
