/**
 * The open LUNs of one session, and how they are kept true: all that are open under one number are asked together.
 *
 * @module
 */
import { RangeLock } from "../async/range_lock.ts";
import type { ScsiDevice } from "../block/scsi/scsi_device.ts";
import type { ScsiExecutor } from "../command.ts";
import { isAnswer } from "../block/scsi/hold.ts";
import type { RecheckOptions, Unit } from "../block/scsi/unit.ts";
import { parseSense, type SenseData } from "../scsi/sense/parse.ts";

/** Another size of a LUN. */
type Resized = (lun: bigint, from: number, to: number) => void;

/** Two numbers lead to the same unit. */
type Joined = (lun: bigint, other: bigint) => void;

/** What is open under one number. */
class OpenLun {
  readonly devices: Set<ScsiDevice> = new Set();
  /** How many are being opened, whose unit is not known yet. */
  opening = 0;
  /** How often there was reason to ask. */
  checks = 0;
  /** The unit, once the first of them knows it. */
  unit: Unit | undefined;
  /** So that the writes of all of them, and of all other numbers of the unit, to parts of one block follow one another. */
  locks: RangeLock = new RangeLock();
  /** The size that was told last, in bytes. */
  size: number | undefined;
}

/** A LUN that is being opened. */
interface Opening {
  /** Its unit is known: the locks of that. */
  locksOf(unit: Unit): RangeLock;
  readonly resized: (from: number, to: number) => void;
  /** It is open: it is checked from now on, and at once where it may have changed meanwhile. */
  add(device: ScsiDevice, executor: ScsiExecutor): Promise<void>;
  /** It could not be opened. */
  failed(): void;
}

export class OpenLuns {
  readonly #luns: Map<bigint, OpenLun> = new Map();
  readonly #resized: Resized;
  readonly #joined: Joined;

  constructor(resized: Resized, joined: Joined) {
    this.#resized = resized;
    this.#joined = joined;
  }

  /** Whether a LUN is open, or being opened. `lun` has the eight bytes of the LUN field. */
  has(lun: bigint): boolean {
    return this.#luns.has(lun);
  }

  /** A LUN is being opened, until one of the functions that are returned is called. */
  opening(lun: bigint): Opening {
    const open = this.#luns.get(lun) ?? new OpenLun();
    this.#luns.set(lun, open);
    open.opening++;
    const { checks } = open;
    const done = (): void => {
      open.opening--;
      this.#drop(lun, open);
    };
    return {
      locksOf: (unit) => {
        this.#meet(lun, open, unit);
        return open.locks;
      },
      resized: (from, to) => {
        if (open.size === to) return;
        open.size = to;
        this.#resized(lun, from, to);
      },
      add: async (device, executor) => {
        open.devices.add(device);
        open.size ??= device.size;
        try {
          // Another one that is open may have another idea of the unit, and who asked has not told this one.
          if (open.devices.size > 1 || open.checks !== checks) await this.verify(lun, executor, [], {});
        } catch (error) {
          open.devices.delete(device);
          throw error;
        }
        done();
      },
      failed: done,
    };
  }

  /** A unit is known: other numbers may lead to it too. */
  #meet(lun: bigint, open: OpenLun, unit: Unit): void {
    const first = open.unit === undefined;
    open.unit ??= unit;
    for (const [other, { unit: its, locks }] of this.#luns) {
      if (other === lun || its?.isOneWith(unit) !== true) continue;
      if (first) open.locks = locks;
      this.#joined(lun, other);
    }
  }

  /** A LUN has been closed. */
  remove(lun: bigint, device: ScsiDevice): void {
    const open = this.#luns.get(lun);
    if (open === undefined) return;
    open.devices.delete(device);
    this.#drop(lun, open);
  }

  #drop(lun: bigint, open: OpenLun): void {
    if (open.devices.size === 0 && open.opening === 0) this.#luns.delete(lun);
  }

  /**
   * Asks a LUN whether it is the one that it was, and what of it has changed. One that is not open, to which the caller sends
   * commands through the session, is not asked.
   *
   * @param seen sense data of the unit attentions that are the reason
   * @throws {IscsiError} the answer: `SCSI_IDENTITY_CHANGED`, `BLOCK_CHANGED`
   * @throws what a command fails with, where it could not be asked
   */
  async verify(
    lun: bigint,
    executor: ScsiExecutor,
    seen: readonly Uint8Array[],
    options: RecheckOptions,
  ): Promise<void> {
    const open = this.#luns.get(lun);
    if (open === undefined) return;
    open.checks++;
    // Some targets cut them even before the code.
    const senses: SenseData[] = seen.filter((bytes) => bytes.length > 2).map((bytes) => parseSense(bytes));
    let answer: { error: unknown } | undefined;
    for (const device of [...open.devices]) {
      try {
        senses.push(...await device.unit.recheck(senses, options, executor));
      } catch (error) {
        if (!isAnswer(error)) throw error;
        // Every device must learn it.
        answer ??= { error };
      }
    }
    if (answer !== undefined) throw answer.error;
  }
}
