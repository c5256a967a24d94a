/**
 * Commands that give blocks back, write zeros, and tell what is allocated.
 *
 * @module
 */

import { AbortError, ErrorCode, IscsiError } from "../../errors.ts";
import { getLbaStatus, parseGetLbaStatus, ProvisioningStatus } from "../../scsi/commands/sbc/get_lba_status.ts";
import { unmap } from "../../scsi/commands/sbc/unmap.ts";
import { writeSame16 } from "../../scsi/commands/sbc/write_same.ts";
import type { ScsiCommand, ScsiResult } from "../../command.ts";
import type { Extent } from "../device.ts";
import { appendExtent } from "../extents.ts";
import type { Geometry } from "./geometry.ts";
import type { Job, JobQueue } from "./queue.ts";
import type { HeldRange } from "../../async/range_lock.ts";

/** Bytes of one GET LBA STATUS answer: 8 and 16 for each of 1023 extents. */
const STATUS_ANSWER = 8 + 16 * 1023;

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

/**
 * A job that gives back the whole granules in blocks `[first, end)`; undefined where there are none. The job releases
 * `held`.
 */
export function discardJob(geometry: Geometry, first: number, end: number, held: HeldRange): Job | undefined {
  const { discard, granularity, alignment, maxUnmapBlocks, maxWriteSameBlocks } = geometry.provisioning;
  const from = roundUp(first - alignment, granularity) + alignment;
  const last = Math.floor(geometry.size / geometry.blockSize);
  // The last granule of the device may be a short one: it ends with the device.
  const to = end === last ? end : roundDown(end - alignment, granularity) + alignment;
  if (from >= to) return undefined;
  if (discard === "unmap") {
    const step = stepOf(maxUnmapBlocks, granularity);
    return new BlockRun(from, to, step, (lba, blocks) => unmap({ ranges: [{ lba, blocks }] }), held);
  }
  const zero = new Uint8Array(geometry.blockSize);
  const step = stepOf(maxWriteSameBlocks, granularity);
  return new BlockRun(from, to, step, (lba, blocks) => writeSame16({ lba, blocks, dataOut: zero, unmap: true }), held);
}

/**
 * Zeros by WRITE SAME(16) with one block of zeros. With UNMAP set where LBPRZ promises zeros: the device gives blocks back
 * where it can and writes the others, so the whole range reads as zeros after it (SBC-4 5.53). UNMAP itself is a hint that
 * a device may ignore for any block, so it makes no zeros.
 */
export function zeroJob(geometry: Geometry, first: number, end: number, held: HeldRange): Job {
  const zero = new Uint8Array(geometry.blockSize);
  const unmapping = geometry.provisioning.unmapWithZeros;
  return new BlockRun(
    first,
    end,
    geometry.provisioning.maxWriteSameBlocks,
    (lba, blocks) => writeSame16({ lba, blocks, dataOut: zero, ...(unmapping ? { unmap: true } : {}) }),
    held,
  );
}

/** Collects one GET LBA STATUS answer. */
class StatusJob implements Job {
  more = true;
  answer: Uint8Array = new Uint8Array(0);
  constructor(readonly lba: number) {}
  next(): ScsiCommand {
    this.more = false;
    return getLbaStatus({ lba: this.lba, allocationLength: STATUS_ANSWER });
  }
  done(_command: ScsiCommand, result: ScsiResult): void {
    this.answer = result.dataIn;
  }
}

/** Data and holes of bytes `[position, position + length)`, by GET LBA STATUS. `zero` only where LBPRZ promises it. */
export async function lbaExtents(
  queue: JobQueue,
  geometry: Geometry,
  position: number,
  length: number,
  signal: AbortSignal | undefined,
): Promise<Extent[]> {
  const { blockSize } = geometry;
  const end = position + length;
  const list: Extent[] = [];
  let at = position;
  while (at < end) {
    if (signal?.aborted) throw new AbortError(signal);
    const job = new StatusJob(Math.floor(at / blockSize));
    await queue.run(job, signal);
    const before = at;
    for (const entry of parseGetLbaStatus(job.answer).extents) {
      if (at >= end) break;
      const from = Number(entry.lba) * blockSize;
      const to = from + entry.blocks * blockSize;
      // Only a run that continues at the current position can be used.
      if (from > at) break;
      if (to <= at) continue;
      const stop = Math.min(to, end);
      const hole = entry.provisioningStatus === ProvisioningStatus.Deallocated ||
        entry.provisioningStatus === ProvisioningStatus.Anchored;
      appendExtent(list, {
        position: at,
        length: stop - at,
        hole,
        zero: hole && geometry.unmappedReadsZeros,
      });
      at = stop;
    }
    if (at === before) {
      throw new IscsiError(
        ErrorCode.ScsiBadData,
        `GET LBA STATUS for block ${job.lba} gave no extent that has this block`,
      );
    }
  }
  return list;
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
