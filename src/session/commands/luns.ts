/**
 * The logical units that a session has sent commands to.
 *
 * @module
 */

import { encodeLun, type LunAddress } from "../../bytes/lun.ts";

/** The LUNs of a session, each by the 8 bytes of its LUN field. */
export class Luns {
  readonly #used: Set<bigint> = new Set();
  readonly #changed: Map<bigint, Error> = new Map();
  #last: LunAddress | undefined;
  #lastField = 0n;

  /** Every LUN that a command was given for. */
  get used(): ReadonlySet<bigint> {
    return this.#used;
  }

  /**
   * The LUN field of an address, whose LUN is in use from now on. A bigint is made and looked up only if the address
   * differs from the previous one.
   *
   * @throws `ERR_OUT_OF_RANGE`, `ERR_INVALID_ARG_TYPE`
   */
  use(lun: LunAddress): bigint {
    if (lun !== this.#last) {
      this.#lastField = encodeLun(lun);
      this.#used.add(this.#lastField);
      this.#last = lun;
    }
    return this.#lastField;
  }

  /** A LUN is no longer in use. */
  forget(lun: bigint): void {
    this.#used.delete(lun);
    this.#changed.delete(lun);
    if (this.#lastField === lun) this.#last = undefined;
  }

  /** Why nothing may be sent to a LUN any more: it has changed over a reconnect. Undefined: it has not. */
  changed(lun: bigint): Error | undefined {
    return this.#changed.size === 0 ? undefined : this.#changed.get(lun);
  }

  /** Blocks a LUN: every further command fails with `error`. */
  refuse(lun: bigint, error: Error): void {
    this.#changed.set(lun, error);
  }
}
