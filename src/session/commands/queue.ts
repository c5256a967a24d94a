/**
 * Commands that wait to be sent, in the order in which they were given.
 *
 * @module
 */

import type { Command } from "./command.ts";

/** A first-in first-out queue. Commands that settled while they waited are skipped. */
export class Queue {
  #items: Command[] = [];
  #head = 0;

  /** Adds at the end. */
  push(command: Command): void {
    this.#items.push(command);
  }

  /** Takes the first that has not settled. */
  shift(): Command | undefined {
    while (this.#head < this.#items.length) {
      const command = this.#items[this.#head] as Command;
      this.#head++;
      if (this.#head === this.#items.length) {
        this.#items = [];
        this.#head = 0;
      } else if (this.#head >= 1024) {
        this.#items = this.#items.slice(this.#head);
        this.#head = 0;
      }
      if (!command.settled) return command;
    }
    return undefined;
  }

  /** Puts commands that had been taken back in, each at its place in the order. */
  putBack(commands: readonly Command[]): void {
    if (commands.length === 0) return;
    const waiting = this.#items.slice(this.#head).filter((command) => !command.settled);
    this.#items = [...commands, ...waiting].sort((a, b) => a.order - b.order);
    this.#head = 0;
  }

  /** Takes all that have not settled. */
  takeAll(): Command[] {
    const all = this.#items.slice(this.#head).filter((command) => !command.settled);
    this.#items = [];
    this.#head = 0;
    return all;
  }
}
