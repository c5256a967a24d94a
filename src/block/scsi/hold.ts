/**
 * Holds the commands of a device whose unit may have become another one, until the unit has been asked. For a device over an
 * executor that does not do so itself, as the LUN of a session does.
 *
 * @module
 */

import { delay } from "../../async/delay.ts";
import { ErrorCode, type IscsiError } from "../../errors.ts";
import type { SenseData } from "../../scsi/sense/parse.ts";
import type { JobQueue } from "./queue.ts";

/** How long a unit is asked, all in milliseconds. */
export interface HoldTimes {
  /** Sum of the pauses after which the waiting commands fail. */
  readonly most: number;
  /** The first pause; each further one is twice as long, to {@link HoldTimes.longest}. */
  readonly pause: number;
  readonly longest: number;
}

/** Asks the unit. Rejects with an answer ({@link isAnswer}), or with why it could not be asked. */
type Recheck = (seen: readonly SenseData[]) => Promise<unknown>;

/** Whether an error says for good that the unit is not what it was; any other one says only that it could not be asked. */
export function isAnswer(error: unknown): boolean {
  const { code } = error as Partial<IscsiError>;
  return code === ErrorCode.IdentityChanged || code === ErrorCode.DeviceChanged;
}

export class Hold {
  readonly #recheck: Recheck;
  readonly #queue: JobQueue;
  readonly #times: HoldTimes;
  /** What has been seen since the unit last answered. */
  #seen: SenseData[] = [];
  #asking: Promise<void> | undefined;

  constructor(recheck: Recheck, queue: JobQueue, times: HoldTimes) {
    this.#recheck = recheck;
    this.#queue = queue;
    this.#times = times;
  }

  /** From now on commands wait. */
  doubt(sense: SenseData): void {
    this.#seen.push(sense);
    this.#queue.hold(this.pass);
  }

  /** Settles when commands may be sent; the first who waits makes the unit be asked. */
  readonly pass = (): Promise<void> => this.#asking ??= this.#ask().finally(() => this.#asking = undefined);

  async #ask(): Promise<void> {
    const { most, pause, longest } = this.#times;
    for (let waited = 0, next = pause;; waited += next, next = Math.min(2 * next, longest)) {
      const seen = this.#seen;
      this.#seen = [];
      try {
        await this.#recheck(seen);
        if (this.#seen.length === 0) return this.#queue.release();
      } catch (error) {
        if (isAnswer(error)) throw error;
        this.#seen.unshift(...seen);
        if (waited >= most) throw error;
      }
      await delay(next);
    }
  }
}
