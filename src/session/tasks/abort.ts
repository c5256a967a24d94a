/**
 * Aborting one task, and what follows when the target does not comply (RFC 7143 §11.5, §11.6).
 *
 * @module
 */

import { ErrorCode, IscsiError, TimeoutError } from "../../errors.ts";
import { TaskManagementFunction, TaskManagementResponseCode } from "../../wire/mod.ts";
import type { Link } from "../connection/link.ts";
import type { ScsiTask } from "./task.ts";
import type { SendTaskManagement, TaskManagement, TaskManagementAnswer } from "./task_management.ts";
import { delay } from "../../async/delay.ts";

/** Milliseconds between two checks of a task that the target says it does not know. */
const LOOK = 50;
/** Most time limits for which a task may go on moving data after the target has said that it does not know it. */
const MOST_LIMITS = 6;

/**
 * Aborts a task that has been sent. The command settles with `error` when the target has answered for the task, or with
 * its status if that arrives first. If the target does not answer, or cannot abort, LOGICAL UNIT RESET is sent; if that
 * fails too, the connection is ended: only then are tag and buffer free again. Never rejects.
 *
 * @param limit milliseconds for each answer
 */
export async function abortTask(
  link: Link,
  management: TaskManagement,
  task: ScsiTask,
  error: Error,
  limit: number,
): Promise<void> {
  if (task.ended || task.abortError !== undefined) return;
  task.abortError = error;
  // The reset follows in the same turn. If it waited behind the aborts of other tasks, which a silent target does not
  // answer either, each of them would add its whole time limit.
  const known = await management.inTurn((send) => abortOrReset(link, send, task, error, limit));
  if (!known) await endWhenQuiet(link, task, error, limit);
}

/**
 * Ends a task that the target says it does not know. A status that was on its way has arrived by then (RFC 7143 §11.6.1). Some
 * targets do not find a task that waits for its data, and go on with it: while data move, its tag and its buffer are in use.
 */
async function endWhenQuiet(link: Link, task: ScsiTask, error: Error, limit: number): Promise<void> {
  for (let quiet = 0, moved = -1, waited = 0; quiet < limit && !task.ended; quiet += LOOK, waited += LOOK) {
    // One that goes on for ever, a byte at a time, must end as well.
    if (waited >= limit * MOST_LIMITS) return link.connection.fail(notAborted(error, limit));
    if (moved !== task.moved) quiet = 0;
    moved = task.moved;
    await delay(LOOK);
  }
  link.tasks.end(task, { error });
}

/** The error of a connection that ends because one of its tasks cannot be ended otherwise. */
function notAborted(error: Error, limit: number): TimeoutError {
  if (error instanceof TimeoutError) return error;
  const message = "The target neither aborted a task nor reset its LUN in time";
  return new TimeoutError(ErrorCode.RequestTimeout, message, limit, { cause: error });
}

/**
 * Gives up a task whose answer nobody depends on: its command settles with `error` at once. The target is asked to abort it, and
 * is left alone if it does not. Never rejects.
 *
 * @param limit most milliseconds for the answer
 */
export async function leaveTask(
  link: Link,
  management: TaskManagement,
  task: ScsiTask,
  error: Error,
  limit: number,
): Promise<void> {
  if (task.ended || task.abortError !== undefined) return;
  task.abortError = error;
  link.tasks.leave(task, error);
  const { lun, timeout } = task.command;
  const wanted = () => !task.ended;
  // Not longer than the command itself: other aborts wait behind this one.
  const patience = Math.min(limit, timeout || limit);
  const call = { fn: TaskManagementFunction.AbortTask, lun, task, wanted };
  const answer = await answerOf(management.call(call, patience));
  if (answer?.response === TaskManagementResponseCode.Complete) link.tasks.end(task, { error });
  if (answer?.response === TaskManagementResponseCode.NoSuchTask) await endWhenQuiet(link, task, error, limit);
}

/** False: the target does not know the task; a status that was on its way may still arrive. */
async function abortOrReset(
  link: Link,
  send: SendTaskManagement,
  task: ScsiTask,
  error: Error,
  limit: number,
): Promise<boolean> {
  const wanted = () => !task.ended;
  const { lun } = task.command;
  const aborted = await answerOf(send({ fn: TaskManagementFunction.AbortTask, lun, task, wanted }, limit));
  if (task.ended) return true;
  if (aborted?.response === TaskManagementResponseCode.NoSuchTask) return false;
  if (aborted?.response === TaskManagementResponseCode.Complete) {
    link.tasks.end(task, { error });
    return true;
  }

  // After the logout, its response or time limit ends the task.
  if (link.loggedOut) return true;
  const reset = await answerOf(send({ fn: TaskManagementFunction.LogicalUnitReset, lun, wanted }, limit));
  if (task.ended) return true;
  if (reset?.response === TaskManagementResponseCode.Complete) {
    link.tasks.end(task, { error });
    const because = new IscsiError(
      ErrorCode.TaskTerminated,
      "The LUN was reset, because the target did not abort another task of it",
      { cause: error },
    );
    link.tasks.endBefore(task.connection, reset.cmdSN, (one) => one.command.lun === lun, because);
    return true;
  }
  if (link.loggedOut) return true;
  link.connection.fail(notAborted(error, limit));
  return true;
}

/**
 * Undefined: not answered in time, rejected, no longer wanted, or the connection is gone. All of these count as "no".
 */
async function answerOf(
  answer: Promise<TaskManagementAnswer | undefined>,
): Promise<TaskManagementAnswer | undefined> {
  try {
    return await answer;
  } catch {
    return undefined;
  }
}
