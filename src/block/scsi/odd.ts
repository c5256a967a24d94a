/**
 * Ranges that do not begin or end with a block, and single blocks that are exchanged as one step.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../../errors.ts";
import { ScsiError } from "../../scsi/errors.ts";
import { compareAndWrite } from "../../scsi/commands/sbc/compare_and_write.ts";
import type { ScsiCommand, ScsiResult } from "../../command.ts";
import type { Account } from "./account.ts";
import type { Job, JobQueue } from "./queue.ts";
import { miscompare } from "../miscompare.ts";
import { ReadTransfer, type Segment, type TransferRules } from "./transfer.ts";

/** Most tries of a COMPARE AND WRITE while other initiators keep changing the rest of the block. */
export const COMPARE_TRIES = 16;

/** A job of one command whose status is all that matters. */
export class OneCommand implements Job {
  /** Whether it has not been given yet. */
  more = true;
  constructor(readonly command: ScsiCommand) {}
  next(): ScsiCommand {
    this.more = false;
    return this.command;
  }
  done(_command: ScsiCommand, _result: ScsiResult): void {}
}

/** Changes some bytes of a block atomically: reads it, and writes it back by COMPARE AND WRITE. */
export async function exchange(
  queue: JobQueue,
  rules: TransferRules,
  block: Segment,
  change: {
    bytes: Uint8Array;
    offset: number;
    fua: boolean;
    signal: AbortSignal | undefined;
    account: Account | undefined;
  },
): Promise<void> {
  for (let tries = 1;; tries++) {
    await queue.run(new ReadTransfer(rules, [block]), change.signal);
    const write = block.buffer.slice();
    write.set(change.bytes, change.offset);
    const lba = block.position / rules.blockSize;
    const command = compareAndWrite({
      ...{ lba, blocks: 1, compare: block.buffer, write },
      ...(change.fua ? { fua: true } : {}),
    });
    try {
      return await queue.run(new OneCommand(command), change.signal, change.account);
    } catch (error) {
      if (!isMiscompare(error) || tries >= COMPARE_TRIES) throw error;
    }
  }
}

/** The parts of an odd range: memory for the blocks at its ends, and the caller's own in the middle. */
export function splitOdd(buffer: Uint8Array, position: number, blockSize: number): {
  segments: Segment[];
  head: Uint8Array | undefined;
  tail: Uint8Array | undefined;
  tailBytes: number;
} {
  const headBytes = (blockSize - position % blockSize) % blockSize;
  const tailBytes = (position + buffer.length) % blockSize;
  const head = headBytes === 0 ? undefined : new Uint8Array(blockSize);
  // An odd range inside one block is its head alone.
  const single = Math.floor(position / blockSize) === Math.floor((position + buffer.length) / blockSize);
  const tail = tailBytes === 0 || (single && head !== undefined) ? undefined : new Uint8Array(blockSize);
  const segments: Segment[] = [];
  if (head !== undefined) segments.push({ position: position + headBytes - blockSize, buffer: head });
  const middle = buffer.subarray(Math.min(headBytes, buffer.length), tail === undefined ? undefined : -tailBytes);
  if (middle.length > 0) segments.push({ position: position + headBytes, buffer: middle });
  if (tail !== undefined) segments.push({ position: position + buffer.length - tailBytes, buffer: tail });
  return { segments, head, tail, tailBytes: tail === undefined ? 0 : tailBytes };
}

/** Whether the error is a target's answer that the data compared differ. */
export function isMiscompare(error: unknown): error is ScsiError {
  return error instanceof ScsiError && error.code === ErrorCode.ScsiMiscompare;
}

/** A target's miscompare as the error of `compareAndWrite()`, for `length` bytes of the device from `position`. */
export function miscompareAt(position: number, length: number, cause: ScsiError): IscsiError {
  // INFORMATION has the offset of the first byte that differs, where the target gives one (SBC-3 COMPARE AND WRITE).
  const offset = Number(cause.sense?.information ?? length);
  if (offset < length) return miscompare(position + offset, { cause });
  const message = `The bytes from ${position} to ${position + length - 1} are not those expected`;
  return new IscsiError(ErrorCode.Miscompare, message, { cause });
}

/** Whether the error says that the device does not know the command or a field of it. */
export function isIllegalRequest(error: unknown): boolean {
  return (error as { code?: unknown })?.code === ErrorCode.ScsiIllegalRequest;
}
