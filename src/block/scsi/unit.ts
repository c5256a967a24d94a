/**
 * The logical unit behind a device: who it is, what it is like now, and how that is kept true.
 *
 * @module
 */

import type { ScsiExecutor } from "../../command.ts";
import type { RetryOptions } from "../../scsi/retry.ts";
import type { SenseData } from "../../scsi/sense/parse.ts";
import { isSuspicious } from "../../scsi/suspicion.ts";
import { meaningOfUnsupported, mediumChange, requireSameBlocks } from "./change.ts";
import { askCondition, type Asking, type Condition } from "./condition.ts";
import { Forces } from "./force.ts";
import type { Geometry } from "./geometry.ts";
import { Hold, type HoldTimes, isAnswer } from "./hold.ts";
import { areOne, sameUnit } from "./identity.ts";
import type { JobQueue } from "./queue.ts";

/** Options of questions that are repeated by who asks them: a unit that is busy is not waited for in each of them. */
export const ONCE: RecheckOptions = { busyTime: 0 };

/** Options of {@link Unit.recheck}. */
export interface RecheckOptions extends RetryOptions {
  /**
   * The caller has seen to it that the unit is the right one: its identity is what it is now.
   *
   * @default false
   */
  readonly accepted?: boolean;
}

/** What a unit is made of. */
export interface UnitParts {
  /** How it is asked, and by whom. */
  readonly asking: Asking;
  readonly executor: ScsiExecutor;
  /** How long commands wait where the unit may have changed; undefined: the executor sees to that. */
  readonly hold: HoldTimes | undefined;
  /** Told of another size, in bytes. */
  readonly resized: ((from: number, to: number) => void) | undefined;
}

export class Unit {
  /** The writes to it that say FUA. */
  readonly forces: Forces = new Forces();
  /** What it has told last. */
  #condition: Condition;
  readonly #parts: UnitParts;
  readonly #queue: JobQueue;
  readonly #hold: Hold | undefined;
  /** How often it was asked, and which of these times was the last that counts. */
  #asked = 0;
  #answered = 0;
  /** Why it cannot be used any more. */
  #changed: Error | undefined;

  constructor(condition: Condition, queue: JobQueue, parts: UnitParts) {
    this.#condition = condition;
    this.#queue = queue;
    this.#parts = parts;
    this.#hold = parts.hold === undefined ? undefined : new Hold((seen) => this.recheck(seen, ONCE), queue, parts.hold);
  }

  /** What it is like, as far as it has told. */
  get geometry(): Geometry {
    return this.#condition.geometry;
  }

  /** Whether another one is known to be this very unit, under another number. */
  isOneWith(other: Unit): boolean {
    return areOne(this.#condition.identity, other.#condition.identity);
  }

  /** Called for each unit attention: the command that met it is sent again, behind the hold if there is one. */
  attention(sense: SenseData): void {
    if (this.#hold !== undefined && isSuspicious(sense.asc, sense.ascq)) this.#hold.doubt(sense);
  }

  /**
   * Asks whether the unit is the one that it was, and takes over what of it has changed: size, write protection, caching. An
   * answer that it is another one, or has another medium or block size, is for good: every operation rejects with it from now
   * on.
   *
   * @param seen the unit attentions that are the reason
   * @param executor carries the questions past what holds other commands
   * @returns the unit attentions that came meanwhile
   * @throws {IscsiError} the answer: `SCSI_IDENTITY_CHANGED`, `BLOCK_CHANGED`
   * @throws what a command fails with, where the unit could not be asked: ask again
   */
  async recheck(
    seen: readonly SenseData[],
    { accepted = false, ...options }: RecheckOptions = {},
    executor: ScsiExecutor = this.#parts.executor,
  ): Promise<readonly SenseData[]> {
    const { standard: { removable }, pages } = this.#condition;
    const identity = accepted ? undefined : this.#condition.identity;
    // Whatever becomes of the questions, what was told on the way counts.
    const onUnitAttention = (sense: SenseData): void => {
      if (removable) this.#end(mediumChange(sense));
    };
    seen.forEach(onUnitAttention);
    this.#requireUsable();
    const turn = ++this.#asked;
    const { asking } = this.#parts;
    const terms = { ...asking, retry: { ...asking.retry, ...options, onUnitAttention } };
    try {
      const now = await askCondition(executor, { identity, pages }, terms);
      this.#requireUsable();
      // What was asked later may have been answered before.
      if (turn > this.#answered) this.#take(now, turn, accepted);
      return now.met;
    } catch (thrown) {
      this.#requireUsable();
      const error = meaningOfUnsupported(thrown);
      if (isAnswer(error)) this.#end(error as Error);
      throw error;
    }
  }

  /** From now on it cannot be used, if there is a reason. */
  #end(reason: Error | undefined): void {
    if (reason === undefined || this.#changed !== undefined) return;
    this.#changed = reason;
    this.#queue.stop(reason);
  }

  #requireUsable(): void {
    if (this.#changed !== undefined) throw this.#changed;
  }

  #take(now: Condition, turn: number, accepted: boolean): void {
    const before = this.#condition;
    const identity = accepted ? now.identity : sameUnit(before.identity, now.identity);
    requireSameBlocks(before.geometry.blockSize, now.geometry.blockSize);
    this.#condition = { ...now, identity };
    this.#answered = turn;
    const { size, fua } = now.geometry;
    if (!fua) this.forces.drop();
    if (size !== before.geometry.size) this.#parts.resized?.(before.geometry.size, size);
  }
}
