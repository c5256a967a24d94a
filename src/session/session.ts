/**
 * The public face of an iSCSI session.
 *
 * @module
 */

import { checkKeys, checkSignal, checkString, optional } from "../arguments.ts";
import { onAbort } from "../async/on_abort.ts";
import { AbortError, ProtocolError } from "../errors.ts";
import { encodeTextKeys, parseTextKeys, type TaskManagementFunction } from "../wire/mod.ts";
import { type DiscoveredTarget, parseSendTargets } from "./discovery.ts";
import { LunExecutor } from "./commands/lun_executor.ts";
import { SessionEmitter, type SessionEvents, type SessionListener, type SessionState } from "./events.ts";
import type { LunAddress } from "../bytes/lun.ts";
import type { SessionParameters } from "./login/mod.ts";
import { manage, type TaskManagementOptions } from "./manage_tasks.ts";
import type { PortalAddress } from "./naming/address.ts";
import { resolveOptions, type SessionSetup } from "./options.ts";
import { StateMachine } from "./state_machine.ts";
import type { ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../command.ts";

/** A session that has logged in and has no `Session` object yet. */
export interface LoggedIn {
  readonly machine: StateMachine;
  readonly events: SessionEmitter;
}

/**
 * Connects and logs in.
 *
 * @throws see {@link Session.open}
 */
export async function logIn(setup: SessionSetup): Promise<LoggedIn> {
  const events = new SessionEmitter();
  const machine = new StateMachine(resolveOptions(setup), events);
  await machine.connect(setup.signal);
  return { machine, events };
}

/**
 * One session with one target. It survives lost connections if `recovery` allows it. Users hold an `IscsiSession` of
 * `client/`, a subclass that knows SCSI.
 */
export class Session {
  readonly #machine: StateMachine;
  readonly #events: SessionEmitter;

  /** Makes the object that a caller holds. */
  protected constructor(made: LoggedIn) {
    this.#machine = made.machine;
    this.#events = made.events;
  }

  /**
   * Connects and logs in.
   *
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
   * @throws {RangeError} `ERR_OUT_OF_RANGE`
   * @throws {TransportError} `ISCSI_CONNECT_REFUSED`, `ISCSI_HOST_NOT_FOUND`, `ISCSI_CONNECT_FAILED`, `ISCSI_PERMISSION_DENIED`,
   * `ISCSI_CONNECTION_LOST`
   * @throws {TimeoutError} `ISCSI_CONNECT_TIMEOUT`, `ISCSI_LOGIN_TIMEOUT`
   * @throws {LoginError} `ISCSI_LOGIN_*`, `ISCSI_TARGET_AUTH_FAILED`, `ISCSI_NEGOTIATION_FAILED`
   * @throws {ProtocolError} `ISCSI_PROTOCOL_ERROR`, `ISCSI_NOT_ISCSI`
   * @throws {IscsiError} `ABORT_ERR`
   */
  static async open(setup: SessionSetup): Promise<Session> {
    return new Session(await logIn(setup));
  }

  /** The state of the session. */
  get state(): SessionState {
    return this.#machine.state;
  }

  /** The parameters negotiated in the last login. */
  get parameters(): SessionParameters {
    return this.#machine.parameters;
  }

  /** Address of the target's end of the last connection, as `host:port`. */
  get remoteAddress(): string {
    return this.#machine.remoteAddress;
  }

  /** The portal of the last login: one of `host` and `portals`, or where the target has moved permanently. */
  get portal(): PortalAddress {
    return { ...this.#machine.portals.portal };
  }

  /** The initiator's part of the session identifier: 6 bytes, a copy. */
  get isid(): Uint8Array {
    return this.#machine.options.isid.slice();
  }

  /**
   * Calls `listener` for every such event, until the function returned is called.
   *
   * @throws {TypeError} `ERR_INVALID_ARG_VALUE` for an event that does not exist, `ERR_INVALID_ARG_TYPE`
   */
  on<Name extends keyof SessionEvents>(name: Name, listener: SessionListener<Name>): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Runs one SCSI command, and resolves with whatever status it gets. Once the promise has settled, the caller may
   * reuse the command's buffers.
   *
   * @param lun a number 0 to 16383, or the 8 bytes of the LUN field as a big-endian bigint
   * @throws {IscsiError} `ISCSI_OUTCOME_UNKNOWN`, `ISCSI_CONNECTION_LOST`, `ISCSI_COMMAND_TIMEOUT`, `ABORT_ERR`, `ISCSI_REJECTED`,
   * `ISCSI_TASK_TERMINATED`, `ISCSI_SESSION_CLOSED`, `ISCSI_PROTOCOL_ERROR`,
   * `ISCSI_TARGET_FAILURE` (the target could not complete it)
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
   * @throws {RangeError} `ERR_OUT_OF_RANGE`
   */
  execute(lun: LunAddress, command: ScsiCommand, options: ExecuteOptions = {}): Promise<ScsiResult> {
    try {
      const unit = this.#machine.luns.at(lun);
      return this.#machine.commands.execute(unit, command, options, unit.writer);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * An executor for one LUN of the session.
   *
   * @throws {RangeError} `ERR_OUT_OF_RANGE`
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`
   */
  lun(lun: LunAddress): ScsiExecutor {
    const machine = this.#machine;
    return new LunExecutor(machine.luns.at(lun), machine.commands);
  }

  /**
   * A LUN is no longer in use: it is not checked after a reconnect any more, and may be opened anew if it has changed.
   */
  protected forget(lun: LunAddress): void {
    this.#machine.holds.forget(this.#machine.luns.at(lun));
  }

  /** A LUN is asked what it is now, before any other command is sent to it. */
  protected doubt(lun: LunAddress): void {
    this.#machine.holds.doubt(this.#machine.luns.at(lun));
  }

  /** Resolves when a LUN is held because it may have changed, and could not be asked: its commands may wait for long. */
  protected stuck(lun: LunAddress): Promise<void> {
    return this.#machine.holds.stuck(this.#machine.luns.at(lun));
  }

  /**
   * Lists targets by SendTargets. Without a name, a discovery session asks for all of them, a normal session for its
   * own.
   *
   * @throws {IscsiError} `ISCSI_REQUEST_TIMEOUT`, `ISCSI_REJECTED`, `ISCSI_PROTOCOL_ERROR`, `ISCSI_CONNECTION_LOST`,
   * `ISCSI_SESSION_CLOSED`
   */
  async sendTargets(name?: string): Promise<DiscoveredTarget[]> {
    const { options } = this.#machine;
    optional(checkString, "name", name);
    const asked = name ?? (options.sessionType === "Discovery" ? "All" : "");
    const answer = await this.#machine.live().texts.exchange(
      encodeTextKeys([["SendTargets", asked]]),
      options.timeouts.request,
    );
    try {
      return parseSendTargets(parseTextKeys(answer), {
        portal: this.#machine.portal,
        onRejected: (reason) => this.#events.emit("warning", reason),
      });
    } catch (error) {
      // The connection cannot be trusted any more.
      if (error instanceof ProtocolError) this.#machine.fail(error);
      throw error;
    }
  }

  /**
   * Sends a task management function. Resolves with the target's response: 0 done, 7 "yes" to a query. Commands of this
   * session that a reset or an abort ends reject with `ISCSI_TASK_TERMINATED`.
   *
   * @throws {TaskManagementError} `ISCSI_TASK_MANAGEMENT_FAILED`: the target refused
   * @throws {IscsiError} `ISCSI_REQUEST_TIMEOUT`, `ISCSI_REJECTED`, `ISCSI_CONNECTION_LOST`, `ISCSI_SESSION_CLOSED`
   * @throws {TypeError} `ERR_INVALID_ARG_VALUE`
   */
  async taskManagement(fn: TaskManagementFunction, options: TaskManagementOptions = {}): Promise<number> {
    return await manage(this.#machine, fn, options);
  }

  /**
   * Pings the target.
   *
   * @throws {IscsiError} `ISCSI_REQUEST_TIMEOUT`, `ISCSI_REJECTED`, `ISCSI_CONNECTION_LOST`, `ISCSI_SESSION_CLOSED`
   */
  async ping(): Promise<void> {
    this.#machine.needNormal();
    await this.#machine.live().nops.ping(this.#machine.options.timeouts.request);
  }

  /**
   * Waits for commands in flight, as long as a request may take, then logs out. Commands that have not settled by then
   * reject. Idempotent; the promise never rejects. When the signal fires, or has fired before, the connection is ended at
   * once instead: nobody waits for the target then.
   *
   * @param options.signal ends the session without a logout
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
   */
  close(options: { signal?: AbortSignal | undefined } = {}): Promise<void> {
    checkKeys("options", options, ["signal"]);
    checkSignal("signal", options.signal);
    const { signal } = options;
    const closing = this.#machine.close();
    const forget = onAbort(signal, () => this.#machine.fail(new AbortError(signal)));
    void closing.then(forget);
    return closing;
  }

  /** The same as {@link Session.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
