/**
 * Kills a target again and again while something runs, at moments that a seed decides.
 *
 * @module
 */

import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "../contract/random.ts";
import type { Tgtd } from "../peers/tgtd.ts";

/** Bytes that may be begun beyond the place of a kill before the kill has come. */
const SLACK = 4 << 20;

/** Kills tgtd with SIGKILL at places of a copy, and starts it again. */
export class Killer {
  readonly #target: Tgtd;
  readonly #random: Random;
  readonly #places: number[];
  #busy: Promise<void> = Promise.resolve();
  #running = false;
  #kills = 0;
  #moved = 0;
  #waiting: (() => void)[] = [];

  /** Of `kills` in all, most come when the copy has moved so many of `total` bytes; the others soon after a restart. */
  constructor(target: Tgtd, random: Random, kills: number, total: number) {
    this.#target = target;
    this.#random = random;
    const last = Math.max(0, total - 2 * SLACK);
    this.#places = Array.from({ length: kills }, () => random.int(0, last)).sort((a, b) => a - b);
  }

  /** Kills so far. */
  get kills(): number {
    return this.#kills;
  }

  /** The copy has moved so many bytes. */
  progress(bytes: number): void {
    this.#moved = bytes;
    if (this.#running || this.#places.length === 0 || bytes < (this.#places[0] as number)) return;
    this.#running = true;
    this.#busy = this.#busy.then(() => this.#kill()).finally(() => {
      this.#running = false;
      this.progress(this.#moved);
    });
  }

  /** Resolves when the copy may begin with this position: a copy must not be over before its kills. */
  async gate(position: number): Promise<void> {
    while (this.#places.length > 0 && position > (this.#places[0] as number) + SLACK) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when the target runs for good. Rejects where it could not be started again. */
  async finished(): Promise<void> {
    for (let busy: unknown; busy !== this.#busy;) await (busy = this.#busy);
  }

  async #kill(): Promise<void> {
    for (;;) {
      // The copy moves some megabytes in a millisecond or two; with 0 it is killed at the very place.
      await wait(this.#random.chance(0.5) ? 0 : this.#random.int(0, 4));
      this.#target.kill("SIGKILL");
      this.#kills++;
      this.#places.shift();
      for (const resolve of this.#waiting.splice(0)) resolve();
      // Not always at once: sometimes the initiator finds nobody there.
      await wait(this.#random.chance(0.5) ? 0 : this.#random.int(0, 150));
      await this.#target.restart();
      // Some of the kills come while the initiator logs in, or checks the LUN, or has just begun to send again.
      if (this.#places.length === 0 || !this.#random.chance(0.3)) return;
      await wait(this.#random.int(0, 120));
    }
  }
}
