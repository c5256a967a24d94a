import { InvalidArgumentError, Option } from "commander";
import { DEFAULT_INITIATOR_NAME } from "../client/options.ts";
import { parsePortal } from "../client/url_portal.ts";
import { AbortError } from "../errors.ts";
import type { Portal } from "../session/mod.ts";
import type { Interrupt } from "../runtime/mod.ts";
import { exitCodeOfSignal } from "./exit_code.ts";
import type { CliIo } from "./io.ts";

/** Options of every command that logs in. */
export interface LoginCliOptions {
  initiatorName: string;
  /** Further portals of the target. */
  portal?: readonly Portal[];
}

/** `-i`, the option of every command that logs in. */
export function initiatorOption(): Option {
  return new Option("-i, --initiator-name <name>", "iSCSI name to log in with").default(DEFAULT_INITIATOR_NAME);
}

/** `--portal`, of every command that logs in. */
export function portalOption(): Option {
  return new Option(
    "--portal <host[:port]>",
    "another portal of the target, tried where those before it fail; may be repeated",
  ).argParser((text: string, before: readonly Portal[] = []) => [...before, portalOf(text)]);
}

function portalOf(text: string): Portal {
  try {
    return parsePortal(text);
  } catch {
    throw new InvalidArgumentError("It must be HOST or HOST:PORT, an IPv6 address in brackets.");
  }
}

/** A signal ended the command. */
export class Interrupted extends Error {
  readonly signal: Interrupt;
  constructor(signal: Interrupt) {
    super(`interrupted by ${signal}`);
    this.name = "Interrupted";
    this.signal = signal;
  }
}

/**
 * Runs a command's work with a signal that fires on SIGINT and SIGTERM. A second one ends the process at once.
 *
 * @returns the status of the work, or 128 and the number of the signal
 */
export async function interruptible(io: CliIo, work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const abort = new AbortController();
  let hurry!: (code: number) => void;
  const hurried = new Promise<number>((resolve) => hurry = resolve);
  const remove = io.onInterrupt((signal) => {
    if (abort.signal.aborted) hurry(exitCodeOfSignal(signal));
    else abort.abort(new Interrupted(signal));
  });
  try {
    return await Promise.race([work(abort.signal), hurried]);
  } catch (error) {
    const reason: unknown = abort.signal.reason;
    if (!(reason instanceof Interrupted) || !isAbort(error, reason)) throw error;
    return exitCodeOfSignal(reason.signal);
  } finally {
    remove();
  }
}

/** Whether an error only says that the signal has fired. */
function isAbort(error: unknown, reason: Interrupted): boolean {
  return error === reason || error instanceof AbortError ||
    (error as { cause?: unknown } | undefined)?.cause === reason;
}
