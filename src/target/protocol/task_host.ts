import type { Negotiated } from "../login/limits.ts";
import type { Nexus, UnitList } from "../unit/context.ts";
import type { Budget, BufferPool } from "./buffers.ts";
import type { Task } from "./task.ts";

/** The part of its session and connection that a task uses. */
export interface TaskHost {
  readonly nexus: Nexus;
  readonly units: UnitList;
  /** What the login agreed on. */
  readonly negotiated: Negotiated;
  readonly pool: BufferPool;
  /** Bytes in flight to the initiator. */
  readonly readBudget: Budget;
  /** Current ExpCmdSN and MaxCmdSN. */
  numbers(): { expCmdSN: number; maxCmdSN: number };
  /** Takes the next StatSN. */
  nextStatSN(): number;
  /** Sends one PDU; nothing happens once the connection has ended. */
  send(header: Uint8Array, data?: Uint8Array): void;
  /** Resolves when all that was sent has been taken by the operating system, or the connection has ended. */
  drained(): Promise<void>;
  /** Aborts tasks of all sessions, and settles when they have ended. */
  abortTasks(wanted: (task: Task) => boolean): Promise<void>;
  /** The task has ended: it leaves the command window before its response is made. */
  taskEnded(task: Task): void;
}
