/**
 * Ranges that do not begin or end with a block, and jobs of one command.
 *
 * @module
 */

import type { ScsiCommand, ScsiResult } from "../../command.ts";
import type { Job } from "./queue.ts";
import type { Segment } from "./transfer.ts";

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
