/**
 * READ ELEMENT STATUS and its answer.
 *
 * @module
 */
import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, uint } from "../../data/field.ts";
import { Answer, asciiText, type ParsedAnswer } from "../../data/answer.ts";
import type { ScsiCommand } from "../../../command.ts";

export const READ_ELEMENT_STATUS: CdbLayout = layout(
  "READ ELEMENT STATUS",
  { opcode: 0xb8, length: 12, set: "SMC", source: "SMC-3 READ ELEMENT STATUS" },
  [
    flag("volumeTags", 1, 4),
    bits("elementType", 1, 3, 4),
    uint("startingElement", 2, 2),
    uint("elementCount", 4, 2),
    flag("currentData", 6, 1),
    flag("deviceId", 6, 0),
    uint("allocationLength", 7, 3),
  ],
);

/** Kinds of elements (SMC-3). */
export const ElementType = {
  /** All, in the command. */
  All: 0,
  /** Medium transport: an arm. */
  Transport: 1,
  /** Storage: a slot. */
  Storage: 2,
  /** Import and export: a mail slot. */
  ImportExport: 3,
  /** Data transfer: a drive. */
  DataTransfer: 4,
} as const;
/** One of the values of {@link ElementType}. */
export type ElementType = typeof ElementType[keyof typeof ElementType];

/** Options of READ ELEMENT STATUS. */
export interface ReadElementStatusOptions extends AllocationOptions {
  /** {@link ElementType}. Default: all. */
  elementType?: number | undefined;
  /** First element, 0 to 65535. */
  startingElement?: number | undefined;
  /**
   * Most elements.
   *
   * @default 65535
   */
  elementCount?: number | undefined;
  /** VOLTAG: with bar codes. */
  volumeTags?: boolean | undefined;
  /** DVCID: with identifiers of the drives. */
  deviceId?: boolean | undefined;
  /** CURDATA: without moving anything. */
  currentData?: boolean | undefined;
}

/** READ ELEMENT STATUS; 65536 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function readElementStatus(options: ReadElementStatusOptions = {}): ScsiCommand {
  const dataIn = allocation("READ ELEMENT STATUS", options, 65536, 0xffffff);
  const values = { elementCount: options.elementCount ?? 0xffff, allocationLength: dataIn.length };
  return command(READ_ELEMENT_STATUS, options, { dataIn, replay: "safe" }, values);
}

/** A volume tag: a bar code. */
export interface VolumeTag {
  /** The volume identifier, 32 characters at most. */
  readonly volume: string;
  /** Volume sequence number. */
  readonly sequence: number;
}
/** An element of a changer. */
export interface Element {
  /** {@link ElementType}. */
  readonly type: number;
  /** Address. */
  readonly address: number;
  /** FULL: the element has a medium. */
  readonly full: boolean;
  /** IMPEXP: an operator put it there (import and export elements). */
  readonly importedByOperator: boolean;
  /** EXCEPT: something is wrong; `asc` and `ascq` say what. */
  readonly exception: boolean;
  /** ACCESS: the arm can get there (drives, mail slots). */
  readonly accessible: boolean;
  /** EXENAB: media can be exported. */
  readonly exportEnabled: boolean;
  /** INENAB: media can be imported. */
  readonly importEnabled: boolean;
  /** Additional sense code of the exception. */
  readonly asc: number;
  /** Its qualifier. */
  readonly ascq: number;
  /** The element where the medium was before; undefined where not known. */
  readonly source: number | undefined;
  /** INVERT: the medium was turned over. */
  readonly inverted: boolean;
  /** ED: the element is disabled. */
  readonly disabled: boolean;
  /** MEDIUM TYPE: 0 not reported, 1 data, 2 cleaning, 3 diagnostics, 4 WORM, 5 microcode. */
  readonly mediumType: number;
  /** Primary volume tag, where there is one. */
  readonly primaryTag: VolumeTag | undefined;
  /** Alternate volume tag. */
  readonly alternateTag: VolumeTag | undefined;
  /** Identifier of the drive: code set, type, bytes; where asked for. */
  readonly identifier: { readonly codeSet: number; readonly type: number; readonly data: Uint8Array } | undefined;
}
/** The answer to READ ELEMENT STATUS. */
export interface ElementStatus extends ParsedAnswer {
  /** First element. */
  readonly firstElement: number;
  /** Elements that fit the question; the answer may have fewer. */
  readonly available: number;
  /** The elements. */
  readonly elements: readonly Element[];
}

/** Address, flags and exception codes: an element that is cut after these is still returned. */
const LEAST_ELEMENT = 6;

function readTag(answer: Answer, at: number): VolumeTag | undefined {
  const volume = asciiText(answer.copy(at, 32));
  return volume === "" ? undefined : { volume, sequence: answer.u16(at + 34) };
}

function readElement(
  answer: Answer,
  at: number,
  size: number,
  type: number,
  tags: readonly [boolean, boolean],
): Element {
  // Fields beyond the descriptor's own length belong to the next element; those beyond the end are missing.
  const inside = (offset: number, length: number): boolean => offset + length <= size;
  const byte = (offset: number): number => inside(offset, 1) ? answer.u8(at + offset) : 0;
  const bit = (offset: number, index: number): boolean => ((byte(offset) >> index) & 1) === 1;
  const primary = 12;
  const alternate = primary + (tags[0] ? 36 : 0);
  const id = alternate + (tags[1] ? 36 : 0);
  const idLength = inside(id, 4) ? answer.u8(at + id + 3) : 0;
  return {
    type,
    address: answer.u16(at),
    full: bit(2, 0),
    importedByOperator: type === ElementType.ImportExport && bit(2, 1),
    exception: bit(2, 2),
    accessible: bit(2, 3),
    exportEnabled: bit(2, 4),
    importEnabled: bit(2, 5),
    asc: byte(4),
    ascq: byte(5),
    source: bit(9, 7) && inside(10, 2) ? answer.u16(at + 10) : undefined,
    inverted: bit(9, 6),
    disabled: bit(9, 3),
    mediumType: byte(9) & 7,
    primaryTag: tags[0] && inside(primary, 32) ? readTag(answer, at + primary) : undefined,
    alternateTag: tags[1] && inside(alternate, 32) ? readTag(answer, at + alternate) : undefined,
    identifier: idLength > 0 && inside(id + 4, idLength)
      ? { codeSet: byte(id) & 15, type: byte(id + 1) & 15, data: answer.copy(at + id + 4, idLength) }
      : undefined,
  };
}

/**
 * Parses the answer to READ ELEMENT STATUS (SMC-3). A truncated element keeps the fields that it has.
 *
 * @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes
 */
export function parseElementStatus(bytes: Uint8Array): ElementStatus {
  const answer = new Answer("The answer to READ ELEMENT STATUS", bytes, 8);
  answer.announce(8 + answer.u24(5));
  const elements: Element[] = [];
  let page = 8;
  while (answer.has(page, 8)) {
    const size = answer.u16(page + 2);
    const end = page + 8 + answer.u24(page + 5);
    const stop = Math.min(end, answer.end);
    if (end > answer.end && answer.missing === 0) {
      answer.problem(`The element status page at byte ${page} announces ${end - page} bytes, ${stop - page} are left`);
    }
    if (size < 9) {
      answer.problem(`The elements of the page at byte ${page} must have at least 9 bytes, they have ${size}`);
    } else {
      const tags = [answer.flag(page + 1, 7), answer.flag(page + 1, 6)] as const;
      for (let at = page + 8; at < stop; at += size) {
        const there = Math.min(size, stop - at);
        if (there < size && answer.missing === 0) {
          answer.problem(`The element descriptor at byte ${at} has ${size} bytes, ${there} are left`);
        }
        if (there >= LEAST_ELEMENT) elements.push(readElement(answer, at, there, answer.u8(page), tags));
      }
    }
    page = Math.max(end, page + 8);
  }
  return { firstElement: answer.u16(0), available: answer.u16(2), elements, ...answer.report() };
}
