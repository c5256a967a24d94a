/**
 * Task management on a caller's behalf (RFC 7143 §11.5).
 *
 * @module
 */

import { checkKeys, described, wrongValue } from "../arguments.ts";
import type { ScsiResult } from "../command.ts";
import { TaskManagementFunction as Fn, TaskManagementResponseCode as Code } from "../wire/mod.ts";
import { taskTerminated } from "./failures.ts";
import { encodeLun, type LunAddress } from "../bytes/lun.ts";
import type { StateMachine } from "./state_machine.ts";
import { TaskManagementError } from "./tasks/task_management.ts";
import type { Command } from "./commands/command.ts";

/** Options of `taskManagement()`. */
export interface TaskManagementOptions {
  /** The LUN; not for TARGET WARM RESET, TARGET COLD RESET and I_T NEXUS RESET. */
  lun?: LunAddress | undefined;
  /** The referenced command of ABORT TASK and QUERY TASK: the promise that `execute()` returned. */
  command?: Promise<ScsiResult> | undefined;
}

const OF_A_TASK: readonly number[] = [Fn.AbortTask, Fn.QueryTask];
const OF_A_LUN: readonly number[] = [
  Fn.AbortTaskSet,
  Fn.ClearAca,
  Fn.ClearTaskSet,
  Fn.LogicalUnitReset,
  Fn.QueryTaskSet,
  Fn.QueryAsyncEvent,
];
const OF_THE_TARGET: readonly number[] = [Fn.TargetWarmReset, Fn.TargetColdReset, Fn.ITNexusReset];
/** Functions whose response ends tasks of this session without responses of their own. */
const ENDS_TASKS_OF_LUN: readonly number[] = [Fn.AbortTaskSet, Fn.ClearTaskSet, Fn.LogicalUnitReset];

/**
 * Sends one function, and ends the commands that it has ended at the target.
 *
 * @throws see `Session.taskManagement`
 */
export async function manage(machine: StateMachine, fn: Fn, options: TaskManagementOptions): Promise<number> {
  checkKeys("options", options, ["lun", "command"]);
  machine.needNormal();
  let command: Command | undefined;
  let lun = 0n;
  if (OF_A_TASK.includes(fn)) {
    if (options.command === undefined) {
      throw wrongValue("command", `be given for task management function ${fn}`, "undefined");
    }
    command = machine.pending.all().find((one) => (one.handed ?? one.promise) === options.command);
    if (command === undefined) return Code.NoSuchTask;
    if (!command.carried) {
      if (fn === Fn.QueryTask) return Code.Complete;
      machine.pending.fail(command, taskTerminated("The command was aborted before it was sent"));
      return Code.Complete;
    }
    lun = command.lun;
  } else if (OF_A_LUN.includes(fn)) {
    if (options.lun === undefined) {
      throw wrongValue("lun", `be given for task management function ${fn}`, "undefined");
    }
    lun = encodeLun(options.lun);
  } else if (!OF_THE_TARGET.includes(fn)) {
    throw wrongValue("function", "be one of task management that is supported", described(fn));
  }

  const connection = machine.live();
  const { response, cmdSN } = await connection.manage(fn, lun, command);
  if (response !== Code.Complete && response !== Code.Succeeded) throw new TaskManagementError(fn, response);
  const error = taskTerminated(`The command was ended by task management function ${fn}`);
  if (fn === Fn.AbortTask) connection.endBefore(cmdSN, (one) => one === command, error);
  else if (ENDS_TASKS_OF_LUN.includes(fn)) connection.endBefore(cmdSN, (one) => one.lun === lun, error);
  else if (OF_THE_TARGET.includes(fn)) connection.endBefore(cmdSN, () => true, error);
  return response;
}
