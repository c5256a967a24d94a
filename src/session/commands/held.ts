/**
 * The commands of LUNs that are held: while it is not certain that a LUN is still the unit that its commands were made for,
 * they wait here, and so do the good results of those that had been sent before.
 *
 * @module
 */

import type { ScsiResult } from "../../command.ts";
import type { Command } from "./command.ts";
import type { LunState } from "./luns.ts";

/** A result that the caller gets when the LUN has proved to be the same. */
interface KeptResult {
  readonly command: Command;
  readonly result: ScsiResult;
}

/** What waits for one LUN. */
interface Waiting {
  readonly commands: Command[];
  readonly results: KeptResult[];
}

/** What waits for LUNs. */
export class Held {
  readonly #waiting: Map<LunState, Waiting> = new Map();

  /** A command waits. */
  add(command: Command): void {
    this.#of(command.unit).commands.push(command);
  }

  /** A result waits. No task carries its command any more. */
  keep(command: Command, result: ScsiResult): void {
    command.carried = false;
    // The target has answered in time.
    if (!command.ownLimit) command.deadline = Infinity;
    this.#of(command.unit).results.push({ command, result });
  }

  /** Removes and returns what waits for a LUN, without what has settled meanwhile. */
  take(unit: LunState): Waiting {
    const { commands, results } = this.#of(unit);
    this.#waiting.delete(unit);
    return {
      commands: commands.filter((command) => !command.settled),
      results: results.filter(({ command }) => !command.settled),
    };
  }

  /** Removes and returns the commands of all LUNs. */
  takeAll(): Command[] {
    return [...this.#waiting.keys()].flatMap((unit) => {
      const { commands, results } = this.take(unit);
      return [...results.map(({ command }) => command), ...commands];
    });
  }

  #of(unit: LunState): Waiting {
    let waiting = this.#waiting.get(unit);
    if (waiting === undefined) {
      waiting = { commands: [], results: [] };
      this.#waiting.set(unit, waiting);
    }
    return waiting;
  }
}
