/**
 * The check of the options that one call on a device takes.
 *
 * @module
 */

import { booleanProblem, optionsProblem, signalProblem } from "../arguments.ts";
import type { WriteOptions } from "./device.ts";

/** The keys of {@link OperationOptions}. */
export const OPERATION_KEYS: readonly string[] = ["signal"];
/** The keys of {@link WriteOptions}. */
export const WRITE_KEYS: readonly string[] = ["signal", "fua"];

/**
 * An error for options of a call that have other keys than `known`, or values of a wrong type; or undefined. Correct
 * ones cost no allocation.
 */
export function callProblem(options: WriteOptions, known: readonly string[]): Error | undefined {
  const problem = optionsProblem("options", options, known);
  if (problem !== undefined) return problem;
  const { signal, fua } = options;
  if (fua !== undefined && typeof fua !== "boolean") return booleanProblem("fua", fua);
  return signal === undefined ? undefined : signalProblem("signal", signal);
}
