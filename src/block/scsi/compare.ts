/**
 * COMPARE AND WRITE: blocks that are exchanged as one step, whoever else writes to them.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../../errors.ts";
import { compareAndWrite } from "../../scsi/commands/sbc/compare_and_write.ts";
import { ScsiError } from "../../scsi/errors.ts";
import { isInvalidField } from "../../scsi/refusal.ts";
import { firstDifference, miscompare } from "../miscompare.ts";
import type { Account } from "./account.ts";
import type { Features } from "./features.ts";
import type { Force } from "./force.ts";
import type { JobQueue } from "./queue.ts";
import { OneCommand } from "./odd.ts";
import { ReadTransfer, type Segment, type TransferRules } from "./transfer.ts";

/** Most tries while other initiators keep changing the rest of a block. */
const TRIES = 16;

/** Some bytes that are to be changed, in a segment of whole blocks that has memory for them. */
interface Change {
  readonly segment: Segment;
  /** Where they are in the segment. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Where it is to be written with FUA. */
  readonly force?: Force | undefined;
  readonly signal: AbortSignal | undefined;
  readonly account: Account;
}

export class Comparer {
  readonly #queue: JobQueue;
  readonly #features: Features;

  constructor(queue: JobQueue, features: Features) {
    this.#queue = queue;
    this.#features = features;
  }

  /** Changes some bytes, whatever they and those around them are. */
  async exchange(rules: TransferRules, change: Change): Promise<void> {
    const { segment, bytes, offset } = change;
    for (let tries = 1;; tries++) {
      await this.#queue.run(new ReadTransfer(rules, [segment]), change.signal);
      const write = segment.buffer.slice();
      write.set(bytes, offset);
      try {
        return await this.#replace(rules, change, write);
      } catch (error) {
        if (!isMiscompare(error) || tries >= TRIES) throw error;
      }
    }
  }

  /** Changes some bytes if they equal `expected`. @throws {IscsiError} `BLOCK_MISCOMPARE` where they do not */
  async change(rules: TransferRules, change: Change, expected: Uint8Array): Promise<void> {
    const { segment, bytes, offset } = change;
    const position = segment.position + offset;
    const odd = bytes.length !== segment.buffer.length;
    const found = segment.buffer.subarray(offset, offset + bytes.length);
    for (let tries = 1;; tries++) {
      // The bytes around an odd range are read, and become part of what is expected, so that the whole is still one step.
      if (odd) await this.#queue.run(new ReadTransfer(rules, [segment]), change.signal);
      const differs = odd ? firstDifference(found, expected) : -1;
      if (differs >= 0) throw miscompare(position + differs);
      found.set(expected);
      const write = segment.buffer.slice();
      write.set(bytes, offset);
      try {
        return await this.#replace(rules, change, write);
      } catch (error) {
        if (!isMiscompare(error)) throw error;
        if (!odd) throw miscompareAt(position, bytes.length, error);
        // The bytes wanted may be there: the ones around them are changed all the time.
        if (tries >= TRIES) throw error;
      }
    }
  }

  async #replace({ blockSize }: TransferRules, change: Change, write: Uint8Array): Promise<void> {
    const { position, buffer } = change.segment;
    const { force } = change;
    const fua = force?.fua === true;
    const [lba, blocks] = [position / blockSize, buffer.length / blockSize];
    const command = compareAndWrite({ lba, blocks, compare: buffer, write, fua });
    try {
      await this.#queue.run(new OneCommand(force?.given(command) ?? command), change.signal, change.account);
    } catch (error) {
      // Without FUA it may be taken.
      if (fua && isInvalidField(error)) throw error;
      throw this.#features.refusesCompare(error) ? compareRefused(error) : error;
    }
  }
}

/** The error of a device that has no COMPARE AND WRITE, though it may have announced it. */
export function compareRefused(cause?: unknown): IscsiError {
  const message = "The device refuses COMPARE AND WRITE";
  return new IscsiError(ErrorCode.Unsupported, message, cause === undefined ? {} : { cause });
}

/** Whether the error is a target's answer that the data compared differ. */
function isMiscompare(error: unknown): error is ScsiError {
  return error instanceof ScsiError && error.code === ErrorCode.ScsiMiscompare;
}

/** A target's miscompare as the error of `compareAndWrite()`, for `length` bytes of the device from `position`. */
function miscompareAt(position: number, length: number, cause: ScsiError): IscsiError {
  // INFORMATION has the offset of the first byte that differs, where the target gives one (SBC-3 COMPARE AND WRITE).
  const offset = Number(cause.sense?.information ?? length);
  if (offset < length) return miscompare(position + offset, { cause });
  const message = `The bytes from ${position} to ${position + length - 1} are not those expected`;
  return new IscsiError(ErrorCode.Miscompare, message, { cause });
}
