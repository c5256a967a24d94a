/**
 * Aborting one task, and what follows when the target does not comply (RFC 7143 §11.5, §11.6).
 *
 * @module
 */

import { ErrorCode, IscsiError, TimeoutError } from "../errors.ts";
import { TaskManagementFunction, TaskManagementResponseCode } from "../wire/mod.ts";
import type { Link } from "./link.ts";
import type { ScsiTask } from "./task.ts";
import type { TaskManagement, TaskManagementAnswer } from "./task_management.ts";
import { delay } from "./timing.ts";

/** After "no such task": how long a status that was on its way may still come, in milliseconds. */
const STATUS_GRACE = 1_000;

/** What aborting needs of the connection's owner. */
export interface AbortContext {
  /** The connection and its tasks. */
  readonly link: Link;
  /** Sends the requests. */
  readonly management: TaskManagement;
  /** Milliseconds for each answer. */
  readonly limit: number;
  /** Ends a task with its own error. */
  endTask(task: ScsiTask, error: Error): void;
  /** Ends the tasks of a LUN that were sent before `cmdSN`. */
  endTasksOf(lun: bigint, cmdSN: number, error: Error): void;
}

/**
 * Aborts a task that has been sent. The command settles with `error` when the target has answered for the task, or with
 * its status where that comes first. A target that does not answer, or cannot, is asked to reset the LUN; if that fails
 * too, the connection is ended: only so are tag and buffer free again. Never rejects.
 */
export async function abortTask(context: AbortContext, task: ScsiTask, error: Error): Promise<void> {
  if (task.ended || task.abortError !== undefined) return;
  task.abortError = error;
  const wanted = () => !task.ended;
  const { lun } = task.call;
  const aborted = await attempt(context, { fn: TaskManagementFunction.AbortTask, lun, task, wanted });
  if (task.ended) return;
  if (aborted?.response === TaskManagementResponseCode.NoSuchTask) await delay(STATUS_GRACE);
  if (task.ended) return;
  if (
    aborted?.response === TaskManagementResponseCode.Complete ||
    aborted?.response === TaskManagementResponseCode.NoSuchTask
  ) return context.endTask(task, error);

  // After our logout the answer to that, or its absence, ends the task.
  if (context.link.loggedOut) return;
  const reset = await attempt(context, { fn: TaskManagementFunction.LogicalUnitReset, lun, wanted });
  if (task.ended) return;
  if (reset?.response === TaskManagementResponseCode.Complete) {
    context.endTask(task, error);
    const because = new IscsiError(
      ErrorCode.TaskTerminated,
      "The LUN was reset, because the target did not abort another task of it",
      { cause: error },
    );
    return context.endTasksOf(lun, reset.cmdSN, because);
  }
  if (context.link.loggedOut) return;
  context.link.connection.fail(
    error instanceof TimeoutError ? error : new TimeoutError(
      ErrorCode.RequestTimeout,
      "The target neither aborted a task nor reset its LUN in time",
      context.limit,
      { cause: error },
    ),
  );
}

/** Undefined: not answered, or rejected, or not wanted any more. */
async function attempt(
  context: AbortContext,
  call: Parameters<TaskManagement["call"]>[0],
): Promise<TaskManagementAnswer | undefined> {
  try {
    return await context.management.call(call, context.limit);
  } catch {
    // Not answered in time, rejected, or the connection is gone: all of them are "no" here.
    return undefined;
  }
}
