/**
 * Mode data: header, block descriptors, pages (SPC-4).
 *
 * @module
 */
import { Answer, type ParsedAnswer } from "../data/answer.ts";

/** A mode page as bytes; decode it with `decodeModePage`. */
export interface ModePage {
  /** Page code, 0 to 0x3f. */
  readonly pageCode: number;
  /** Subpage code; 0 for a page without. */
  readonly subpageCode: number;
  /** PS: MODE SELECT can save it. */
  readonly saveable: boolean;
  /** The whole page, header included. */
  readonly bytes: Uint8Array;
}

/** A block descriptor of mode data. */
export interface ModeBlockDescriptor {
  /** Density code (tapes); 0 in long descriptors and on disks. */
  readonly densityCode: number;
  /** Blocks; on disks all ones means more than fit. */
  readonly blocks: bigint;
  /** Bytes in a block; 0: variable (tapes). */
  readonly blockLength: number;
}

/** The answer to MODE SENSE. */
export interface ModeData extends ParsedAnswer {
  /** Medium type. */
  readonly mediumType: number;
  /** Device specific parameter. */
  readonly deviceSpecific: number;
  /** WP, bit 7 of the device specific parameter: for disks and tapes. */
  readonly writeProtected: boolean;
  /** DPOFUA, bit 4: for disks, DPO and FUA are supported. */
  readonly dpoFua: boolean;
  /** LONGLBA: the block descriptors are long ones. */
  readonly longLba: boolean;
  /** Block descriptors. */
  readonly blockDescriptors: readonly ModeBlockDescriptor[];
  /** Pages, in the order of the answer. */
  readonly pages: readonly ModePage[];
}

function readPages(answer: Answer, from: number): ModePage[] {
  const pages: ModePage[] = [];
  let offset = from;
  while (offset + 2 <= answer.end) {
    const hasSubpage = answer.flag(offset, 6);
    const header = hasSubpage ? 4 : 2;
    if (!answer.has(offset, header)) break;
    const size = header + (hasSubpage ? answer.u16(offset + 2) : answer.u8(offset + 1));
    if (!answer.has(offset, size)) break;
    pages.push({
      pageCode: answer.bits(offset, 5, 6),
      subpageCode: hasSubpage ? answer.u8(offset + 1) : 0,
      saveable: answer.flag(offset, 7),
      bytes: answer.copy(offset, size),
    });
    offset += size;
  }
  if (offset < answer.end) answer.problem(`The mode page at byte ${offset} is cut`);
  return pages;
}

function readDescriptors(answer: Answer, from: number, length: number, longLba: boolean, disk: boolean) {
  const end = Math.min(from + length, answer.end);
  if (from + length > answer.end && answer.missing === 0) {
    answer.problem(`The block descriptors of the mode data announce ${length} bytes, ${end - from} are left`);
  }
  const list: ModeBlockDescriptor[] = [];
  for (const offset of answer.entries(from, longLba ? 16 : 8, end)) {
    if (longLba) {
      list.push({ densityCode: 0, blocks: answer.u64(offset), blockLength: answer.u32(offset + 12) });
    } else {
      list.push({
        densityCode: disk ? 0 : answer.u8(offset),
        blocks: BigInt(disk ? answer.u32(offset) : answer.u24(offset + 1)),
        blockLength: answer.u24(offset + 5),
      });
    }
  }
  return list;
}

/** How to read what depends on the kind of device. */
export interface ModeParseOptions {
  /**
   * Peripheral device type: short block descriptors of disks (0, 4, 7, 0x0e, 0x14) count blocks in 32 bits.
   *
   * @default 0
   */
  deviceType?: number | undefined;
}

const DISKS: ReadonlySet<number> = new Set([0x00, 0x04, 0x07, 0x0e, 0x14]);

interface Header {
  readonly mediumType: number;
  readonly deviceSpecific: number;
  readonly longLba: boolean;
  readonly descriptorLength: number;
  readonly length: number;
}

function readAll(answer: Answer, header: Header, options: ModeParseOptions): ModeData {
  const disk = DISKS.has(options.deviceType ?? 0);
  const blockDescriptors = readDescriptors(answer, header.length, header.descriptorLength, header.longLba, disk);
  return {
    mediumType: header.mediumType,
    deviceSpecific: header.deviceSpecific,
    writeProtected: (header.deviceSpecific & 0x80) !== 0,
    dpoFua: (header.deviceSpecific & 0x10) !== 0,
    longLba: header.longLba,
    blockDescriptors,
    pages: readPages(answer, header.length + header.descriptorLength),
    ...answer.report(),
  };
}

/** Parses the answer to MODE SENSE(6) (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function parseModeSense6(bytes: Uint8Array, options: ModeParseOptions = {}): ModeData {
  const answer = new Answer("The answer to MODE SENSE(6)", bytes, 4);
  answer.announce(1 + answer.u8(0));
  return readAll(answer, {
    mediumType: answer.u8(1),
    deviceSpecific: answer.u8(2),
    longLba: false,
    descriptorLength: answer.u8(3),
    length: 4,
  }, options);
}

/** Parses the answer to MODE SENSE(10) (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes */
export function parseModeSense10(bytes: Uint8Array, options: ModeParseOptions = {}): ModeData {
  const answer = new Answer("The answer to MODE SENSE(10)", bytes, 8);
  answer.announce(2 + answer.u16(0));
  return readAll(answer, {
    mediumType: answer.u8(2),
    deviceSpecific: answer.u8(3),
    longLba: answer.flag(4, 0),
    descriptorLength: answer.u16(6),
    length: 8,
  }, options);
}
