/**
 * Task management (RFC 7143 §11.5, §11.6; RFC 7144).
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../../errors.ts";
import {
  decodeTaskManagementResponse,
  encodeTaskManagementRequest,
  RejectReason,
  RESERVED_TAG,
  TaskManagementFunction,
  TaskManagementResponseCode,
} from "../../wire/mod.ts";
import { OneAtATime } from "../../async/one_at_a_time.ts";
import type { Link } from "../connection/link.ts";
import { RejectedError, request } from "./requests.ts";
import type { ScsiTask } from "./task.ts";
import { delay } from "../../async/delay.ts";

const MEANINGS: ReadonlyMap<number, string> = new Map([
  [1, "no such task"],
  [2, "no such LUN"],
  [3, "task still allegiant"],
  [4, "reassignment not supported"],
  [5, "function not supported"],
  [6, "not authorised"],
  [255, "rejected"],
]);

/** The target refused a task management function. */
export class TaskManagementError extends IscsiError {
  /** The function. */
  readonly function: number;
  /** Response, 0 to 255 (RFC 7143 §11.6.1). */
  readonly response: number;
  /** Makes the error of one answer. */
  constructor(fn: number, response: number) {
    const meaning = MEANINGS.get(response) ?? `reserved response ${response}`;
    super(ErrorCode.TaskManagementFailed, `The target refused task management function ${fn}: ${meaning}`);
    this.function = fn;
    this.response = response;
  }
}

/** One task management function to send. */
export interface TaskManagementCall {
  fn: TaskManagementFunction;
  /** The 8 bytes of the LUN field; 0 for functions 6, 7 and 11. */
  lun: bigint;
  /** The referenced task of functions 1 and 9. */
  task?: ScsiTask | undefined;
  /** Called just before sending: false drops the request. */
  wanted?: (() => boolean) | undefined;
}

/** A response, with the CmdSN that the request carried: it covers the tasks with a smaller one. */
export interface TaskManagementAnswer {
  /** Response, 0 to 255. */
  response: number;
  /** CmdSN of the request. */
  cmdSN: number;
}

/** Sends one request, as {@link TaskManagement.call} says. */
export type SendTaskManagement = (
  call: TaskManagementCall,
  limit: number,
) => Promise<TaskManagementAnswer | undefined>;

/** Functions that reset all LUNs. */
const RESETS_OF_TARGET: readonly number[] = [
  TaskManagementFunction.TargetWarmReset,
  TaskManagementFunction.TargetColdReset,
];

const MAX_RESENDS = 4;
const RESEND_DELAY = 100;

/**
 * Task management requests of one connection. Targets must accept only one at a time, so there is never more than one
 * outstanding.
 */
export class TaskManagement {
  readonly #link: Link;
  readonly #wasReset: (lun: bigint | undefined) => void;
  readonly #queue: OneAtATime = new OneAtATime();

  /** @param wasReset called when a LUN, or all of them (undefined), was reset, or may have been */
  constructor(link: Link, wasReset: (lun: bigint | undefined) => void) {
    this.#link = link;
    this.#wasReset = wasReset;
  }

  /**
   * Sends one request as soon as no other is outstanding. Undefined: it was no longer wanted.
   *
   * @param limit milliseconds for the answer
   * @throws `ISCSI_REQUEST_TIMEOUT`, `ISCSI_REJECTED`, or what ended the connection
   */
  call(call: TaskManagementCall, limit: number): Promise<TaskManagementAnswer | undefined> {
    return this.inTurn((send) => send(call, limit));
  }

  /**
   * Runs a job as soon as no other request is outstanding. The job sends its requests by the function that it is given,
   * one after the other, and no other request comes between them.
   */
  inTurn<T>(job: (send: SendTaskManagement) => Promise<T>): Promise<T> {
    return this.#queue.run(() => job((call, limit) => this.#attempts(call, limit)));
  }

  async #attempts(call: TaskManagementCall, limit: number): Promise<TaskManagementAnswer | undefined> {
    for (let attempt = 1;; attempt++) {
      if (call.wanted?.() === false || this.#link.loggedOut) return undefined;
      try {
        const answer = await this.#send(call, limit);
        if (answer.response === TaskManagementResponseCode.Complete) this.#done(call);
        return answer;
      } catch (error) {
        // Whoever gives no answer may have done it all the same.
        if (!(error instanceof RejectedError)) this.#done(call);
        const later = error instanceof RejectedError && error.reason === RejectReason.TooManyImmediateCommands;
        if (!later || attempt > MAX_RESENDS) throw error;
        await delay(RESEND_DELAY * attempt);
      }
    }
  }

  /** What was in a volatile cache may be gone now, whoever wanted the reset. */
  #done({ fn, lun }: TaskManagementCall): void {
    if (fn === TaskManagementFunction.LogicalUnitReset) this.#wasReset(lun);
    if (RESETS_OF_TARGET.includes(fn)) this.#wasReset(undefined);
  }

  async #send(call: TaskManagementCall, limit: number): Promise<TaskManagementAnswer> {
    const link = this.#link;
    const { cmdSN } = link.window;
    const { header } = await request(link, "taskManagement", limit, `Task management function ${call.fn}`, (itt) => ({
      header: encodeTaskManagementRequest({
        immediate: true,
        function: call.fn,
        lun: call.lun,
        initiatorTaskTag: itt,
        referencedTaskTag: call.task?.itt ?? RESERVED_TAG,
        cmdSN,
        expStatSN: link.statuses.expStatSN,
        refCmdSN: call.task?.cmdSN ?? 0,
        expDataSN: 0,
      }),
    }));
    return { response: decodeTaskManagementResponse(header).response, cmdSN };
  }
}
