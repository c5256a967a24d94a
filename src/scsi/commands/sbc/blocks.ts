/**
 * Plain READ and WRITE of blocks, made without the description of their fields: these two are on the way of every byte.
 *
 * | byte | READ(10) 0x28, WRITE(10) 0x2a | READ(16) 0x88, WRITE(16) 0x8a |
 * |---|---|---|
 * | 1 | FUA 0x08 | FUA 0x08 |
 * | 2 … | LBA, 4 bytes | LBA, 8 bytes |
 * | 7 … | transfer length, 2 bytes | |
 * | 10 … | | transfer length, 4 bytes |
 *
 * @module
 */
import { checkBytes, described, wrongRange } from "../../../arguments.ts";
import { FRESH, type SmallMemory } from "../../../bytes/slab.ts";
import { writeU16, writeU32 } from "../../../bytes/view.ts";
import type { ScsiCommand } from "../../../command.ts";

const UINT32_END = 0x1_0000_0000;
/** Most blocks of the 10-byte commands. */
const MAX_BLOCKS_10 = 0xffff;

/**
 * Checks that a buffer holds so many blocks: some whole number of bytes each, the same for all.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 */
export function checkBlocks(what: string, buffer: Uint8Array, blocks: number): Uint8Array {
  checkBytes(what, buffer);
  const fits = blocks === 0 ? buffer.length === 0 : buffer.length > 0 && buffer.length % blocks === 0;
  if (!fits) throw wrongRange(what, `hold ${blocks} blocks of one size`, `${buffer.length} bytes`);
  return buffer;
}

/** A kind of transfer. */
interface TransferCdb {
  readonly opcode10: number;
  readonly opcode16: number;
  readonly flags: number;
}

const READ: TransferCdb = { opcode10: 0x28, opcode16: 0x88, flags: 0 };
const WRITE: TransferCdb = { opcode10: 0x2a, opcode16: 0x8a, flags: 0 };
const WRITE_FUA: TransferCdb = { ...WRITE, flags: 0x08 };

function transferCdb(
  { opcode10, opcode16, flags }: TransferCdb,
  lba: number,
  blocks: number,
  memory: SmallMemory,
): Uint8Array {
  if (!(Number.isSafeInteger(lba) && lba >= 0)) throw wrongRange("lba", "be an integer of at least 0", described(lba));
  if (!(Number.isInteger(blocks) && blocks >= 0 && blocks < UINT32_END)) {
    throw wrongRange("blocks", `be an integer from 0 to ${UINT32_END - 1}`, described(blocks));
  }
  if (lba < UINT32_END && blocks <= MAX_BLOCKS_10) {
    const cdb = memory.take(10);
    cdb[0] = opcode10;
    cdb[1] = flags;
    writeU32(cdb, 2, lba);
    writeU16(cdb, 7, blocks);
    return cdb;
  }
  const cdb = memory.take(16);
  cdb[0] = opcode16;
  cdb[1] = flags;
  writeU32(cdb, 2, Math.floor(lba / UINT32_END));
  writeU32(cdb, 6, lba % UINT32_END);
  writeU32(cdb, 10, blocks);
  return cdb;
}

/**
 * READ(10), or READ(16) where the values do not fit: the same as `readSmallest({ lba, blocks, dataIn })`.
 *
 * @param lba first block, 0 to 2^53-1
 * @param blocks blocks, 0 to 2^32-1
 * @param dataIn where they go: `blocks` times the block size
 * @param memory where the CDB comes from
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 */
export function readBlocks(
  lba: number,
  blocks: number,
  dataIn: Uint8Array,
  memory: SmallMemory = FRESH,
): ScsiCommand {
  checkBlocks("dataIn of READ", dataIn, blocks);
  const cdb = transferCdb(READ, lba, blocks, memory);
  return {
    cdb,
    dataIn: dataIn.length > 0 ? dataIn : undefined,
    dataOut: undefined,
    replay: "safe",
    attribute: undefined,
  };
}

/**
 * WRITE(10), or WRITE(16) where the values do not fit: the same as `writeSmallest({ lba, blocks, dataOut, fua })`.
 *
 * @param lba first block, 0 to 2^53-1
 * @param blocks blocks, 0 to 2^32-1
 * @param dataOut their bytes: `blocks` times the block size
 * @param options `fua`: force unit access, to the medium and not only into the cache
 * @param memory where the CDB comes from
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 */
export function writeBlocks(
  lba: number,
  blocks: number,
  dataOut: Uint8Array,
  { fua }: { fua: boolean },
  memory: SmallMemory = FRESH,
): ScsiCommand {
  checkBlocks("dataOut of WRITE", dataOut, blocks);
  const cdb = transferCdb(fua ? WRITE_FUA : WRITE, lba, blocks, memory);
  return {
    cdb,
    dataIn: undefined,
    dataOut: dataOut.length > 0 ? dataOut : undefined,
    replay: "optIn",
    attribute: undefined,
  };
}
