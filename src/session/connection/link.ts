/**
 * What the parts of the full-feature phase share: one connection, its numbers and its tasks.
 *
 * @module
 */

import type { CommandWindow } from "../commands/command_window.ts";
import type { Connection } from "./connection.ts";
import type { SessionParameters } from "../login/negotiation/parameters.ts";
import type { StatusSequence } from "./status_sequence.ts";
import type { TaskTable } from "../tasks/task_table.ts";

/** One connection in the full-feature phase. */
export interface Link {
  readonly connection: Connection;
  /** What the login agreed on. */
  readonly parameters: SessionParameters;
  /** CmdSN, and what the target takes. */
  readonly window: CommandWindow;
  readonly statuses: StatusSequence;
  /** What the tags stand for. */
  readonly tasks: TaskTable;
  /** Set when the logout is sent: no request may follow it. */
  loggedOut: boolean;
}
