/**
 * Log pages of counters: error counters, non-medium errors.
 *
 * @module
 */
import type { Answer } from "../data/answer.ts";
import { counterOf, type LogHeader, logHeader, readLogParameters } from "./page.ts";

/** 02h Write, 03h Read, 04h Read Reverse, 05h Verify Error Counters (SPC-4). Absent counters are undefined. */
export interface ErrorCounters extends LogHeader {
  /** Which page this is. */
  readonly kind: "errorCounters";
  /** The operation during which the errors occurred. */
  readonly operation: "write" | "read" | "readReverse" | "verify";
  /** Errors corrected without substantial delay. */
  readonly correctedWithoutDelay: bigint | undefined;
  /** Errors corrected with possible delays. */
  readonly correctedWithDelay: bigint | undefined;
  /** Rewrites or rereads. */
  readonly retries: bigint | undefined;
  /** Errors corrected. */
  readonly corrected: bigint | undefined;
  /** Times that a correction algorithm ran. */
  readonly corrections: bigint | undefined;
  /** Bytes processed. */
  readonly bytesProcessed: bigint | undefined;
  /** Uncorrected errors. */
  readonly uncorrected: bigint | undefined;
}
/** 06h Non-Medium Error (SPC-4). */
export interface NonMediumErrors extends LogHeader {
  /** Which page this is. */
  readonly kind: "nonMediumErrors";
  /** Errors. */
  readonly count: bigint | undefined;
}

const OPERATIONS = ["write", "read", "readReverse", "verify"] as const;

/** Pages 02h to 05h. */
export function readErrorCounters(answer: Answer): ErrorCounters {
  const parameters = readLogParameters(answer);
  const counter = (code: number): bigint | undefined => {
    const found = parameters.find((one) => one.code === code);
    return found === undefined ? undefined : counterOf(found.value);
  };
  return {
    kind: "errorCounters",
    operation: OPERATIONS[answer.bits(0, 5, 6) - 2] ?? "write",
    correctedWithoutDelay: counter(0),
    correctedWithDelay: counter(1),
    retries: counter(2),
    corrected: counter(3),
    corrections: counter(4),
    bytesProcessed: counter(5),
    uncorrected: counter(6),
    ...logHeader(answer, parameters),
  };
}
export function readNonMediumErrors(answer: Answer): NonMediumErrors {
  const parameters = readLogParameters(answer);
  const found = parameters.find((one) => one.code === 0);
  return {
    kind: "nonMediumErrors",
    count: found === undefined ? undefined : counterOf(found.value),
    ...logHeader(answer, parameters),
  };
}
