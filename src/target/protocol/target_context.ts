import type { LoginEnvironment } from "../login/login.ts";
import type { LogicalUnit } from "../unit/logical_unit.ts";
import type { BufferPool } from "./buffers.ts";
import type { Connection } from "./connection.ts";
import type { Sessions } from "./sessions.ts";

/** What all connections of one target share. */
export interface TargetContext extends LoginEnvironment {
  readonly units: ReadonlyMap<number, LogicalUnit>;
  readonly sessions: Sessions;
  readonly connections: Set<Connection>;
  readonly pool: BufferPool;
  /** Commands of one session at once. */
  readonly queueDepth: number;
  /** Milliseconds. */
  readonly loginTimeout: number;
  /** Milliseconds; 0: no pings. */
  readonly pingInterval: number;
  readonly unitAttentionAtLogin: boolean;
}
