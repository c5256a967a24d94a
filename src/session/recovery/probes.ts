/**
 * The commands that check LUNs after a reconnect. They go before all others, which wait until the checks are over.
 *
 * @module
 */

import { TimeoutError } from "../../errors.ts";
import type { Command } from "../commands/command.ts";
import { Queue } from "../commands/queue.ts";
import type { ExecuteOptions } from "../../command.ts";
import { lostError } from "./lost.ts";

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

/** The checks of one session. */
export class Probes {
  #queue: Queue | undefined;
  /** Those that have not settled: they end with the connection, wherever they wait. */
  readonly #open: Set<Command> = new Set();

  /** What waits to be sent; undefined: no LUN is being checked, and other commands may be sent. */
  get queue(): Queue | undefined {
    return this.#queue;
  }

  /** The checks begin, over a new connection. */
  begin(): void {
    this.#queue = new Queue();
  }

  end(): void {
    this.#queue = undefined;
  }

  /**
   * Takes one command. `unanswered` is called when its time has run out: that does not say that the LUN is another one, and
   * the next connection may do better.
   */
  add(command: Command, unanswered: (error: Error) => void): void {
    this.#open.add(command);
    command.promise.then(() => this.#open.delete(command), (error) => {
      this.#open.delete(command);
      if (error instanceof TimeoutError) unanswered(error);
    });
    this.#queue?.push(command);
  }

  /** Takes one back that the target wants to have later. False: it is none of these. */
  putBack(command: Command): boolean {
    if (!this.#open.has(command)) return false;
    this.#queue?.putBack([command]);
    return true;
  }

  /** The connection was lost: fails those that it did not carry, for they are not sent over another one. */
  lost(cause: Error): void {
    this.#queue = undefined;
    for (const command of this.#open) if (!command.carried) command.fail(lostError(command, cause));
  }
}
