/**
 * The command window of one session (RFC 7143 §4.2.2.1): MaxCmdSN says how many commands the initiator may still send.
 *
 * @module
 */

import { serialAdd, serialDistance, serialLess, serialLessOrEqual } from "../../bytes/mod.ts";

/** ExpCmdSN, MaxCmdSN, and the requests that arrived too early. */
export class CommandWindow {
  /** CmdSN of the next non-immediate request. */
  expCmdSN: number;
  readonly #depth: number;
  #active = 0;
  /** Requests that arrived before their turn, by CmdSN: at most as many as the window is wide. */
  readonly #early = new Map<number, () => void>();

  /** @param cmdSN of the login; @param depth commands at once */
  constructor(cmdSN: number, depth: number) {
    this.expCmdSN = cmdSN;
    this.#depth = depth;
  }

  /**
   * Last CmdSN that the initiator may send. It never decreases: a command that starts takes one place, and ExpCmdSN
   * advances by one.
   */
  get maxCmdSN(): number {
    return serialAdd(this.expCmdSN, this.#depth - this.#active - 1);
  }

  /** Both numbers, as every PDU to the initiator carries them. */
  numbers(): { expCmdSN: number; maxCmdSN: number } {
    return { expCmdSN: this.expCmdSN, maxCmdSN: this.maxCmdSN };
  }

  /** Whether a request with this CmdSN is acceptable: inside the window and not yet received. */
  accepts(cmdSN: number): boolean {
    return !serialLess(cmdSN, this.expCmdSN) && serialLessOrEqual(cmdSN, this.maxCmdSN) && !this.#early.has(cmdSN) &&
      serialDistance(this.expCmdSN, cmdSN) < this.#depth;
  }

  /** Runs an acceptable request when its CmdSN is due, and then those that waited for it. */
  order(cmdSN: number, run: () => void): void {
    if (cmdSN !== this.expCmdSN) {
      this.#early.set(cmdSN, run);
      return;
    }
    for (let next: (() => void) | undefined = run; next !== undefined;) {
      this.expCmdSN = serialAdd(this.expCmdSN, 1);
      next();
      next = this.#early.get(this.expCmdSN);
      this.#early.delete(this.expCmdSN);
    }
  }

  /** Drops the requests that wait for their turn. */
  clear(): void {
    this.#early.clear();
  }

  /** A command now occupies a place in the window. */
  enter(): void {
    this.#active++;
  }

  /** A command has left its place in the window. */
  leave(): void {
    this.#active--;
  }
}
