/**
 * What of a disk is allocated.
 *
 * @module
 */

import type { ScsiCommand, ScsiResult } from "../../command.ts";
import { AbortError } from "../../errors.ts";
import {
  getLbaStatus,
  type LbaStatus,
  parseGetLbaStatus,
  ProvisioningStatus,
} from "../../scsi/commands/sbc/get_lba_status.ts";
import type { Extent } from "../device.ts";
import { appendExtent } from "../extents.ts";
import type { Features } from "./features.ts";
import type { Geometry } from "./geometry.ts";
import type { Job, JobQueue } from "./queue.ts";

/** Bytes of one GET LBA STATUS answer: 8 and 16 for each of 1023 extents. */
const STATUS_ANSWER = 8 + 16 * 1023;

/** Collects one GET LBA STATUS answer. */
class StatusJob implements Job {
  more = true;
  /** Whatever is not told may be data. */
  readonly optional = true;
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

/**
 * Data and holes of bytes `[position, position + length)`, by GET LBA STATUS. `zero` only where LBPRZ promises it; what the
 * device does not tell is data.
 */
export async function lbaExtents(
  queue: JobQueue,
  geometry: Geometry,
  features: Features,
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
    const before = at;
    for (const entry of await ask(queue, features, Math.floor(at / blockSize), signal)) {
      if (at >= end) break;
      const from = Number(entry.lba) * blockSize;
      const to = from + entry.blocks * blockSize;
      // Only a run that continues at the current position can be used.
      if (from > at || to <= at) break;
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
      appendExtent(list, { position: at, length: end - at, hole: false, zero: false });
      break;
    }
  }
  return list;
}

/** What the device tells of the blocks from one on: nothing, where it does not know, refuses, fails, or makes no sense. */
async function ask(
  queue: JobQueue,
  features: Features,
  lba: number,
  signal: AbortSignal | undefined,
): Promise<readonly LbaStatus[]> {
  if (!features.tells(lba)) return [];
  const job = new StatusJob(lba);
  try {
    await queue.run(job, signal);
    const { extents } = parseGetLbaStatus(job.answer);
    // The list begins with the block asked for (SBC-3 5.6.1). One that does not is about other blocks than it says, or
    // than were asked: a hole at the wrong place would hide data.
    return extents[0]?.lba === BigInt(lba) ? extents : [];
  } catch (error) {
    if (features.leavesOpen(lba, error)) return [];
    throw error;
  }
}
