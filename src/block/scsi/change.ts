/**
 * What a change of a disk means for its device.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../../errors.ts";
import type { SenseData } from "../../scsi/sense/parse.ts";

/** What a unit attention says for good: 28h/00h, that a medium which can be taken out may have been (SPC-5 annex F). */
export function mediumChange({ asc, ascq }: SenseData): IscsiError | undefined {
  if (asc !== 0x28 || ascq !== 0x00) return undefined;
  return unusable("The medium may have been changed: open the device again");
}

function unusable(message: string, cause?: unknown): IscsiError {
  return new IscsiError(ErrorCode.DeviceChanged, message, cause === undefined ? {} : { cause });
}

/**
 * Refuses a disk that a device cannot go on with: transfers and locks are counted in blocks, so those must stay as large as
 * they were.
 *
 * @throws {IscsiError} `BLOCK_CHANGED`
 */
export function requireSameBlocks(before: number, now: number): void {
  if (now !== before) throw unusable(`The block size was ${before} bytes and is ${now}: open the device again`);
}

/** What an error of the questions means for a device that is open: a disk that could not be opened now is for good another one. */
export function meaningOfUnsupported(error: unknown): unknown {
  const { code, cause, message } = error as Partial<IscsiError>;
  if (code !== ErrorCode.Unsupported) return error;
  // A command was refused, and may be taken the next time.
  return cause ?? unusable(`The disk cannot be used any more: ${message}`, error);
}
