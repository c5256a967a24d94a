/**
 * Checks after a reconnect that every LUN is still the same.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../../errors.ts";
import { decodeLun, formatLun } from "../../bytes/lun.ts";
import type { ExecuteOptions, ScsiCommand, ScsiResult } from "../../command.ts";
import type { RecoveryOptions } from "./options.ts";

/**
 * Checks LUNs one after the other. Returns those that failed, each with its error; stops early when the connection is lost.
 *
 * @param execute runs a command before all others
 */
export async function verifyLuns(
  luns: Iterable<bigint>,
  verify: NonNullable<RecoveryOptions["verify"]>,
  execute: (lun: bigint, command: ScsiCommand, options: ExecuteOptions) => Promise<ScsiResult>,
  lost: () => boolean,
): Promise<Map<bigint, Error>> {
  const changed = new Map<bigint, Error>();
  for (const lun of luns) {
    try {
      await verify(lun, { execute: (command, options = {}) => execute(lun, command, options) });
    } catch (cause) {
      if (lost()) return changed;
      const message = `LUN ${formatLun(decodeLun(lun))} is not what it was before the connection was lost`;
      changed.set(lun, new IscsiError(ErrorCode.TaskTerminated, message, { cause }));
    }
  }
  return changed;
}

/**
 * Options of a check, with a time limit of its own: the session's does not run during a recovery, and without any limit the
 * whole session would wait for one answer that does not come.
 *
 * @param timeouts milliseconds; `command` 0: none
 */
export function limited(
  options: ExecuteOptions,
  timeouts: { readonly command: number; readonly request: number },
): ExecuteOptions {
  return { ...options, timeout: options.timeout ?? (timeouts.command || timeouts.request) };
}
