import { onAbort } from "../../async/on_abort.ts";
import { unlessAborted } from "../../async/unless_aborted.ts";
import { REPORT_LUNS_UNIT } from "../../bytes/lun.ts";
import { connect } from "../../client/connect.ts";
import { parseIscsiUrl } from "../../client/url.ts";
import { ErrorCode } from "../../errors.ts";
import {
  describeSense,
  drainUnitAttention,
  inquiry,
  parseInquiry,
  runWithRetry,
  type ScsiCommand,
  ScsiError,
  type ScsiExecutor,
} from "../../scsi/mod.ts";
import { interruptible, type LoginCliOptions } from "../common.ts";
import { ExitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";

/** Options of every subcommand that talks to a logical unit. */
export interface UnitOptions extends LoginCliOptions {
  json?: true;
  /** ISID to log in with, six bytes. Default: a random one. */
  isid?: Uint8Array;
}

/** A logical unit to send commands to. */
export interface Unit {
  readonly executor: ScsiExecutor;
  /** The well known logical unit for REPORT LUNS; undefined where the URL names a LUN. */
  readonly reportLuns: ScsiExecutor | undefined;
  /** Runs a command that changes nothing, retries after unit attentions, and resolves with the data-in. */
  ask(command: ScsiCommand): Promise<Uint8Array>;
  /** Peripheral device type of the unit, by INQUIRY. */
  deviceType(): Promise<number>;
  /** Aborted by an interrupt. */
  readonly signal: AbortSignal;
}

/**
 * Logs in, clears the unit attentions that a new session gets (each is reported on standard error), does the work, and
 * logs out. A URL without a LUN means LUN 0.
 */
export function withUnit(
  io: CliIo,
  url: string,
  options: UnitOptions,
  work: (unit: Unit) => Promise<number | void>,
): Promise<number> {
  return interruptible(io, async (signal) => {
    const { lun } = parseIscsiUrl(url);
    const { initiatorName, isid, portal: portals } = options;
    const session = await connect(url, { initiatorName, isid, portals, signal });
    // A target that does not answer would be given time to abort its task, too: nobody needs the session any more.
    const forget = onAbort(signal, () => void session.close({ signal }));
    const run = async (): Promise<number> => {
      const executor = session.lun(lun ?? 0);
      const reportLuns = lun === undefined ? session.lun(REPORT_LUNS_UNIT) : undefined;
      for (const sense of await drainUnitAttention(executor, { signal })) {
        // Every session begins with "power on, reset" or "nexus loss", which are not worth a report.
        if (sense.asc !== 0x29) io.error(`lunstream: ${describeSense(sense)}\n`);
      }
      const ask = async (command: ScsiCommand): Promise<Uint8Array> =>
        (await runWithRetry(executor, command, { signal })).dataIn;
      const deviceType = async (): Promise<number> => parseInquiry(await ask(inquiry())).deviceType;
      return await work({ executor, reportLuns, ask, deviceType, signal }) ?? ExitCode.Done;
    };
    try {
      return await unlessAborted(run(), signal);
    } finally {
      forget();
      await session.close({ signal });
    }
  });
}

/** Reads what the unit lists. What it refuses all the same is reported on standard error and left out. */
export async function readListed<Item, Result>(
  io: CliIo,
  items: Iterable<Item>,
  read: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) {
    try {
      results.push(await read(item));
    } catch (error) {
      if (!(error instanceof ScsiError && error.code === ErrorCode.ScsiIllegalRequest)) throw error;
      io.error(`lunstream: ${error.message}\n`);
    }
  }
  return results;
}
