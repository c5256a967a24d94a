/**
 * Locks on byte ranges, so that reading, merging and writing back one block loses no other write to it.
 *
 * @module
 */

import { AbortError } from "../errors.ts";
import { onAbort } from "./on_abort.ts";

/** How a range is held. Shared holders do not wait for each other. */
export type LockMode = "shared" | "exclusive";

export interface HeldRange {
  /** Gives the range back. Idempotent. */
  release(): void;
}

class Claim implements HeldRange {
  granted = false;
  done = false;
  wake: (() => void) | undefined;
  constructor(
    readonly owner: RangeLock,
    readonly start: number,
    readonly end: number,
    readonly exclusive: boolean,
  ) {}

  excludes(other: Claim): boolean {
    return (this.exclusive || other.exclusive) && this.start < other.end && other.start < this.end;
  }

  release(): void {
    this.owner.drop(this);
  }
}

/**
 * Locks on half-open ranges. Overlapping locks are granted in the order of the requests, so none starves; ranges that
 * do not overlap never wait for each other.
 */
export class RangeLock {
  /** Held and waiting claims, in the order of asking. */
  #claims: Claim[] = [];
  #exclusive = 0;

  /** Claims that are held or waiting. */
  get size(): number {
    return this.#claims.length;
  }

  /** Takes `[start, end)` if that needs no waiting; undefined otherwise. */
  tryAcquire(start: number, end: number, mode: LockMode): HeldRange | undefined {
    const claim = new Claim(this, start, end, mode === "exclusive");
    // Without an exclusive claim anywhere, shared ones cannot meet an obstacle: the usual case, and free.
    if ((claim.exclusive || this.#exclusive > 0) && this.#blocked(claim, this.#claims.length)) return undefined;
    this.#push(claim);
    claim.granted = true;
    return claim;
  }

  /**
   * Takes `[start, end)`, waiting for those who hold or asked for a part of it before.
   *
   * @throws AbortError (`ABORT_ERR`) if the signal fires first
   */
  async acquire(start: number, end: number, mode: LockMode, signal?: AbortSignal): Promise<HeldRange> {
    const held = this.tryAcquire(start, end, mode);
    if (held !== undefined) return held;
    if (signal?.aborted) throw new AbortError(signal);
    const claim = new Claim(this, start, end, mode === "exclusive");
    this.#push(claim);
    await new Promise<void>((resolve, reject) => {
      const forget = onAbort(signal, () => {
        this.drop(claim);
        reject(new AbortError(signal));
      });
      claim.wake = () => {
        forget();
        resolve();
      };
    });
    return claim;
  }

  /** Gives a claim back, held or still waiting. Used by {@link HeldRange.release}. */
  drop(claim: HeldRange): void {
    if (!(claim instanceof Claim) || claim.done) return;
    claim.done = true;
    this.#claims.splice(this.#claims.indexOf(claim), 1);
    if (claim.exclusive) this.#exclusive--;
    else if (this.#exclusive === 0) return; // Then nobody can be waiting.
    for (let i = 0; i < this.#claims.length; i++) {
      const next = this.#claims[i]!;
      if (next.granted || !claim.excludes(next) || this.#blocked(next, i)) continue;
      next.granted = true;
      next.wake?.();
    }
  }

  #push(claim: Claim): void {
    this.#claims.push(claim);
    if (claim.exclusive) this.#exclusive++;
  }

  #blocked(claim: Claim, before: number): boolean {
    for (let i = 0; i < before; i++) {
      if (this.#claims[i]!.excludes(claim)) return true;
    }
    return false;
  }
}
