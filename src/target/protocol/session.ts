/**
 * One session: an initiator, its command window and its tasks (RFC 7143 §4.3). It has one connection.
 *
 * @module
 */

import { toHex } from "../../bytes/mod.ts";
import type { Negotiated } from "../login/limits.ts";
import type { Nexus } from "../unit/context.ts";
import type { Budget } from "./buffers.ts";
import type { Memory } from "./memory.ts";
import type { Task } from "./task.ts";
import { CommandWindow } from "./window.ts";

/** What a session needs of its connection. */
export interface SessionConnection {
  /** Ends it at once. */
  destroy(): void;
}

export interface SessionSettings {
  /** iSCSI name of the initiator. */
  readonly initiatorName: string;
  readonly isid: Uint8Array;
  readonly tsih: number;
  /** Connection ID of the only connection. */
  readonly cid: number;
  /** A discovery session: no commands. */
  readonly discovery: boolean;
  /** What the login agreed on. */
  readonly negotiated: Negotiated;
  /** CmdSN of the login. */
  readonly cmdSN: number;
  readonly queueDepth: number;
  readonly connection: SessionConnection;
  /** What its budgets are part of. */
  readonly memory: Memory;
}

/** The state of one session. */
export class Session {
  readonly nexus: Nexus;
  /** TSIH, 1 to 65535. */
  readonly tsih: number;
  /** Connection ID of the only connection. */
  readonly cid: number;
  /** A discovery session: no commands. */
  readonly discovery: boolean;
  /** What the login agreed on. */
  readonly negotiated: Negotiated;
  readonly window: CommandWindow;
  readonly connection: SessionConnection;
  /** Tasks by Initiator Task Tag. */
  readonly tasks: Map<number, Task> = new Map();
  /** Payload bytes in flight to the initiator. */
  readonly readBudget: Budget;
  /** Payload bytes requested by R2T. */
  readonly writeBudget: Budget;

  /** Starts with an empty task set. */
  constructor(settings: SessionSettings) {
    this.nexus = { id: nexusId(settings.initiatorName, settings.isid) };
    this.tsih = settings.tsih;
    this.cid = settings.cid;
    this.discovery = settings.discovery;
    this.negotiated = settings.negotiated;
    this.window = new CommandWindow(settings.cmdSN, settings.queueDepth);
    this.connection = settings.connection;
    this.readBudget = settings.memory.part(settings.memory.reads);
    this.writeBudget = settings.memory.part(settings.memory.writes);
  }

  /** Aborts tasks and settles when they have ended. */
  async abortTasks(wanted: (task: Task) => boolean = () => true): Promise<void> {
    const tasks = [...this.tasks.values()].filter(wanted);
    for (const task of tasks) task.abort();
    for (const task of tasks) await task.ended;
  }
}

/** Name of an initiator port (RFC 7143 §4.2.7.1). */
export function nexusId(initiatorName: string, isid: Uint8Array): string {
  return `${initiatorName},i,0x${toHex(isid)}`;
}
