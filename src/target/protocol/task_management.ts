/**
 * Task management functions (RFC 7143 §11.5, §11.6; SAM-5 §7).
 *
 * @module
 */

import { singleLevelNumber } from "../../bytes/lun.ts";
import { TaskManagementFunction, type TaskManagementRequest, TaskManagementResponseCode } from "../../wire/mod.ts";
import { Attention } from "../unit/attention.ts";
import type { LogicalUnit } from "../unit/logical_unit.ts";
import type { Session } from "./session.ts";
import type { Task } from "./task.ts";
import type { OpenConnection, TargetContext } from "./target_context.ts";

/** How a function ended. */
interface ManagementOutcome {
  readonly response: number;
  /** Connections to end after the response. */
  readonly closes: readonly OpenConnection[];
}

/** Carries a function out. Settles when every task that it ends has ended. */
export async function manageTasks(
  context: TargetContext,
  session: Session,
  request: TaskManagementRequest,
): Promise<ManagementOutcome> {
  const closes = request.function === TaskManagementFunction.TargetColdReset ? [...context.connections] : [];
  return { response: await respond(context, session, request), closes };
}

async function respond(context: TargetContext, session: Session, request: TaskManagementRequest): Promise<number> {
  switch (request.function) {
    case TaskManagementFunction.TargetWarmReset:
    case TaskManagementFunction.TargetColdReset:
      await Promise.all([...context.units.values()].map((unit) => resetUnit(context, unit)));
      return TaskManagementResponseCode.Complete;
    case TaskManagementFunction.TaskReassign:
      return TaskManagementResponseCode.ReassignmentUnsupported;
  }
  const number = singleLevelNumber(request.lun);
  const unit = number === undefined ? undefined : context.units.get(number);
  if (unit === undefined) return TaskManagementResponseCode.NoSuchLun;
  const onUnit = (task: Task) => task.addressed === unit;
  switch (request.function) {
    case TaskManagementFunction.AbortTask:
      return await abortTask(session, request.referencedTaskTag, unit);
    case TaskManagementFunction.AbortTaskSet:
      await session.abortTasks(onUnit);
      return TaskManagementResponseCode.Complete;
    case TaskManagementFunction.ClearTaskSet: {
      const hit = await context.sessions.abortTasks(onUnit);
      for (const other of hit) if (other !== session) unit.attentions.raiseFor(other.nexus.id, Attention.Cleared);
      return TaskManagementResponseCode.Complete;
    }
    case TaskManagementFunction.ClearAca:
      return TaskManagementResponseCode.Complete;
    case TaskManagementFunction.LogicalUnitReset:
      await resetUnit(context, unit);
      return TaskManagementResponseCode.Complete;
    default:
      return TaskManagementResponseCode.FunctionUnsupported;
  }
}

async function abortTask(session: Session, tag: number, unit: LogicalUnit): Promise<number> {
  const task = session.tasks.get(tag);
  if (task === undefined || task.addressed !== unit) return TaskManagementResponseCode.NoSuchTask;
  task.abort();
  await task.ended;
  return TaskManagementResponseCode.Complete;
}

async function resetUnit(context: TargetContext, unit: LogicalUnit): Promise<void> {
  await context.sessions.abortTasks((task) => task.addressed === unit);
  unit.reset(Attention.Reset);
}
