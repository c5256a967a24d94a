/**
 * The logical units that a session has sent commands to.
 *
 * @module
 */

import { encodeLun, type LunAddress } from "../../bytes/lun.ts";

/** What a session knows about its LUNs, each identified by the 8 bytes of its LUN field. */
export class Luns {
  readonly #used: Set<bigint> = new Set();
  readonly #changed: Map<bigint, Error> = new Map();
  #last: LunAddress | undefined;
  #lastField = 0n;
  #lastUsed: bigint | undefined;

  /** Every LUN that a command was given for, and that has not been forgotten since. */
  get used(): ReadonlySet<bigint> {
    return this.#used;
  }

  /**
   * The LUN field of an address. A bigint is made only where the address is another one than before.
   *
   * @throws `ERR_OUT_OF_RANGE`, `ERR_INVALID_ARG_TYPE`
   */
  encode(lun: LunAddress): bigint {
    if (lun !== this.#last) {
      this.#lastField = encodeLun(lun);
      this.#last = lun;
    }
    return this.#lastField;
  }

  /** A command was given for a LUN: it is in use from now on. */
  use(lun: bigint): void {
    if (lun === this.#lastUsed) return;
    this.#used.add(lun);
    this.#lastUsed = lun;
  }

  /** A LUN is no longer used by anyone. */
  forget(lun: bigint): void {
    this.#used.delete(lun);
    this.#changed.delete(lun);
    if (this.#lastUsed === lun) this.#lastUsed = undefined;
  }

  /** Why a LUN may not be used any more: it is not what it was before a reconnect. Undefined: it may be used. */
  changed(lun: bigint): Error | undefined {
    return this.#changed.size === 0 ? undefined : this.#changed.get(lun);
  }

  /** Blocks a LUN: every further command fails with `error`. One that was forgotten meanwhile is not blocked. */
  refuse(lun: bigint, error: Error): void {
    if (this.#used.has(lun)) this.#changed.set(lun, error);
  }
}
