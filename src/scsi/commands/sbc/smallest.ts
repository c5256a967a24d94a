/**
 * The smallest CDB that fits an LBA and a length.
 *
 * @module
 */
import { given } from "../../cdb/build.ts";
import { checkOneOf } from "../../../arguments.ts";
import type { ScsiCommand } from "../../../command.ts";
import { read10, read12, read16, read6, type ReadOptions } from "./read.ts";
import { synchronizeCache10, synchronizeCache16, type SynchronizeCacheOptions } from "./synchronize_cache.ts";
import { write10, write12, write16, write6, type WriteOptions } from "./write.ts";

/** CDB sizes in bytes. */
export type CdbSize = 6 | 10 | 12 | 16;

/** Limits of the choice. */
export interface SmallestOptions {
  /**
   * Smallest CDB to consider. The 6-byte commands are optional and obsolete. With 6, options that READ(6) and WRITE(6) have
   * no field for make the choice go on to 10.
   *
   * @default 10
   */
  smallest?: CdbSize | undefined;
}

const PLAIN = ["lba", "blocks", "dataIn", "dataOut", "control", "attribute", "smallest"];
const EXTRAS = ["dpo", "fua", "rarc", "rdProtect", "wrProtect", "groupNumber"];

/** Whether all the options given have a field in the 6-byte commands. The other forms refuse those that have none at all. */
function isPlain(options: object): boolean {
  return Object.entries(options).every(([name, value]) =>
    value === undefined || PLAIN.includes(name) || (EXTRAS.includes(name) && (value === false || value === 0))
  );
}

function choose(options: Partial<ReadOptions & WriteOptions>, smallest: CdbSize): CdbSize {
  const { lba = 0, blocks = 0 } = options;
  if (smallest <= 6 && lba < 0x200000 && blocks >= 1 && blocks <= 256 && isPlain(options)) return 6;
  if (lba <= 0xffffffff) {
    if (smallest <= 10 && blocks <= 0xffff) return 10;
    if (smallest <= 12) return 12;
  }
  return 16;
}

/** The options without `smallest`; the same object where it is not set, as a copy for each command would cost. */
function rest<T extends SmallestOptions>(options: T): T {
  return options.smallest === undefined ? options : { ...options, smallest: undefined };
}

const SIZES: readonly CdbSize[] = [6, 10, 12, 16];

function checkSmallest(smallest: CdbSize | undefined): CdbSize {
  return smallest === undefined ? 10 : checkOneOf("smallest", smallest, SIZES);
}

const READS = { 10: read10, 12: read12, 16: read16 } as const;
const WRITES = { 10: write10, 12: write12, 16: write16 } as const;

/** READ with the smallest CDB that fits. @throws {RangeError} `ERR_OUT_OF_RANGE` where not even READ(16) fits */
export function readSmallest(options: ReadOptions & SmallestOptions): ScsiCommand {
  const own = rest(given("READ", options));
  const size = choose(own, checkSmallest(options.smallest));
  if (size !== 6) return READS[size](own);
  const { lba, blocks, dataIn, control, attribute } = own;
  return read6({ lba, blocks, dataIn, control, attribute });
}

/** WRITE with the smallest CDB that fits. @throws {RangeError} `ERR_OUT_OF_RANGE` where not even WRITE(16) fits */
export function writeSmallest(options: WriteOptions & SmallestOptions): ScsiCommand {
  const own = rest(given("WRITE", options));
  const size = choose(own, checkSmallest(options.smallest));
  if (size !== 6) return WRITES[size](own);
  const { lba, blocks, dataOut, control, attribute } = own;
  return write6({ lba, blocks, dataOut, control, attribute });
}

/** SYNCHRONIZE CACHE with the smaller CDB that fits. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function synchronizeCacheSmallest(options: SynchronizeCacheOptions = {}): ScsiCommand {
  const { lba = 0, blocks = 0 } = given("SYNCHRONIZE CACHE", options);
  return lba <= 0xffffffff && blocks <= 0xffff ? synchronizeCache10(options) : synchronizeCache16(options);
}
