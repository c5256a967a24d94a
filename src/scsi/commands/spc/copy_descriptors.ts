/**
 * Descriptors of EXTENDED COPY: who copies (CSCD descriptors) and what (segment descriptors).
 *
 * @module
 */
import { checkAnyInteger, checkBytes, checkObject, checkOneOf, described, wrongValue } from "../../../arguments.ts";
import { checkNumber, type Integer, putUint } from "../../data/put.ts";

/** A copy source or destination, named by an identification descriptor (E4h; SPC-4). */
export interface CscdIdentification {
  /** Which descriptor. */
  kind: "identification";
  /** Peripheral device type, 0 to 31. */
  deviceType: number;
  /** Code set of the designator: 1 binary, 2 ASCII, 3 UTF-8. */
  codeSet: number;
  /** Designator type, as in VPD page 83h. */
  designatorType: number;
  /**
   * Association.
   *
   * @default 0
   */
  association?: number | undefined;
  /** The designator, 1 to 20 bytes. */
  designator: Uint8Array;
  /**
   * Bytes in a block, 24 bits (disks).
   *
   * @default 0
   */
  blockLength?: number | undefined;
  /** PAD: pad inexact segments. */
  pad?: boolean | undefined;
  /** Relative initiator port identifier, 0 to 65535; 0: any. */
  relativeInitiatorPort?: number | undefined;
}
/** Any other CSCD descriptor: 32 bytes (or 64), the type code in the first. */
export interface CscdRaw {
  /** Which descriptor. */
  kind: "raw";
  /** The whole descriptor. */
  bytes: Uint8Array;
}
/** A CSCD descriptor. */
export type CscdDescriptor = CscdIdentification | CscdRaw;

/** Block device to block device (02h; SPC-4). */
export interface SegmentBlockToBlock {
  /** Which descriptor. */
  kind: "blockToBlock";
  /** Index of the source's CSCD descriptor, 0 to 65535. */
  source: number;
  /** Index of the destination's. */
  destination: number;
  /** Blocks, 0 to 65535. */
  blocks: number;
  /** First block read. */
  sourceLba: Integer;
  /** First block written. */
  destinationLba: Integer;
  /** CAT: go on with what is left of the segment before. */
  cat?: boolean | undefined;
  /** DC: `blocks` counts blocks of the destination, not of the source. */
  destinationCount?: boolean | undefined;
}
/** Block device to block device, by bytes (0Ah; SPC-4). */
export interface SegmentBlockOffset {
  /** Which descriptor. */
  kind: "blockOffsetToBlockOffset";
  /** Index of the source's CSCD descriptor. */
  source: number;
  /** Index of the destination's. */
  destination: number;
  /** Bytes to copy, 32 bits. */
  bytes: number;
  /** First block read. */
  sourceLba: Integer;
  /** Byte in it, 16 bits. */
  sourceOffset: number;
  /** First block written. */
  destinationLba: Integer;
  /** Byte in it, 16 bits. */
  destinationOffset: number;
  /** CAT. */
  cat?: boolean | undefined;
}
/** Block device to stream device (00h) or the other way (01h; SPC-4). */
export interface SegmentStream {
  /** Which descriptor. */
  kind: "blockToStream" | "streamToBlock";
  /** Index of the source's CSCD descriptor. */
  source: number;
  /** Index of the destination's. */
  destination: number;
  /** Bytes of a stream transfer, 24 bits. */
  streamLength: number;
  /** Blocks, 0 to 65535. */
  blocks: number;
  /** First block. */
  lba: Integer;
  /** CAT. */
  cat?: boolean | undefined;
}
/** Verify a copy source or destination (07h; SPC-4). */
export interface SegmentVerify {
  /** Which descriptor. */
  kind: "verify";
  /** Index of the CSCD descriptor. */
  source: number;
  /** TUR: by TEST UNIT READY. */
  testUnitReady?: boolean | undefined;
}
/** Any other segment descriptor, header included. */
export interface SegmentRaw {
  /** Which descriptor. */
  kind: "raw";
  /** The whole descriptor. */
  bytes: Uint8Array;
}
/** A segment descriptor. */
export type SegmentDescriptor = SegmentBlockToBlock | SegmentBlockOffset | SegmentStream | SegmentVerify | SegmentRaw;

const U64_MAX = 0xffff_ffff_ffff_ffffn;

/** Encodes a CSCD descriptor. @throws {RangeError} `ERR_OUT_OF_RANGE` @throws {TypeError} `ERR_INVALID_ARG_VALUE` */
export function encodeCscd(descriptor: CscdDescriptor): Uint8Array {
  checkObject("A CSCD descriptor", descriptor);
  checkOneOf("kind of a CSCD descriptor", descriptor.kind, ["identification", "raw"]);
  if (descriptor.kind === "raw") {
    const { bytes } = descriptor;
    if (checkBytes("A CSCD descriptor", bytes, 32, 64).length % 32 !== 0) {
      throw wrongValue("A CSCD descriptor", "have 32 or 64 bytes", String(bytes.length));
    }
    return bytes.slice();
  }
  const bytes = new Uint8Array(32);
  bytes[0] = 0xe4;
  bytes[1] = checkNumber("deviceType", descriptor.deviceType, 0, 31);
  putUint(bytes, 2, 2, checkNumber("relativeInitiatorPort", descriptor.relativeInitiatorPort ?? 0, 0, 0xffff));
  bytes[4] = checkNumber("codeSet", descriptor.codeSet, 0, 15);
  bytes[5] = (checkNumber("association", descriptor.association ?? 0, 0, 3) << 4) |
    checkNumber("designatorType", descriptor.designatorType, 0, 15);
  const designator = checkBytes("The designator of a CSCD descriptor", descriptor.designator, 1, 20);
  bytes[7] = designator.length;
  bytes.set(designator, 8);
  if (descriptor.pad) bytes[28] = 0x04;
  putUint(bytes, 29, 3, checkNumber("blockLength", descriptor.blockLength ?? 0, 0, 0xffffff));
  return bytes;
}

function segment(type: number, length: number, flags: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes[0] = type;
  bytes[1] = flags;
  putUint(bytes, 2, 2, length - 4);
  return bytes;
}

function indexes(bytes: Uint8Array, source: number, destination: number): void {
  putUint(bytes, 4, 2, checkNumber("source of a segment descriptor", source, 0, 0xffff));
  putUint(bytes, 6, 2, checkNumber("destination of a segment descriptor", destination, 0, 0xffff));
}

function lba(value: Integer): Integer {
  return checkAnyInteger("The LBA of a segment descriptor", value, 0, U64_MAX);
}

/** Encodes a segment descriptor. @throws {RangeError} `ERR_OUT_OF_RANGE` @throws {TypeError} `ERR_INVALID_ARG_VALUE` */
export function encodeSegment(one: SegmentDescriptor): Uint8Array {
  checkObject("A segment descriptor", one);
  switch (one.kind) {
    case "raw":
      return checkBytes("A segment descriptor", one.bytes, 4, 0xffff).slice();
    case "blockToBlock": {
      const bytes = segment(0x02, 28, (one.destinationCount ? 2 : 0) | (one.cat ? 1 : 0));
      indexes(bytes, one.source, one.destination);
      putUint(bytes, 10, 2, checkNumber("blocks of a segment descriptor", one.blocks, 0, 0xffff));
      putUint(bytes, 12, 8, lba(one.sourceLba));
      putUint(bytes, 20, 8, lba(one.destinationLba));
      return bytes;
    }
    case "blockOffsetToBlockOffset": {
      const bytes = segment(0x0a, 32, one.cat ? 1 : 0);
      indexes(bytes, one.source, one.destination);
      putUint(bytes, 8, 4, checkNumber("bytes of a segment descriptor", one.bytes, 0, 0xffffffff));
      putUint(bytes, 12, 8, lba(one.sourceLba));
      putUint(bytes, 20, 8, lba(one.destinationLba));
      putUint(bytes, 28, 2, checkNumber("sourceOffset of a segment descriptor", one.sourceOffset, 0, 0xffff));
      putUint(bytes, 30, 2, checkNumber("destinationOffset of a segment descriptor", one.destinationOffset, 0, 0xffff));
      return bytes;
    }
    case "blockToStream":
    case "streamToBlock": {
      const bytes = segment(one.kind === "blockToStream" ? 0x00 : 0x01, 24, one.cat ? 1 : 0);
      indexes(bytes, one.source, one.destination);
      putUint(bytes, 9, 3, checkNumber("streamLength of a segment descriptor", one.streamLength, 0, 0xffffff));
      putUint(bytes, 14, 2, checkNumber("blocks of a segment descriptor", one.blocks, 0, 0xffff));
      putUint(bytes, 16, 8, lba(one.lba));
      return bytes;
    }
    case "verify": {
      const bytes = segment(0x07, 12, 0);
      indexes(bytes, one.source, 0);
      bytes[8] = one.testUnitReady ? 1 : 0;
      return bytes;
    }
    default:
      throw wrongValue(
        "kind of a segment descriptor",
        "be one of those of SegmentDescriptor",
        described((one as SegmentDescriptor).kind),
      );
  }
}
