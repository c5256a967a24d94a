/**
 * GET STREAM STATUS and STREAM CONTROL.
 *
 * @module
 */
import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, need, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { ScsiCommand } from "../../../command.ts";

export const GET_STREAM_STATUS: CdbLayout = layout(
  "GET STREAM STATUS",
  { opcode: 0x9e, serviceAction: 0x16, length: 16, set: "SBC", source: "SBC-4 GET STREAM STATUS" },
  [uint("startingStream", 4, 2), uint("allocationLength", 10, 4)],
);
export const STREAM_CONTROL: CdbLayout = layout(
  "STREAM CONTROL",
  { opcode: 0x9e, serviceAction: 0x14, length: 16, set: "SBC", source: "SBC-4 STREAM CONTROL" },
  [need(bits("streamControl", 1, 6, 2)), uint("stream", 4, 2), uint("allocationLength", 10, 4)],
);

/** GET STREAM STATUS; room for 511 streams (4096 bytes) by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function getStreamStatus(
  options: AllocationOptions & { startingStream?: number | undefined } = {},
): ScsiCommand {
  const dataIn = allocation("GET STREAM STATUS", options, 4096, 0xffffffff);
  return command(GET_STREAM_STATUS, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}
/** STREAM CONTROL: 1 opens a stream (its number is in the answer), 2 closes `stream`. @throws {RangeError} */
export function streamControl(
  options: AllocationOptions & { streamControl: number; stream?: number | undefined },
): ScsiCommand {
  const dataIn = allocation("STREAM CONTROL", options, 8, 0xffffffff);
  return command(STREAM_CONTROL, options, { dataIn, replay: "never" }, { allocationLength: dataIn.length });
}

/** The answer to GET STREAM STATUS. */
export interface StreamStatus extends ParsedAnswer {
  /** Streams open now. */
  readonly open: number;
  /** Streams of this answer. */
  readonly streams: readonly {
    /** STREAM IDENTIFIER. */
    readonly stream: number;
    /** PERM: open for as long as the device lives; STREAM CONTROL cannot close it. */
    readonly permanent: boolean;
    /** RELATIVE LIFETIME, 0 to 63. */
    readonly relativeLifetime: number;
  }[];
}

/** Parses the answer to GET STREAM STATUS (SBC-5). @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes */
export function parseStreamStatus(bytes: Uint8Array): StreamStatus {
  const answer = new Answer("The answer to GET STREAM STATUS", bytes, 8);
  answer.announce(8 + answer.u32(0));
  const streams: { stream: number; permanent: boolean; relativeLifetime: number }[] = [];
  for (const offset of answer.entries(8, 8)) {
    streams.push({
      stream: answer.u16(offset + 2),
      permanent: answer.flag(offset, 7),
      relativeLifetime: answer.bits(offset + 4, 5, 6),
    });
  }
  return { open: answer.u16(6), streams, ...answer.report() };
}
/** Parses the answer to STREAM CONTROL: the stream opened. @throws {IscsiError} `SCSI_BAD_DATA` below 6 bytes */
export function parseStreamControl(bytes: Uint8Array): number {
  return new Answer("The answer to STREAM CONTROL", bytes, 6).u16(4);
}
