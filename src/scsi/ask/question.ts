/**
 * Queries to a logical unit: commands that change nothing, retried until they have an answer. Like `retry.ts` they
 * drive a {@link ScsiExecutor}. They are in `scsi/` and not in `block/`, because units that are not disks are queried
 * too, by callers that know nothing of disks.
 *
 * @module
 */
import type { ScsiCommand, ScsiExecutor } from "../../command.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import type { ParsedAnswer } from "../data/answer.ts";
import { type RetryOptions, runWithRetry } from "../retry.ts";

/** A command, and how its answer is read. */
export interface Question<T> {
  readonly command: ScsiCommand;
  readonly parse: (bytes: Uint8Array) => T;
}

/** The answer. @throws {ScsiError} where the command fails; {IscsiError} `SCSI_BAD_DATA` where the answer is none */
export async function ask<T>(executor: ScsiExecutor, question: Question<T>, options: RetryOptions = {}): Promise<T> {
  return question.parse((await runWithRetry(executor, question.command, options)).dataIn);
}

/** Errors about lists that are longer than is read. */
const tooLong = new WeakSet<object>();

/** Whether an error of {@link askWhole} says that there is a list, and that it is too long to be read. */
export function isTooLong(error: unknown): boolean {
  return error instanceof IscsiError && tooLong.has(error);
}

/**
 * A list of any plausible length: requested again with room for the rest if the first answer was cut. `question` is given the
 * allocation length, undefined at first.
 *
 * @param most bytes for which the unit is asked, and of which memory is taken, whatever length it claims
 * @throws {IscsiError} `SCSI_BAD_DATA` where the list is longer than that by its own length
 */
export async function askWhole<T extends ParsedAnswer>(
  executor: ScsiExecutor,
  question: (allocationLength: number | undefined) => Question<T>,
  most: number,
  options: RetryOptions = {},
): Promise<T> {
  const first = question(undefined);
  const list = await ask(executor, first, options);
  if (list.missing === 0) return list;
  const wanted = (first.command.dataIn?.length ?? 0) + list.missing;
  const whole = await ask(executor, question(Math.min(wanted, most)), options);
  // What it claims may have been wrong the first time, and may be right when there is room for all that makes sense.
  if (wanted <= most || whole.missing === 0) return whole;
  const message = `The unit claims that its list has ${wanted} bytes or more, at most ${most} are read`;
  const error = new IscsiError(ErrorCode.ScsiBadData, message);
  tooLong.add(error);
  throw error;
}
