/**
 * What the parts of the full-feature phase share: one connection, its numbers, and where the session's own are kept.
 *
 * @module
 */

import type { ScsiKnowledge } from "../../command.ts";
import type { CommandWindow } from "../commands/command_window.ts";
import type { SessionParameters } from "../login/negotiation/parameters.ts";
import type { TaskTable } from "../tasks/task_table.ts";
import type { Connection } from "./connection.ts";
import type { StatusSequence } from "./status_sequence.ts";

/** One connection in the full-feature phase. */
export interface Link {
  /** Where PDUs go. */
  readonly connection: Connection;
  /** What the login agreed on. */
  readonly parameters: SessionParameters;
  /** ExpStatSN. */
  readonly statuses: StatusSequence;
  /** CmdSN, and what the target takes: the session's. */
  readonly window: CommandWindow;
  /** What the tags stand for: the session's. */
  readonly tasks: TaskTable;
  /** What is known of SCSI. */
  readonly scsi: ScsiKnowledge;
  /** Set when no further command is sent on this connection; what is under way goes on. */
  held: boolean;
  /** Set when the logout is sent: no request may follow it. */
  loggedOut: boolean;
}
