/**
 * One logical unit: geometry, medium, protection, reservations and pending conditions.
 *
 * @module
 */

import { OneAtATime } from "../../async/one_at_a_time.ts";
import { type LockMode, RangeLock } from "../../async/range_lock.ts";
import { ErrorCode } from "../../errors.ts";
import type { Backing } from "../backing.ts";
import { Attention, UnitAttentions } from "./attention.ts";
import { ModeState } from "./mode_state.ts";
import { PersistentReservations } from "./persistent_reservations.ts";
import { CheckCondition, lbaOutOfRange, noMedium, noSpace } from "./sense.ts";
import { TaskSet } from "./task_set.ts";

/** Identity and properties of a logical unit. */
export interface UnitProperties {
  /** LUN, 0 to 16383. */
  readonly number: number;
  /** What holds the bytes; undefined: a drive without a medium. */
  readonly backing: Backing | undefined;
  /** Write protected for good. */
  readonly readOnly: boolean;
  /** The medium can be ejected. */
  readonly removable: boolean;
  /** Logical blocks in a physical one, as a power of two, 0 to 15. */
  readonly physicalExponent: number;
  /** Whether the medium is in at the start. */
  readonly mediumPresent: boolean;
  /** Unit serial number, printable ASCII. */
  readonly serial: string;
  /** NAA identifier, 8 bytes. */
  readonly naa: Uint8Array;
  /** Vendor, at most 8 ASCII characters. */
  readonly vendor: string;
  /** Product, at most 16 ASCII characters. */
  readonly product: string;
  /** Revision, at most 4 ASCII characters. */
  readonly revision: string;
  /** Name of the target, for the SCSI name string designator. */
  readonly targetName: string;
}

/** A logical unit with its state. */
export class LogicalUnit {
  readonly properties: UnitProperties;
  /** Logical block size in bytes. */
  readonly blockSize: number;
  readonly attentions: UnitAttentions = new UnitAttentions();
  /** Locks ranges during COMPARE AND WRITE. */
  readonly ranges: RangeLock = new RangeLock();
  readonly tasks: TaskSet = new TaskSet();
  /** Settings of the mode pages. */
  readonly mode: ModeState = new ModeState();
  readonly persistent: PersistentReservations = new PersistentReservations();
  reservedBy: string | undefined = undefined;
  mediumPresent: boolean;
  /** One after the other, so that none reports success for what another one has found to be lost. */
  readonly #flushes = new OneAtATime();
  #failedFlushes = 0;
  #blocks: number;
  /** The most blocks that it has had. */
  #most: number;
  /** The look at the size of the backing that is under way. */
  #measuring: Promise<void> | undefined;
  /** Who prevents its removal. */
  readonly preventers: Set<string> = new Set();

  /** Makes the unit; its block size never changes. */
  constructor(properties: UnitProperties) {
    this.properties = properties;
    this.blockSize = properties.backing?.blockSize ?? 512;
    this.#blocks = this.#most = properties.backing === undefined ? 0 : properties.backing.size / this.blockSize;
    this.mediumPresent = properties.mediumPresent && properties.backing !== undefined;
  }

  /** Number of logical blocks. */
  get blocks(): number {
    return this.#blocks;
  }

  /**
   * Looks whether the backing has another size, takes that as the capacity, and tells all initiators (SBC-4 §4.10,
   * 2A/09). A backing that does not tell its size leaves the capacity as it is. Never rejects.
   */
  measure(): Promise<void> {
    return this.#measuring ??= this.#measure().catch(() => {}).finally(() => this.#measuring = undefined);
  }

  async #measure(): Promise<void> {
    const { backing } = this.properties;
    if (backing === undefined) return;
    await backing.measure?.();
    const blocks = Math.floor(backing.size / this.blockSize);
    if (blocks === this.#blocks || !(blocks >= 0)) return;
    this.#blocks = blocks;
    this.#most = Math.max(this.#most, blocks);
    this.attentions.raise(Attention.CapacityChanged);
  }

  /** Whether blocks can be unmapped and then read as zeros. */
  get thin(): boolean {
    const backing = this.properties.backing;
    return backing?.supports?.discard === true && backing.supports.writeZeroes === true &&
      backing.writeZeroes !== undefined;
  }

  /** Whether writes are refused, for good or by the SWP bit of the Control mode page. */
  get writeProtected(): boolean {
    return this.properties.readOnly || this.mode.softwareWriteProtect;
  }

  /**
   * What holds the bytes.
   * @throws CheckCondition 2/3A/00 where there is no medium
   */
  get backing(): Backing {
    const backing = this.properties.backing;
    if (!this.mediumPresent || backing === undefined) throw noMedium();
    return backing;
  }

  /**
   * Checks a range of blocks. Blocks that the unit has lost are inside: whoever reads or writes them is to get MEDIUM
   * ERROR, whether or not the loss has been noticed yet.
   * @throws CheckCondition 5/21/00 where it is not inside the unit; a range of no blocks may begin at the very end
   */
  checkRange(lba: number, blocks: number): void {
    if (lba > this.#most || blocks > this.#most - lba) throw lbaOutOfRange();
  }

  /** Fills `buffer` from `position` (bytes). */
  read(buffer: Uint8Array, position: number): Promise<void> {
    return this.#guard(position, buffer.length, "shared", 0x1100, (backing) => backing.readInto(buffer, position));
  }

  /** Writes `buffer` at `position` (bytes). */
  write(buffer: Uint8Array, position: number): Promise<void> {
    return this.#guard(position, buffer.length, "shared", 0x0c00, (backing) => backing.write(buffer, position));
  }

  /** Makes `length` bytes from `position` read as zeros, giving them back. Only where the unit is `thin`. */
  unmap(position: number, length: number): Promise<void> {
    return this.#guard(position, length, "shared", 0x0c00, (backing) => backing.writeZeroes!(position, length));
  }

  /** Reads, lets `change` work on the bytes, and writes what it returns, as one atomic step. */
  update(
    position: number,
    length: number,
    change: (current: Uint8Array) => Uint8Array,
  ): Promise<void> {
    return this.#guard(position, length, "exclusive", 0x0c00, async (backing) => {
      const current = new Uint8Array(length);
      await backing.readInto(current, position);
      await backing.write(change(current), position);
    });
  }

  /**
   * Settles when all that has been written is on the medium. Where that fails, every initiator is told: a file tells of it once,
   * whoever flushes.
   *
   * @param nexus whose SYNCHRONIZE CACHE it is: its status says it to that initiator
   */
  async flush(nexus?: string): Promise<void> {
    const backing = this.backing;
    const before = this.#failedFlushes;
    try {
      await this.#flushes.run(() => backing.flush());
    } catch (cause) {
      this.#failedFlushes++;
      this.attentions.raise(Attention.WriteFailed, nexus);
      throw mediumError(0x0c00, cause);
    }
    // It may be the one that has failed which was told.
    if (this.#failedFlushes !== before) throw mediumError(0x0c00, new Error("Another flush has failed meanwhile"));
  }

  /** The part of LOGICAL UNIT RESET that is not aborting tasks (SAM-5 §6.3.3). */
  reset(code: Attention): void {
    this.reservedBy = undefined;
    this.preventers.clear();
    this.mode.reset();
    this.attentions.raise(code);
  }

  /** The session of a nexus has begun. */
  attach(nexus: string): void {
    this.attentions.attach(nexus);
  }

  /** The session of a nexus has ended: I_T nexus loss (SAM-5 §6.3.4). Persistent reservations stay. */
  detach(nexus: string): void {
    this.attentions.detach(nexus);
    this.preventers.delete(nexus);
    if (this.reservedBy === nexus) this.reservedBy = undefined;
  }

  async #guard(
    position: number,
    length: number,
    mode: LockMode,
    code: number,
    work: (backing: Backing) => Promise<void>,
  ): Promise<void> {
    const backing = this.backing;
    const held = await this.ranges.acquire(position, position + length, mode);
    try {
      await work(backing);
    } catch (cause) {
      // It may have been cut.
      void this.measure();
      throw code === 0x0c00 && isFull(cause) ? noSpace() : mediumError(code, cause);
    } finally {
      held.release();
    }
  }
}

/** 3/11/00 or 3/0C/00 for whatever the backing threw. */
function mediumError(code: number, cause: unknown): CheckCondition {
  return cause instanceof CheckCondition ? cause : new CheckCondition({ key: 3, code });
}

const FULL: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", ErrorCode.CopyNoSpace, ErrorCode.ScsiNoSpace]);

/** Whether a backing has failed because what holds its bytes is full: the error says so, or what has caused it. */
function isFull(error: unknown): boolean {
  for (let depth = 0, one = error; one instanceof Error && depth < 8; one = one.cause, depth++) {
    if (FULL.has((one as { code?: unknown }).code)) return true;
  }
  return false;
}
