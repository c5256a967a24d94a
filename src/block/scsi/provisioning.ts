/**
 * Giving blocks back and writing zeros, by the commands that a disk has announced, and without those that it then refuses.
 *
 * @module
 */

import type { RangeLock } from "../../async/range_lock.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import type { Account } from "./account.ts";
import type { Features } from "./features.ts";
import type { Geometry } from "./geometry.ts";
import { discardJob, type HeldBlocks, zeroJob } from "./provisioning_jobs.ts";
import type { JobQueue } from "./queue.ts";

/** A range of whole blocks, and for whom. */
interface Work {
  /** Blocks `[first, end)`. */
  readonly first: number;
  readonly end: number;
  readonly signal: AbortSignal | undefined;
  readonly account: Account;
}

export class Provisioning {
  readonly #queue: JobQueue;
  readonly #locks: RangeLock;
  readonly #features: Features;
  readonly #geometry: () => Geometry;

  constructor(queue: JobQueue, locks: RangeLock, features: Features, geometry: () => Geometry) {
    this.#queue = queue;
    this.#locks = locks;
    this.#features = features;
    this.#geometry = geometry;
  }

  /** Gives the whole granules of a range back. @throws {IscsiError} `BLOCK_UNSUPPORTED` where every way is refused */
  async discard(work: Work): Promise<void> {
    for (let refusal: unknown;;) {
      const method = this.#features.discard;
      if (method === undefined) {
        const message = "The device refuses to give blocks back, though it has announced that it can";
        throw new IscsiError(ErrorCode.Unsupported, message, { cause: refusal });
      }
      const blocks = await this.#hold(work);
      const job = discardJob(this.#geometry(), method, blocks);
      if (job === undefined) return blocks.held.release();
      try {
        return await this.#queue.run(job, work.signal, work.account);
      } catch (error) {
        if (!this.#features.refusesDiscard(method, error)) throw error;
        refusal = error;
      }
    }
  }

  /** Makes a range read as zeros. False: the device has no command that does, or refuses it. */
  async zero(work: Work): Promise<boolean> {
    for (let method = this.#features.zero; method !== undefined; method = this.#features.zero) {
      const blocks = await this.#hold(work);
      try {
        await this.#queue.run(zeroJob(this.#geometry(), method, blocks), work.signal, work.account);
        return true;
      } catch (error) {
        if (!this.#features.refusesZero(method, error)) throw error;
      }
    }
    return false;
  }

  async #hold({ first, end, signal }: Work): Promise<HeldBlocks> {
    const { blockSize } = this.#geometry();
    return { first, end, held: await this.#locks.acquire(first * blockSize, end * blockSize, "shared", signal) };
  }
}
