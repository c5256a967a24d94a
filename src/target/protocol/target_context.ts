import type { LoginEnvironment } from "../login/login.ts";
import type { LogicalUnit } from "../unit/logical_unit.ts";
import type { BufferPool } from "./buffers.ts";
import type { Memory, MemoryHolder } from "./memory.ts";
import type { Sessions } from "./sessions.ts";

/** A connection, as the rest of the target sees it. */
export interface OpenConnection extends MemoryHolder {
  /** Sends what is queued, then ends the connection. */
  finish(): void;
}

/** State that all connections of one target share. */
export interface TargetContext extends LoginEnvironment {
  /** Logical units by LUN, in ascending order. */
  readonly units: ReadonlyMap<number, LogicalUnit>;
  readonly sessions: Sessions;
  /** All connections, logged in or not. */
  readonly connections: Set<OpenConnection>;
  readonly pool: BufferPool;
  /** What may be held for the initiators. */
  readonly memory: Memory;
  /** Most commands of one session in flight. */
  readonly queueDepth: number;
  readonly loginTimeout: number;
  /** Milliseconds; 0: no pings. */
  readonly pingInterval: number;
  /** Whether a new session gets a unit attention on each LUN. */
  readonly unitAttentionAtLogin: boolean;
}
