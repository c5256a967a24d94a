/**
 * Tells those who listen to commands how these have ended.
 *
 * @module
 */

import type { Command } from "./command.ts";

/** Its `then` queues a promise job; `queueMicrotask` of Node makes an AsyncResource each time. */
const SETTLED: Promise<void> = Promise.resolve();

/**
 * The commands that have ended and whose listeners do not know yet. All that end in one turn, such as those that one read of the
 * connection answers, are told of in one promise job: never at once, while the state of the session is between two steps.
 */
export class Deliveries {
  #ended: Command[] = [];

  /** A command has ended. */
  add(command: Command): void {
    if (this.#ended.push(command) === 1) SETTLED.then(this.#tell);
  }

  readonly #tell = (): void => {
    const ended = this.#ended;
    this.#ended = [];
    for (const command of ended) command.tell();
  };
}
