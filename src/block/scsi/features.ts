/**
 * What a disk can do beyond reading and writing. It announces that when it is opened; whether it is true is learned at the first
 * use, since a probe could do harm: there are targets that never answer a COMPARE AND WRITE of no blocks.
 *
 * @module
 */

import { ErrorCode, type IscsiError } from "../../errors.ts";
import { isSilence } from "../../scsi/ask/optional.ts";
import { ScsiError } from "../../scsi/errors.ts";
import { isUnknownCommand, isUnsupported } from "../../scsi/refusal.ts";
import type { Geometry } from "./geometry.ts";

/** How blocks are given back. */
export type DiscardMethod = "unmap" | "writeSame";
/** How zeros are written: by WRITE SAME that unmaps, by one that does not. */
export type ZeroMethod = "unmapping" | "writing";

/** What may be refused: UNMAP, WRITE SAME with its UNMAP bit, WRITE SAME at all, COMPARE AND WRITE. */
type Feature = "unmap" | "unmapBySame" | "writeSame" | "compareAndWrite";

/** What is left of what a disk has announced. */
export class Features {
  readonly #geometry: () => Geometry;
  readonly #refused: Set<Feature> = new Set();
  /** The first block for which GET LBA STATUS is refused, as are all beyond it. */
  #statusEnd = Infinity;

  constructor(geometry: () => Geometry) {
    this.#geometry = geometry;
  }

  /** How blocks are given back; undefined: not at all. */
  get discard(): DiscardMethod | undefined {
    const { unmap, unmapBySame } = this.#geometry().provisioning;
    if (unmap && !this.#refused.has("unmap")) return "unmap";
    return unmapBySame && !this.#refused.has("unmapBySame") ? "writeSame" : undefined;
  }

  /** How zeros are written; undefined: as any other data. */
  get zero(): ZeroMethod | undefined {
    const { writeSame, unmapBySame } = this.#geometry().provisioning;
    if (!writeSame || this.#refused.has("writeSame")) return undefined;
    // The disk gives blocks back where it can and writes the others, so the whole range reads as zeros after it (SBC-4 5.53).
    const unmapping = unmapBySame && this.#geometry().unmappedReadsZeros && !this.#refused.has("unmapBySame");
    return unmapping ? "unmapping" : "writing";
  }

  /** Whether GET LBA STATUS tells anything. */
  get extents(): boolean {
    return this.tells(0);
  }

  /** Whether GET LBA STATUS may tell of a block. */
  tells(lba: number): boolean {
    return this.#geometry().lbaStatus && lba < this.#statusEnd;
  }

  /** Most blocks of one COMPARE AND WRITE; 0: there is no such command. */
  get compareAndWrite(): number {
    return this.#refused.has("compareAndWrite") ? 0 : this.#geometry().maxCompareAndWriteBlocks;
  }

  /** Whether a failed discard teaches that this method is none: then another one may be tried. */
  refusesDiscard(method: DiscardMethod, error: unknown): boolean {
    return method === "unmap" ? this.#refuses(["unmap"], error) : this.#refusesSame("unmapBySame", error);
  }

  /** The same for zeros. */
  refusesZero(method: ZeroMethod, error: unknown): boolean {
    return this.#refusesSame(method === "unmapping" ? "unmapBySame" : "writeSame", error);
  }

  /** The same for COMPARE AND WRITE. */
  refusesCompare(error: unknown): boolean {
    return this.#refuses(["compareAndWrite"], error);
  }

  /**
   * Whether a failed GET LBA STATUS leaves it open what the blocks from this one on are: they may hold data then, which is always
   * a true answer. A refusal teaches that nothing is told from this block on, silence that nothing is told at all.
   */
  leavesOpen(lba: number, error: unknown): boolean {
    if (isUnknownCommand(error) || isSilence(error)) this.#statusEnd = 0;
    else if (isUnsupported(error)) this.#statusEnd = Math.min(this.#statusEnd, lba);
    const { code } = error as Partial<IscsiError>;
    return error instanceof ScsiError || isSilence(error) || code === ErrorCode.ScsiBadData ||
      code === ErrorCode.TargetFailure || code === ErrorCode.Rejected;
  }

  /** A WRITE SAME whose operation code is not known will not do in another form. */
  #refusesSame(feature: Feature, error: unknown): boolean {
    return this.#refuses(isUnknownCommand(error) ? ["unmapBySame", "writeSame"] : [feature], error);
  }

  #refuses(features: readonly Feature[], error: unknown): boolean {
    if (!isUnsupported(error)) return false;
    for (const feature of features) this.#refused.add(feature);
    return true;
  }
}
