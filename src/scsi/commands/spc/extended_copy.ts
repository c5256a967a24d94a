/**
 * EXTENDED COPY (LID1), and the parameter list back to an object.
 *
 * @module
 */
import { joinBytes } from "../../../bytes/join.ts";
import { checkBytes } from "../../../arguments.ts";
import { command, type CommandOptions, given, objects } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import { checkNumber, putUint } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";
import { type CscdDescriptor, encodeCscd, encodeSegment, type SegmentDescriptor } from "./copy_descriptors.ts";

export const EXTENDED_COPY_LID1: CdbLayout = layout(
  "EXTENDED COPY(LID1)",
  { opcode: 0x83, serviceAction: 0x00, length: 16, set: "SPC", source: "SPC-4 EXTENDED COPY (LID1)" },
  [uint("parameterListLength", 10, 4)],
);

/** Options of EXTENDED COPY(LID1). */
export interface ExtendedCopyOptions extends CommandOptions {
  /** LIST IDENTIFIER, 0 to 255: names the copy for RECEIVE COPY RESULTS. */
  listId: number;
  /** LIST ID USAGE, 0 to 3: 0 results are kept, 2 they may be discarded, 3 the list identifier means nothing. */
  listIdUsage?: number | undefined;
  /** STR: sequential striped. */
  striped?: boolean | undefined;
  /** PRIORITY, 0 to 7. */
  priority?: number | undefined;
  /** Sources and destinations; segments name them by their index. */
  cscds: readonly CscdDescriptor[];
  /** What to copy. */
  segments: readonly SegmentDescriptor[];
  /** Inline data. */
  inlineData?: Uint8Array | undefined;
}

const OPTIONS: readonly (keyof ExtendedCopyOptions)[] = [
  "control",
  "attribute",
  "listId",
  "listIdUsage",
  "striped",
  "priority",
  "cscds",
  "segments",
  "inlineData",
];

/** EXTENDED COPY(LID1): a copy done by the target. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function extendedCopy(options: ExtendedCopyOptions): ScsiCommand {
  const { control, attribute } = given("EXTENDED COPY", options, OPTIONS);
  const cscds = joinBytes(objects("cscds of EXTENDED COPY", options.cscds).map(encodeCscd));
  const segments = joinBytes(objects("segments of EXTENDED COPY", options.segments).map(encodeSegment));
  const inline = checkBytes("inlineData of EXTENDED COPY", options.inlineData ?? new Uint8Array(0));
  const header = new Uint8Array(16);
  header[0] = checkNumber("listId of EXTENDED COPY", options.listId, 0, 255);
  header[1] = (options.striped ? 0x20 : 0) |
    (checkNumber("listIdUsage of EXTENDED COPY", options.listIdUsage ?? 0, 0, 3) << 3) |
    checkNumber("priority of EXTENDED COPY", options.priority ?? 0, 0, 7);
  putUint(header, 2, 2, checkNumber("The length of the CSCD descriptors of EXTENDED COPY", cscds.length, 0, 0xffff));
  putUint(header, 8, 4, segments.length);
  putUint(header, 12, 4, inline.length);
  const dataOut = joinBytes([header, cscds, segments, inline]);
  return command(EXTENDED_COPY_LID1, { control, attribute }, { dataOut, replay: "never" }, {
    parameterListLength: dataOut.length,
  });
}

/** The parameter list of EXTENDED COPY(LID1). */
export interface ExtendedCopyList extends ParsedAnswer {
  /** LIST IDENTIFIER. */
  readonly listId: number;
  /** LIST ID USAGE. */
  readonly listIdUsage: number;
  /** STR. */
  readonly striped: boolean;
  /** PRIORITY. */
  readonly priority: number;
  /** Sources and destinations. */
  readonly cscds: readonly CscdDescriptor[];
  /** Segments. */
  readonly segments: readonly SegmentDescriptor[];
  /** Inline data. */
  readonly inlineData: Uint8Array;
}

function readCscds(answer: Answer, from: number, end: number): CscdDescriptor[] {
  const list: CscdDescriptor[] = [];
  for (const at of answer.entries(from, 32, end)) {
    if (answer.u8(at) !== 0xe4 || answer.u8(at + 7) > 20) {
      list.push({ kind: "raw", bytes: answer.copy(at, 32) });
      continue;
    }
    list.push({
      kind: "identification",
      deviceType: answer.bits(at + 1, 4, 5),
      relativeInitiatorPort: answer.u16(at + 2),
      codeSet: answer.bits(at + 4, 3, 4),
      association: answer.bits(at + 5, 5, 2),
      designatorType: answer.bits(at + 5, 3, 4),
      designator: answer.copy(at + 8, answer.u8(at + 7)),
      pad: answer.flag(at + 28, 2),
      blockLength: answer.u24(at + 29),
    });
  }
  return list;
}

/** Bytes of the segment descriptors that are decoded, by type. */
const SEGMENT_SIZES: Readonly<Record<number, number>> = { 0x00: 24, 0x01: 24, 0x02: 28, 0x07: 12, 0x0a: 32 };

function readSegment(answer: Answer, at: number, size: number): SegmentDescriptor {
  const type = answer.u8(at);
  if (SEGMENT_SIZES[type] !== size) return { kind: "raw", bytes: answer.copy(at, size) };
  const source = answer.u16(at + 4);
  const destination = answer.u16(at + 6);
  const cat = answer.flag(at + 1, 0);
  switch (type) {
    case 0x02:
      return {
        kind: "blockToBlock",
        source,
        destination,
        blocks: answer.u16(at + 10),
        sourceLba: answer.u64(at + 12),
        destinationLba: answer.u64(at + 20),
        cat,
        destinationCount: answer.flag(at + 1, 1),
      };
    case 0x07:
      return { kind: "verify", source, testUnitReady: answer.flag(at + 8, 0) };
    case 0x0a:
      return {
        kind: "blockOffsetToBlockOffset",
        source,
        destination,
        bytes: answer.u32(at + 8),
        sourceLba: answer.u64(at + 12),
        destinationLba: answer.u64(at + 20),
        sourceOffset: answer.u16(at + 28),
        destinationOffset: answer.u16(at + 30),
        cat,
      };
    default:
      return {
        kind: type === 0 ? "blockToStream" : "streamToBlock",
        source,
        destination,
        streamLength: answer.u24(at + 9),
        blocks: answer.u16(at + 14),
        lba: answer.u64(at + 16),
        cat,
      };
  }
}

/** Parses the parameter list of EXTENDED COPY(LID1) (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 16 bytes */
export function parseExtendedCopy(bytes: Uint8Array): ExtendedCopyList {
  const answer = new Answer("The parameter list of EXTENDED COPY", bytes, 16);
  const cscdEnd = 16 + answer.u16(2);
  const segmentEnd = cscdEnd + answer.u32(8);
  answer.announce(segmentEnd + answer.u32(12));
  const cscds = readCscds(answer, 16, Math.min(cscdEnd, answer.end));
  const segments: SegmentDescriptor[] = [];
  let at = cscdEnd;
  const end = Math.min(segmentEnd, answer.end);
  while (at + 4 <= end) {
    const size = 4 + answer.u16(at + 2);
    if (at + size > end) break;
    segments.push(readSegment(answer, at, size));
    at += size;
  }
  if (at < end && answer.missing === 0) answer.problem(`The segment descriptor at byte ${at} is cut`);
  return {
    listId: answer.u8(0),
    listIdUsage: answer.bits(1, 4, 2),
    striped: answer.flag(1, 5),
    priority: answer.bits(1, 2, 3),
    cscds,
    segments,
    inlineData: answer.copy(segmentEnd),
    ...answer.report(),
  };
}
