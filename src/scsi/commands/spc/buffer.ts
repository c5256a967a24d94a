/**
 * READ BUFFER and WRITE BUFFER.
 *
 * @module
 */
import { checkBytes } from "../../../arguments.ts";
import { allocation, type AllocationOptions, command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, need, uint } from "../../data/field.ts";
import { Answer } from "../../data/answer.ts";
import type { Integer } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

export const READ_BUFFER_10: CdbLayout = layout(
  "READ BUFFER(10)",
  { opcode: 0x3c, length: 10, set: "SPC", source: "SPC-4 READ BUFFER (10)" },
  [
    bits("modeSpecific", 1, 7, 3),
    need(bits("mode", 1, 4, 5)),
    uint("bufferId", 2, 1),
    uint("bufferOffset", 3, 3),
    uint("allocationLength", 6, 3),
  ],
);
export const READ_BUFFER_16: CdbLayout = layout(
  "READ BUFFER(16)",
  { opcode: 0x9b, length: 16, set: "SPC", source: "SPC-5 READ BUFFER (16)" },
  [
    bits("modeSpecific", 1, 7, 3),
    need(bits("mode", 1, 4, 5)),
    uint("bufferOffset", 2, 8),
    uint("allocationLength", 10, 4),
    uint("bufferId", 14, 1),
  ],
);
export const WRITE_BUFFER: CdbLayout = layout(
  "WRITE BUFFER",
  { opcode: 0x3b, length: 10, set: "SPC", source: "SPC-4 WRITE BUFFER" },
  [
    bits("modeSpecific", 1, 7, 3),
    need(bits("mode", 1, 4, 5)),
    uint("bufferId", 2, 1),
    uint("bufferOffset", 3, 3),
    uint("parameterListLength", 6, 3),
  ],
);

/** Modes of READ BUFFER and WRITE BUFFER (SPC-4). */
export const BufferMode = {
  /** Combined header and data (obsolete). */
  Combined: 0x00,
  /** Vendor specific. */
  VendorSpecific: 0x01,
  /** Data. */
  Data: 0x02,
  /** READ BUFFER: descriptor. */
  Descriptor: 0x03,
  /** WRITE BUFFER: download microcode and activate. */
  DownloadActivate: 0x04,
  /** WRITE BUFFER: download microcode, save, activate. */
  DownloadSaveActivate: 0x05,
  /** WRITE BUFFER: download with offsets and activate. */
  DownloadOffsetsActivate: 0x06,
  /** WRITE BUFFER: download with offsets, save, activate. */
  DownloadOffsetsSaveActivate: 0x07,
  /** Echo buffer. */
  Echo: 0x0a,
  /** READ BUFFER: echo buffer descriptor. */
  EchoDescriptor: 0x0b,
  /** WRITE BUFFER: download with offsets, save, defer activation. */
  DownloadOffsetsSaveDefer: 0x0e,
  /** WRITE BUFFER: activate deferred microcode. */
  ActivateDeferred: 0x0f,
  /** READ BUFFER: error history. */
  ErrorHistory: 0x1c,
} as const;

/** Options of READ BUFFER. */
export interface ReadBufferOptions extends AllocationOptions {
  /** {@link BufferMode}, 0 to 31. */
  mode: number;
  /** MODE SPECIFIC, 0 to 7. */
  modeSpecific?: number | undefined;
  /** Buffer, 0 to 255. */
  bufferId?: number | undefined;
  /** Bytes: 24 bits, or 64 in the 16-byte form. */
  bufferOffset?: Integer | undefined;
}
/** Options of WRITE BUFFER. */
export interface WriteBufferOptions extends CommandOptions {
  /** {@link BufferMode}, 0 to 31. */
  mode: number;
  /** MODE SPECIFIC, 0 to 7. */
  modeSpecific?: number | undefined;
  /** Buffer, 0 to 255. */
  bufferId?: number | undefined;
  /** Bytes, 24 bits. */
  bufferOffset?: number | undefined;
  /** The data. Default: none. */
  dataOut?: Uint8Array | undefined;
}

/** READ BUFFER(10); 4096 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function readBuffer10(options: ReadBufferOptions): ScsiCommand {
  const dataIn = allocation("READ BUFFER(10)", options, 4096, 0xffffff);
  return command(READ_BUFFER_10, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
/** READ BUFFER(16); 4096 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function readBuffer16(options: ReadBufferOptions): ScsiCommand {
  const dataIn = allocation("READ BUFFER(16)", options, 4096, 0xffffffff);
  return command(READ_BUFFER_16, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
/** WRITE BUFFER: some modes replace the device's firmware. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function writeBuffer(options: WriteBufferOptions): ScsiCommand {
  given("WRITE BUFFER", options);
  const dataOut = checkBytes("dataOut of WRITE BUFFER", options.dataOut ?? new Uint8Array(0), 0, 0xffffff);
  return command(WRITE_BUFFER, options, { dataOut, replay: "never" }, { parameterListLength: dataOut.length });
}

/** The answer to READ BUFFER in descriptor mode. */
export interface BufferDescriptor {
  /** Offsets are multiples of 2^this; 0xff: only offset 0. */
  readonly offsetBoundary: number;
  /** Bytes. */
  readonly capacity: number;
}
/** Parses a READ BUFFER descriptor (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function parseBufferDescriptor(bytes: Uint8Array): BufferDescriptor {
  const answer = new Answer("A READ BUFFER descriptor", bytes, 4);
  return { offsetBoundary: answer.u8(0), capacity: answer.u24(1) };
}
