/**
 * The embedded target: a listener, its logical units, and the sessions that use them.
 *
 * @module
 */

import { checkInteger } from "../arguments.ts";
import { listenTcp, type TcpListener } from "../runtime/mod.ts";
import { foldName } from "../wire/iscsi_name.ts";
import { checkAuth, checkName, checkTargetOptions } from "./check_options.ts";
import { resolveLimits } from "./login/limits.ts";
import { makeUnits } from "./make_units.ts";
import { DEFAULT_MEMORY, DEFAULT_TARGET_NAME, type TargetLun, type TargetOptions } from "./options.ts";
import { BufferPool } from "./protocol/buffers.ts";
import { Connection } from "./protocol/connection.ts";
import { Memory } from "./protocol/memory.ts";
import { Sessions } from "./protocol/sessions.ts";
import type { OpenConnection, TargetContext } from "./protocol/target_context.ts";

/** Most unused payload buffers that a target keeps: 16 MiB. */
const POOLED_BUFFERS = 64;

/** Bounds of `maxMemory`, in bytes. */
const LEAST_MEMORY = 4 * 1024 * 1024;
const MOST_MEMORY = 2 ** 40;

/** A running target. */
export interface Target {
  /** Address it listens on. */
  readonly host: string;
  /** Port it listens on. */
  readonly port: number;
  /** Its iSCSI name, in lower case. */
  readonly name: string;
  /** One URL for each LUN, in the order of their numbers, without credentials. */
  readonly urls: string[];
  /** Sessions that are logged in now. */
  readonly sessionCount: number;
  /** Stops listening, ends all connections and then closes the backings. Idempotent. */
  close(): Promise<void>;
  /** The same as {@link Target.close}. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a target.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a number outside its range
 * @throws TypeError `ERR_INVALID_ARG_TYPE`; `ERR_INVALID_ARG_VALUE` for a key that does not exist, a LUN given twice, or a name or text that is not
 * allowed
 * @throws TransportError where the port cannot be listened on
 * @example
 * ```ts
 * import { memoryBacking, startTarget } from "lunstream/target";
 * const target = await startTarget({ luns: [{ backing: memoryBacking(64 * 1024 * 1024) }] });
 * console.log(target.urls[0]);
 * await target.close();
 * ```
 */
export async function startTarget(options: TargetOptions): Promise<Target> {
  checkTargetOptions(options);
  const targetName = checkName(options.targetName ?? DEFAULT_TARGET_NAME);
  const units = makeUnits(options.luns, targetName);
  const connections = new Set<OpenConnection>();
  const maxSessions = checkInteger("maxSessions", options.maxSessions ?? 256, 1, 65535);
  const maxMemory = checkInteger("maxMemory", options.maxMemory ?? DEFAULT_MEMORY, LEAST_MEMORY, MOST_MEMORY);
  const memory = new Memory(maxMemory);
  const context: TargetContext = {
    targetName,
    auth: options.auth === undefined ? undefined : checkAuth(options.auth),
    initiators: options.initiators === undefined ? undefined : new Set(options.initiators.map(foldName)),
    limits: resolveLimits(options),
    challenges: new Set(),
    units,
    sessions: new Sessions(units, maxSessions),
    connections,
    pool: new BufferPool(POOLED_BUFFERS),
    memory,
    queueDepth: checkInteger("queueDepth", options.queueDepth ?? 128, 1, 1024),
    loginTimeout: checkInteger("loginTimeout", options.loginTimeout ?? 15000, 1, 0x7fffffff),
    pingInterval: checkInteger("pingInterval", options.pingInterval ?? 60000, 0, 0x7fffffff),
    unitAttentionAtLogin: options.unitAttentionAtLogin ?? false,
  };
  const measureInterval = checkInteger("measureInterval", options.measureInterval ?? 1000, 0, 0x7fffffff);
  const listener = await listenTcp({
    host: options.host ?? "127.0.0.1",
    port: checkInteger("port", options.port ?? 0, 0, 65535),
    // Connections that have not logged in are limited too, to as many as there may be sessions.
    sink: (tcp) => new Connection(context, tcp, connections.size >= 2 * maxSessions),
  });
  return new RunningTarget(context, listener, options.luns, measureInterval);
}

class RunningTarget implements Target {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly urls: string[];
  readonly #context: TargetContext;
  readonly #listener: TcpListener;
  readonly #luns: readonly TargetLun[];
  readonly #measuring: ReturnType<typeof setInterval> | undefined;
  #closing: Promise<void> | undefined;

  constructor(context: TargetContext, listener: TcpListener, luns: readonly TargetLun[], measureInterval: number) {
    this.#context = context;
    this.#listener = listener;
    this.#luns = luns;
    this.host = listener.host;
    this.port = listener.port;
    this.name = context.targetName;
    if (measureInterval > 0) {
      this.#measuring = setInterval(() => {
        for (const unit of context.units.values()) void unit.measure();
      }, measureInterval);
    }
    const host = listener.host.includes(":") ? `[${listener.host}]` : listener.host;
    this.urls = [...context.units.keys()].map((lun) => `iscsi://${host}:${listener.port}/${this.name}/${lun}`);
  }

  get sessionCount(): number {
    return this.#context.sessions.all().length;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { connections, memory, sessions } = this.#context;
    clearInterval(this.#measuring);
    await this.#listener.close();
    const open = sessions.all();
    for (const connection of [...connections]) connection.destroy();
    memory.close();
    await Promise.all(open.map((session) => sessions.close(session)));
    const backings = new Set(this.#luns.filter((lun) => lun.closeBacking !== false).map((lun) => lun.backing));
    for (const backing of backings) await backing?.close?.();
  }
}
