/**
 * Commands that the target wants to have sent again later (RFC 7143 §11.17.1, reasons 0x06, 0x0a, 0x0c).
 *
 * @module
 */

import type { CommandCall } from "./command.ts";

/** Times that a command is sent again. Our choice. */
const MAX_POSTPONED = 4;
/** The first pause in milliseconds; each further one is twice as long. */
const POSTPONE_DELAY = 100;

/** The postponed commands of a session. */
export class PostponedCalls {
  readonly #timers: Map<CommandCall, ReturnType<typeof setTimeout>> = new Map();
  readonly #due: (call: CommandCall) => void;

  /** @param due called when a command is to be sent again */
  constructor(due: (call: CommandCall) => void) {
    this.#due = due;
  }

  /** Takes a command, for a while; false: it has been tried often enough. */
  add(call: CommandCall): boolean {
    if (call.postponed >= MAX_POSTPONED) return false;
    const pause = POSTPONE_DELAY * 2 ** call.postponed++;
    const timer = setTimeout(() => {
      this.#timers.delete(call);
      if (!call.settled) this.#due(call);
    }, pause);
    this.#timers.set(call, timer);
    return true;
  }

  /** Takes all of them out. */
  takeAll(): CommandCall[] {
    const calls = [...this.#timers.keys()];
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    return calls;
  }
}
