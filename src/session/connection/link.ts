/**
 * What the parts of the full-feature phase share: the connection with its numbers, and the session's numbers.
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
  /** Its number in the session (RFC 7143 §11.12.6). */
  readonly cid: number;
  /** The negotiated parameters. */
  readonly parameters: SessionParameters;
  /** ExpStatSN. */
  readonly statuses: StatusSequence;
  /** CmdSN and MaxCmdSN: the session's command window. */
  readonly window: CommandWindow;
  /** The session's tasks, by tag. */
  readonly tasks: TaskTable;
  readonly scsi: ScsiKnowledge;
  /** Set when no further command is sent on this connection; those in flight go on. */
  held: boolean;
  /** Set when the logout is sent: no request may follow it. */
  loggedOut: boolean;
}
