/**
 * Commands that give blocks back and write zeros.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../../errors.ts";
import { unmap } from "../../scsi/commands/sbc/unmap.ts";
import { writeSame16 } from "../../scsi/commands/sbc/write_same.ts";
import type { ScsiCommand, ScsiResult } from "../../command.ts";
import type { DiscardMethod, ZeroMethod } from "./features.ts";
import type { Geometry } from "./geometry.ts";
import type { Job } from "./queue.ts";
import type { HeldRange } from "../../async/range_lock.ts";

/** Operation code of UNMAP. */
const UNMAP = 0x42;

/** A job over a run of blocks, at most `step` of them a command. */
class BlockRun implements Job {
  #lba: number;
  readonly #end: number;
  constructor(
    first: number,
    end: number,
    readonly step: number,
    readonly build: (lba: number, blocks: number) => ScsiCommand,
    readonly held: HeldRange,
  ) {
    this.#lba = first;
    this.#end = end;
  }
  get more(): boolean {
    return this.#lba < this.#end;
  }
  next(): ScsiCommand {
    const lba = this.#lba;
    const blocks = Math.min(this.step, this.#end - lba);
    this.#lba += blocks;
    return this.build(lba, blocks);
  }
  done(command: ScsiCommand, result: ScsiResult): void {
    // UNMAP is a hint, and tgtd reports a residual for one that it has carried out.
    if (result.underflow === 0 || command.cdb[0] === UNMAP) return;
    throw new IscsiError(ErrorCode.ScsiBadData, "The target did not take the block of a WRITE SAME");
  }
  settled(): void {
    this.held.release();
  }
}

/** A run of blocks, `[first, end)`, whose lock the job releases. */
export interface HeldBlocks {
  readonly first: number;
  readonly end: number;
  readonly held: HeldRange;
}

/** A job that gives back the whole granules in a run of blocks; undefined where there are none: then the lock is the caller's. */
export function discardJob(
  geometry: Geometry,
  method: DiscardMethod,
  { first, end, held }: HeldBlocks,
): Job | undefined {
  const { granularity, alignment, maxUnmapBlocks, maxWriteSameBlocks } = geometry.provisioning;
  const from = roundUp(first - alignment, granularity) + alignment;
  const last = Math.floor(geometry.size / geometry.blockSize);
  // The last granule of the device may be a short one: it ends with the device.
  const to = end === last ? end : roundDown(end - alignment, granularity) + alignment;
  if (from >= to) return undefined;
  if (method === "unmap") {
    const step = stepOf(maxUnmapBlocks, granularity);
    return new BlockRun(from, to, step, (lba, blocks) => unmap({ ranges: [{ lba, blocks }] }), held);
  }
  const zero = new Uint8Array(geometry.blockSize);
  const step = stepOf(maxWriteSameBlocks, granularity);
  return new BlockRun(from, to, step, (lba, blocks) => writeSame16({ lba, blocks, dataOut: zero, unmap: true }), held);
}

/**
 * Zeros by WRITE SAME(16) with one block of zeros. UNMAP is a hint that a device may ignore for any block, so it makes no
 * zeros.
 */
export function zeroJob(geometry: Geometry, method: ZeroMethod, { first, end, held }: HeldBlocks): Job {
  const zero = new Uint8Array(geometry.blockSize);
  const terms = method === "unmapping" ? { dataOut: zero, unmap: true } : { dataOut: zero };
  const build = (lba: number, blocks: number): ScsiCommand => writeSame16({ lba, blocks, ...terms });
  return new BlockRun(first, end, geometry.provisioning.maxWriteSameBlocks, build, held);
}

/** Blocks of one command: whole granules, or the most that it may have if a granule is larger. */
function stepOf(most: number, granularity: number): number {
  return most < granularity ? most : roundDown(most, granularity);
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

function roundDown(value: number, unit: number): number {
  return Math.floor(value / unit) * unit;
}
