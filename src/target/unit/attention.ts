/**
 * Unit attention conditions (SAM-5 §5.14) and deferred errors (SPC-4 §4.5.7): what has happened to a logical unit, reported once
 * to every initiator.
 *
 * @module
 */

import type { Sense } from "./sense.ts";

/** Conditions kept for one nexus; more are folded into the first. */
const MOST = 8;

/** Codes of the conditions that the target makes. */
export const Attention = {
  /** 29/00: power on, reset, or bus device reset occurred; initiators handle it better than the more specific codes. */
  Reset: 0x2900,
  /** 2F/00: another initiator cleared the tasks. */
  Cleared: 0x2f00,
  /** 2A/01: another initiator changed mode parameters. */
  ModeChanged: 0x2a01,
  /** 2A/09: the capacity has changed. */
  CapacityChanged: 0x2a09,
  ReservationsPreempted: 0x2a03,
  ReservationsReleased: 0x2a04,
  RegistrationsPreempted: 0x2a05,
  /** 28/00: the medium may have changed. */
  MediumChanged: 0x2800,
  /** 3/0C/00, deferred: what was acknowledged could not be brought to the medium. */
  WriteFailed: 0x0c00,
} as const;
/** One of the values of {@link Attention}. */
export type Attention = typeof Attention[keyof typeof Attention];

/** The pending conditions of one logical unit, by nexus. */
export class UnitAttentions {
  readonly #pending = new Map<string, number[]>();

  /** Starts to keep conditions for a nexus. */
  attach(nexus: string): void {
    if (!this.#pending.has(nexus)) this.#pending.set(nexus, []);
  }

  /** Forgets a nexus: its session has ended. */
  detach(nexus: string): void {
    this.#pending.delete(nexus);
  }

  /** Establishes a condition for every attached nexus, one of them excepted where named. */
  raise(code: Attention, except?: string): void {
    for (const nexus of this.#pending.keys()) if (nexus !== except) this.raiseFor(nexus, code);
  }

  /** Establishes a condition for one nexus; without effect where it is not attached. */
  raiseFor(nexus: string, code: Attention): void {
    const list = this.#pending.get(nexus);
    if (list === undefined || list.includes(code)) return;
    if (list.length >= MOST) list.length = 0;
    // A reset covers all older conditions.
    if (code === Attention.Reset) list.length = 0;
    list.push(code);
  }

  /** Takes the oldest condition of a nexus off its queue. */
  take(nexus: string): Sense | undefined {
    const code = this.#pending.get(nexus)?.shift();
    if (code === undefined) return undefined;
    return code === Attention.WriteFailed ? { key: 3, code, deferred: true } : { key: 6, code };
  }
}
