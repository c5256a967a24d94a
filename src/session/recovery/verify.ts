/**
 * Checks after a reconnect that every LUN is still the same.
 *
 * @module
 */

import { ErrorCode, IscsiError, TimeoutError } from "../../errors.ts";
import { decodeLun, formatLun } from "../../bytes/lun.ts";
import type { ExecuteOptions, ScsiCommand, ScsiResult } from "../../command.ts";
import type { Pending } from "../commands/pending.ts";
import type { FullFeature } from "../connection/full_feature.ts";
import { connectionLost } from "../failures.ts";
import type { RecoveryOptions } from "./options.ts";

/** Milliseconds; 0: none. */
interface Timeouts {
  readonly command: { readonly quick: number };
  readonly request: number;
}

/** Runs a command before all others. */
type RunCheck = (lun: bigint, command: ScsiCommand, options: ExecuteOptions) => Promise<ScsiResult>;

/**
 * Checks LUNs one after the other. Returns those that failed, each with its error; stops early when the connection is lost.
 */
export async function verifyLuns(
  luns: Iterable<bigint>,
  verify: NonNullable<RecoveryOptions["verify"]>,
  execute: RunCheck,
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

/** Runs checks over a new connection. */
export function checksOver(fullFeature: FullFeature, pending: Pending, timeouts: Timeouts): RunCheck {
  const { connection } = fullFeature;
  return (lun, given, options) => {
    const command = pending.add(lun, given, limited(options, timeouts));
    // An answer that does not come says nothing of the LUN, and the next connection may do better.
    command.promise.catch((error) => error instanceof TimeoutError && !command.optional && connection.fail(error));
    if (connection.ended) pending.fail(command, connectionLost("The connection was lost"));
    pending.queueCheck(command);
    fullFeature.pump();
    return command.promise;
  };
}

/**
 * Options of a check, with a time limit of its own: the session's does not run during a recovery, and without any limit the
 * whole session would wait for one answer that does not come.
 */
function limited(options: ExecuteOptions, timeouts: Timeouts): ExecuteOptions {
  return { ...options, timeout: options.timeout ?? (timeouts.command.quick || timeouts.request) };
}
