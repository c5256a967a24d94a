/**
 * An iSCSI session: what callers hold.
 *
 * @module
 */

import { encodeTextKeys, parseTextKeys, type TaskManagementFunction } from "../wire/mod.ts";
import { type DiscoveredTarget, parseSendTargets } from "./discovery/send_targets.ts";
import { SessionEmitter, type SessionEvents, type SessionListener, type SessionState } from "./events.ts";
import { encodeLun, type LunAddress } from "../bytes/lun.ts";
import type { SessionParameters } from "./login/mod.ts";
import { manage, type TaskManagementOptions } from "./commands/manage.ts";
import { resolveOptions, type SessionSetup } from "./options.ts";
import { StateMachine } from "./state_machine.ts";
import type { ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../command.ts";

/** A session that has logged in and is in nobody's hands yet. */
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
 * One session with one target. It lives over lost connections, where `recovery` allows that. What users hold is the
 * `IscsiSession` that `client/` makes of it, which knows SCSI too.
 */
export class Session {
  readonly #machine: StateMachine;
  readonly #events: SessionEmitter;

  /** Puts a session that has logged in into the hands of a caller. */
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

  /** Where the session stands. */
  get state(): SessionState {
    return this.#machine.state;
  }

  /** What the last login agreed on. */
  get parameters(): SessionParameters {
    return this.#machine.parameters;
  }

  /** Address of the target's end of the last connection, as `host:port`. */
  get remoteAddress(): string {
    return this.#machine.remoteAddress;
  }

  /** Our half of the session's identity: 6 bytes, a copy. */
  get isid(): Uint8Array {
    return this.#machine.options.isid.slice();
  }

  /** Tells `listener` of every such event, until the function that this returns is called. */
  on<Name extends keyof SessionEvents>(name: Name, listener: SessionListener<Name>): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Runs one SCSI command. Resolves with whatever status came. Once the promise has settled the command's buffers are the
   * caller's again.
   *
   * @param lun a number 0 to 16383, or the 8 bytes of the LUN field as a big-endian bigint
   * @throws {IscsiError} `ISCSI_OUTCOME_UNKNOWN`, `ISCSI_CONNECTION_LOST`, `ISCSI_COMMAND_TIMEOUT`, `ABORT_ERR`, `ISCSI_REJECTED`,
   * `ISCSI_TASK_TERMINATED`, `ISCSI_SESSION_CLOSED`, `ISCSI_PROTOCOL_ERROR`, `SCSI_STATUS` (the target could not complete it)
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
   * @throws {RangeError} `ERR_OUT_OF_RANGE`
   */
  execute(lun: LunAddress, command: ScsiCommand, options: ExecuteOptions = {}): Promise<ScsiResult> {
    try {
      return this.#machine.execute(lun, command, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * What carries commands to one LUN of the session.
   *
   * @throws {RangeError} `ERR_OUT_OF_RANGE`
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`
   */
  lun(lun: LunAddress): ScsiExecutor {
    const address = encodeLun(lun);
    return { execute: (command, options) => this.execute(address, command, options) };
  }

  /** Nobody uses a LUN any more: it is no longer checked after a reconnect, and one that has changed may be opened anew. */
  protected forget(lun: LunAddress): void {
    this.#machine.forget(encodeLun(lun));
  }

  /**
   * Asks which targets there are. A discovery session asks for all of them where no name is given, a normal one for its own.
   *
   * @throws {IscsiError} `ISCSI_REQUEST_TIMEOUT`, `ISCSI_REJECTED`, `ISCSI_PROTOCOL_ERROR`, `ISCSI_CONNECTION_LOST`,
   * `ISCSI_SESSION_CLOSED`
   */
  async sendTargets(name?: string): Promise<DiscoveredTarget[]> {
    const { options } = this.#machine;
    const asked = name ?? (options.sessionType === "Discovery" ? "All" : "");
    const answer = await this.#machine.text(encodeTextKeys([["SendTargets", asked]]));
    try {
      return parseSendTargets(parseTextKeys(answer), {
        portal: this.#machine.portal,
        onRejected: (reason) => this.#events.emit("warning", reason),
      });
    } catch (error) {
      this.#machine.breach(error);
      throw error;
    }
  }

  /**
   * Asks the target to manage tasks. Resolves with its answer: 0 done, 7 "yes" to a query. Commands of ours that a reset or
   * an abort ends reject with `ISCSI_TASK_TERMINATED`.
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
    await this.#machine.ping();
  }

  /**
   * Waits for what has been sent, as long as a request may take, then logs out. What has not settled by then is rejected.
   * Idempotent; never rejects.
   */
  close(): Promise<void> {
    return this.#machine.close();
  }

  /** The same as {@link Session.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
