/**
 * The set of commands that have not settled.
 *
 * @module
 */

import type { CommandCall } from "./command.ts";

/**
 * A set in an array. (A `Set` would do, but what has been deleted from it stays reachable from its former tables, which are
 * garbage that only a full collection finds: half of all commands would live that long.)
 */
export class OpenCalls {
  readonly #calls: CommandCall[] = [];

  /** Adds a command that is not in it. */
  add(call: CommandCall): void {
    call.place = this.#calls.length;
    this.#calls.push(call);
  }

  /** Takes a command out: the last one gets its place. */
  delete(call: CommandCall): void {
    if (this.#calls[call.place] !== call) return;
    const last = this.#calls.pop() as CommandCall;
    if (last !== call) {
      this.#calls[call.place] = last;
      last.place = call.place;
    }
    call.place = -1;
  }

  /** All of them, in the order in which they were given. */
  all(): CommandCall[] {
    return this.#calls.slice().sort((a, b) => a.order - b.order);
  }
}
