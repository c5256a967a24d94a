/**
 * Commands that wait to be sent, in the order in which they were given.
 *
 * @module
 */

import type { CommandCall } from "./command.ts";

/** A first-in first-out queue. Commands that settled while they waited are skipped. */
export class CommandQueue {
  #items: CommandCall[] = [];
  #head = 0;

  /** Adds at the end. */
  push(call: CommandCall): void {
    this.#items.push(call);
  }

  /** Takes the first that has not settled. */
  shift(): CommandCall | undefined {
    while (this.#head < this.#items.length) {
      const call = this.#items[this.#head] as CommandCall;
      this.#head++;
      if (this.#head === this.#items.length) {
        this.#items = [];
        this.#head = 0;
      } else if (this.#head >= 1024) {
        this.#items = this.#items.slice(this.#head);
        this.#head = 0;
      }
      if (!call.settled) return call;
    }
    return undefined;
  }

  /** Puts commands that had been taken back in, each at its place in the order. */
  putBack(calls: readonly CommandCall[]): void {
    if (calls.length === 0) return;
    const waiting = this.#items.slice(this.#head).filter((call) => !call.settled);
    this.#items = [...calls, ...waiting].sort((a, b) => a.order - b.order);
    this.#head = 0;
  }

  /** Takes all that have not settled. */
  takeAll(): CommandCall[] {
    const all = this.#items.slice(this.#head).filter((call) => !call.settled);
    this.#items = [];
    this.#head = 0;
    return all;
  }
}
