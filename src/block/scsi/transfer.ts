/**
 * Reads and writes of whole blocks, split into commands.
 *
 * @module
 */

import type { SmallMemory } from "../../bytes/slab.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import { readBlocks, writeBlocks } from "../../scsi/commands/sbc/blocks.ts";
import type { ScsiCommand, ScsiResult } from "../../command.ts";
import type { HeldRange } from "../../async/range_lock.ts";
import type { Force } from "./force.ts";
import type { Job } from "./queue.ts";

/** A run of blocks and its bytes. */
export interface Segment {
  /** First byte on the device: a multiple of the block size. */
  position: number;
  /** Its bytes: a multiple of the block size. */
  buffer: Uint8Array;
}

/** How transfers are split. */
export interface TransferRules {
  /** Bytes in a block. */
  blockSize: number;
  /** Largest request in bytes: a multiple of the block size. */
  maxTransfer: number;
}

/** Walks segments in pieces of at most one request. */
abstract class Transfer implements Job {
  #index = 0;
  #offset = 0;

  constructor(readonly rules: TransferRules, readonly segments: readonly Segment[]) {}

  get more(): boolean {
    return this.#index < this.segments.length;
  }

  next(memory: SmallMemory): ScsiCommand {
    const { position, buffer } = this.segments[this.#index]!;
    const { blockSize, maxTransfer } = this.rules;
    const offset = this.#offset;
    const length = Math.min(maxTransfer, buffer.length - offset);
    if (offset + length === buffer.length) {
      this.#index++;
      this.#offset = 0;
    } else this.#offset += length;
    const part = length === buffer.length ? buffer : buffer.subarray(offset, offset + length);
    return this.command((position + offset) / blockSize, length / blockSize, part, memory);
  }

  abstract command(lba: number, blocks: number, bytes: Uint8Array, memory: SmallMemory): ScsiCommand;
  abstract done(command: ScsiCommand, result: ScsiResult): void;
}

/** An overflow means that the target's blocks are larger than assumed, and so lie at other positions. */
function checkOverflow(name: string, result: ScsiResult): void {
  if (result.overflow === 0) return;
  throw new IscsiError(
    ErrorCode.ScsiBadData,
    `The target had ${result.overflow} bytes more to move for a ${name}: its blocks are not of the size that it told`,
  );
}

/** READ into the segments' own memory. */
export class ReadTransfer extends Transfer {
  command(lba: number, blocks: number, dataIn: Uint8Array, memory: SmallMemory): ScsiCommand {
    return readBlocks(lba, blocks, dataIn, memory);
  }

  /** Short data with GOOD status must never be taken for complete data. */
  done(command: ScsiCommand, result: ScsiResult): void {
    checkOverflow("READ", result);
    const wanted = command.dataIn?.length ?? 0;
    if (result.dataIn.length === wanted && result.underflow === 0) return;
    const got = Math.min(result.dataIn.length, wanted - result.underflow);
    throw new IscsiError(ErrorCode.ScsiBadData, `A READ of ${wanted} bytes gave ${got}`);
  }
}

/** A write that may stay in the cache. */
const CACHED = { fua: false };

/** WRITE out of the segments' memory. */
export class WriteTransfer extends Transfer {
  /**
   * @param force where it is to be written with FUA
   * @param held released when nothing is in flight any more
   */
  constructor(
    rules: TransferRules,
    segments: readonly Segment[],
    readonly force: Force | undefined,
    readonly held?: HeldRange | undefined,
  ) {
    super(rules, segments);
  }

  command(lba: number, blocks: number, dataOut: Uint8Array, memory: SmallMemory): ScsiCommand {
    const { force } = this;
    if (force === undefined) return writeBlocks(lba, blocks, dataOut, CACHED, memory);
    return force.given(writeBlocks(lba, blocks, dataOut, force, memory));
  }

  /** A target that took less than it was given has not written it all, whatever its status says. */
  done(command: ScsiCommand, result: ScsiResult): void {
    checkOverflow("WRITE", result);
    if (result.underflow === 0) return;
    const given = command.dataOut?.length ?? 0;
    throw new IscsiError(
      ErrorCode.ScsiBadData,
      `Of a WRITE of ${given} bytes the target took ${given - result.underflow}`,
    );
  }

  settled(): void {
    this.held?.release();
  }
}
