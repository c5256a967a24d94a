/**
 * Questions that a unit need not answer.
 *
 * @module
 */
import { toHex } from "../../bytes/hex.ts";
import type { ScsiExecutor } from "../../command.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import type { RetryOptions } from "../retry.ts";
import { ask, type Question } from "./question.ts";

/** How long an answer is waited for where the caller does not say, in milliseconds. */
export const QUESTION_TIMEOUT = 3000;

/** What came of a question: an answer, or why there is none. */
type Outcome<T> =
  | { readonly answer: T; readonly error?: undefined }
  | { readonly answer?: undefined; readonly error: IscsiError };

/**
 * The optional questions to one unit. It may refuse one, fail, or say nothing: the caller goes on without the answer. A
 * question that was met by silence, or by unit attentions without end, is not asked again, for as long as this object is kept.
 */
export class OptionalQuestions {
  /** Errors of silence, by the bytes of the CDB that say what is asked; the others say how much of it. */
  readonly #silences: Map<string, IscsiError> = new Map();
  readonly #limit: number;

  /** @param limit milliseconds for one answer, and for waits while the unit is busy; 0: as for any command */
  constructor(limit: number = QUESTION_TIMEOUT) {
    this.#limit = limit;
  }

  /**
   * The answer, or why there is none: any status but GOOD, an answer that makes no sense, silence, an iSCSI failure of the
   * command. Other errors are thrown: after those the unit cannot be asked anything else either.
   */
  async try<T>(executor: ScsiExecutor, question: Question<T>, options: RetryOptions = {}): Promise<Outcome<T>> {
    const key = toHex(question.command.cdb.subarray(0, 3));
    const silence = this.#silences.get(key);
    if (silence !== undefined) return { error: silence };
    const limits = this.#limit > 0 ? { timeout: this.#limit, busyTime: this.#limit } : {};
    try {
      const terms = { ...options, ...limits, optional: true };
      return { answer: await ask(executor, question, terms) };
    } catch (error) {
      if (!isNoAnswer(error)) throw error;
      // Unit attentions without end are no answer either, and each would be a reason to ask the unit everything anew.
      if (error.code === ErrorCode.ScsiUnitAttention || isSilence(error)) this.#silences.set(key, error);
      return { error };
    }
  }

  /** The answer; undefined where there is none. */
  async ask<T>(executor: ScsiExecutor, question: Question<T>, options: RetryOptions = {}): Promise<T | undefined> {
    return (await this.try(executor, question, options)).answer;
  }
}

/** Whether the target did not answer a command, or dropped the connection instead. */
export function isSilence(error: unknown): error is IscsiError {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === ErrorCode.CommandTimeout || code === ErrorCode.TaskTerminated;
}

function isNoAnswer(error: unknown): error is IscsiError {
  if (!(error instanceof IscsiError)) return false;
  const { code } = error;
  return code.startsWith("SCSI_") || code === ErrorCode.TargetFailure || code === ErrorCode.Rejected ||
    isSilence(error);
}
