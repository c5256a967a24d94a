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

/** So many commands more may wait before those that have settled are looked for. */
const LOOK = 256;

/** What waits for one LUN. */
interface Waiting {
  commands: Command[];
  /** With so many commands, those that have settled are looked for. */
  look: number;
  readonly results: KeptResult[];
}

/** What waits for LUNs. */
export class Held {
  readonly #waiting: Map<LunState, Waiting> = new Map();

  /** A command waits. */
  add(command: Command): void {
    const waiting = this.#of(command.unit);
    waiting.commands.push(command);
    if (waiting.commands.length < waiting.look) return;
    // Those that their callers have given up hold memory.
    waiting.commands = waiting.commands.filter(({ settled }) => !settled);
    waiting.look = waiting.commands.length * 2 + LOOK;
  }

  /** A result waits. No task carries its command any more. */
  keep(command: Command, result: ScsiResult): void {
    command.carried = false;
    // The target has answered in time.
    if (!command.ownLimit) command.deadline = Infinity;
    this.#of(command.unit).results.push({ command, result });
  }

  /** Removes and returns what waits for a LUN, without what has settled meanwhile. */
  take(unit: LunState): Pick<Waiting, "commands" | "results"> {
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
      waiting = { commands: [], look: LOOK, results: [] };
      this.#waiting.set(unit, waiting);
    }
    return waiting;
  }
}
