/**
 * Sense data descriptors (SPC-5).
 *
 * @module
 */
import type { Answer } from "../data/answer.ts";
import { readKeySpecific, type SenseKeySpecific } from "./key_specific.ts";

/** One sense data descriptor. `kind` `other` keeps the bytes of types that are vendor specific, unknown or too short. */
export type SenseDescriptor =
  /** 00h: the INFORMATION field; `valid` says that it is one the standard defines. */
  | { readonly kind: "information"; readonly valid: boolean; readonly information: bigint }
  /** 01h. */
  | { readonly kind: "commandSpecific"; readonly information: bigint }
  /** 02h; undefined where SKSV is not set. */
  | { readonly kind: "keySpecific"; readonly specific: SenseKeySpecific | undefined }
  /** 03h: field replaceable unit code. */
  | { readonly kind: "fieldReplaceableUnit"; readonly code: number }
  /** 04h: tape. */
  | {
    readonly kind: "stream";
    readonly filemark: boolean;
    readonly endOfMedium: boolean;
    readonly incorrectLength: boolean;
  }
  /** 05h. */
  | { readonly kind: "block"; readonly incorrectLength: boolean }
  /** 06h: OSD object identification. */
  | {
    readonly kind: "osdObject";
    /** Command functions not initiated, a bit field. */
    readonly notInitiated: number;
    /** Command functions completed, a bit field. */
    readonly completed: number;
    readonly partition: bigint;
    readonly object: bigint;
  }
  /** 07h: OSD response integrity check value. */
  | { readonly kind: "osdIntegrity"; readonly value: Uint8Array }
  /** 08h: OSD attributes. */
  | {
    readonly kind: "osdAttributes";
    readonly attributes: readonly { readonly page: number; readonly number: number }[];
  }
  /** 09h: registers of an ATA device. */
  | {
    readonly kind: "ataStatus";
    readonly extend: boolean;
    readonly error: number;
    readonly count: number;
    readonly lba: number;
    readonly device: number;
    readonly status: number;
  }
  /** 0Ah: progress of another operation, in 65536ths. */
  | {
    readonly kind: "progress";
    readonly senseKey: number;
    readonly asc: number;
    readonly ascq: number;
    readonly done: number;
  }
  /** 0Bh: where to send the command instead. */
  | { readonly kind: "referral"; readonly notAll: boolean; readonly segments: readonly ReferralSegment[] }
  /** 0Ch: sense data of another device (EXTENDED COPY). */
  | {
    readonly kind: "forwarded";
    /** The sense data were cut. */
    readonly truncated: boolean;
    /** 0 unknown, 1 the copy source, 2 the copy destination, 3 to 7 additional sources and so on. */
    readonly source: number;
    /** Status that the other device gave. */
    readonly status: number;
    /** Parse it with `parseSense`. */
    readonly sense: Uint8Array;
  }
  /** 0Dh: all fields of a direct access block device in one. */
  | {
    readonly kind: "directAccess";
    readonly valid: boolean;
    readonly incorrectLength: boolean;
    readonly specific: SenseKeySpecific | undefined;
    readonly fieldReplaceableUnit: number;
    readonly information: bigint;
    readonly commandSpecific: bigint;
  }
  /** 0Eh: the device concerned; `designator` is a designation descriptor as in VPD page 83h. */
  | { readonly kind: "designation"; readonly usage: number; readonly designator: Uint8Array }
  /** 0Fh: microcode activation time, in seconds. */
  | { readonly kind: "microcodeActivation"; readonly seconds: number }
  /** Anything else: the bytes after the two of the header. */
  | { readonly kind: "other"; readonly type: number; readonly data: Uint8Array };

/** A run of blocks and the target port groups that serve it. */
export interface ReferralSegment {
  /** First block. */
  readonly firstLba: bigint;
  /** Last block, inclusive. */
  readonly lastLba: bigint;
  /** The groups. */
  readonly groups: readonly { readonly state: number; readonly group: number }[];
}

/** Least additional length at which each type can be decoded. */
const LENGTHS: Readonly<Record<number, number>> = {
  0x00: 10,
  0x01: 10,
  0x02: 6,
  0x03: 2,
  0x04: 2,
  0x05: 2,
  0x06: 30,
  0x07: 30,
  0x08: 2,
  0x09: 12,
  0x0a: 6,
  0x0b: 2,
  0x0c: 2,
  0x0d: 22,
  0x0e: 2,
  0x0f: 6,
};

function readReferral(answer: Answer, from: number, end: number): ReferralSegment[] {
  const segments: ReferralSegment[] = [];
  let offset = from;
  while (offset + 20 <= end) {
    const count = answer.u8(offset + 3);
    const next = offset + 20 + 4 * count;
    if (next > end) break;
    const groups = Array.from({ length: count }, (_, i) => ({
      state: answer.bits(offset + 20 + 4 * i, 3, 4),
      group: answer.u16(offset + 22 + 4 * i),
    }));
    segments.push({ firstLba: answer.u64(offset + 4), lastLba: answer.u64(offset + 12), groups });
    offset = next;
  }
  if (offset < end) answer.problem(`The referral descriptor of the sense data is cut at byte ${offset}`);
  return segments;
}

/** Reads the descriptor at `offset` of which `length` bytes follow the two of its header; all of them are there. */
export function readDescriptor(answer: Answer, offset: number, length: number, senseKey: number): SenseDescriptor {
  const type = answer.u8(offset);
  const end = offset + 2 + length;
  const least = LENGTHS[type];
  const other: SenseDescriptor = { kind: "other", type, data: answer.copy(offset + 2, length) };
  if (least === undefined) return other;
  if (length < least) {
    answer.problem(`Sense descriptor type ${type} must have ${least} more bytes, it announces ${length}`);
    return other;
  }
  switch (type) {
    case 0x00:
      return { kind: "information", valid: answer.flag(offset + 2, 7), information: answer.u64(offset + 4) };
    case 0x01:
      return { kind: "commandSpecific", information: answer.u64(offset + 4) };
    case 0x02:
      return { kind: "keySpecific", specific: readKeySpecific(answer, offset + 4, senseKey) };
    case 0x03:
      return { kind: "fieldReplaceableUnit", code: answer.u8(offset + 3) };
    case 0x04:
      return {
        kind: "stream",
        filemark: answer.flag(offset + 3, 7),
        endOfMedium: answer.flag(offset + 3, 6),
        incorrectLength: answer.flag(offset + 3, 5),
      };
    case 0x05:
      return { kind: "block", incorrectLength: answer.flag(offset + 3, 5) };
    case 0x06:
      return {
        kind: "osdObject",
        notInitiated: answer.u32(offset + 8),
        completed: answer.u32(offset + 12),
        partition: answer.u64(offset + 16),
        object: answer.u64(offset + 24),
      };
    case 0x07:
      return { kind: "osdIntegrity", value: answer.copy(offset + 12, 20) };
    case 0x08: {
      const attributes: { page: number; number: number }[] = [];
      for (let at = offset + 4; at + 8 <= end; at += 8) {
        attributes.push({ page: answer.u32(at), number: answer.u32(at + 4) });
      }
      return { kind: "osdAttributes", attributes };
    }
    case 0x09:
      return {
        kind: "ataStatus",
        extend: answer.flag(offset + 2, 0),
        error: answer.u8(offset + 3),
        count: answer.u16(offset + 4),
        lba: [10, 8, 6, 11, 9, 7].reduce((lba, at) => lba * 256 + answer.u8(offset + at), 0),
        device: answer.u8(offset + 12),
        status: answer.u8(offset + 13),
      };
    case 0x0a:
      return {
        kind: "progress",
        senseKey: answer.u8(offset + 2),
        asc: answer.u8(offset + 3),
        ascq: answer.u8(offset + 4),
        done: answer.u16(offset + 6),
      };
    case 0x0b:
      return { kind: "referral", notAll: answer.flag(offset + 2, 0), segments: readReferral(answer, offset + 4, end) };
    case 0x0c:
      return {
        kind: "forwarded",
        truncated: answer.flag(offset + 2, 7),
        source: answer.bits(offset + 2, 3, 4),
        status: answer.u8(offset + 3),
        sense: answer.copy(offset + 4, length - 2),
      };
    case 0x0d:
      return {
        kind: "directAccess",
        valid: answer.flag(offset + 2, 7),
        incorrectLength: answer.flag(offset + 2, 5),
        specific: readKeySpecific(answer, offset + 4, senseKey),
        fieldReplaceableUnit: answer.u8(offset + 7),
        information: answer.u64(offset + 8),
        commandSpecific: answer.u64(offset + 16),
      };
    case 0x0e:
      return {
        kind: "designation",
        usage: answer.bits(offset + 3, 2, 3),
        designator: answer.copy(offset + 4, length - 2),
      };
    default:
      return { kind: "microcodeActivation", seconds: answer.u16(offset + 6) };
  }
}
