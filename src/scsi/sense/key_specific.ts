import type { Answer } from "../data/answer.ts";
import { SenseKey } from "./keys.ts";

/** The sense-key-specific field (SPC-4); `kind` follows from the sense key. */
export type SenseKeySpecific =
  /** ILLEGAL REQUEST: which byte, and where known which bit, of the CDB or of the parameter list was not taken. */
  | { readonly kind: "field"; readonly inCdb: boolean; readonly byte: number; readonly bit: number | undefined }
  /** HARDWARE ERROR, MEDIUM ERROR, RECOVERED ERROR: tries made. */
  | { readonly kind: "retries"; readonly count: number }
  /** NO SENSE, NOT READY: work done, in 65536ths. */
  | { readonly kind: "progress"; readonly done: number }
  /** COPY ABORTED: which byte; in the segment descriptor where `inSegment`, else in the parameter list. */
  | { readonly kind: "segment"; readonly inSegment: boolean; readonly byte: number; readonly bit: number | undefined }
  /** UNIT ATTENTION: the queue of unit attentions overflowed. */
  | { readonly kind: "unitAttention"; readonly overflow: boolean }
  /** Valid, but the sense key defines no meaning. */
  | { readonly kind: "unknown"; readonly value: number };

/** Reads the three bytes at `offset`; undefined where the SKSV bit is not set or the bytes are not there. */
export function readKeySpecific(answer: Answer, offset: number, senseKey: number): SenseKeySpecific | undefined {
  if (!answer.has(offset, 3) || !answer.flag(offset, 7)) return undefined;
  const word = answer.u16(offset + 1);
  const bit = answer.flag(offset, 3) ? answer.bits(offset, 2, 3) : undefined;
  switch (senseKey) {
    case SenseKey.IllegalRequest:
      return { kind: "field", inCdb: answer.flag(offset, 6), byte: word, bit };
    case SenseKey.HardwareError:
    case SenseKey.MediumError:
    case SenseKey.RecoveredError:
      return { kind: "retries", count: word };
    case SenseKey.NoSense:
    case SenseKey.NotReady:
      return { kind: "progress", done: word };
    case SenseKey.CopyAborted:
      return { kind: "segment", inSegment: answer.flag(offset, 5), byte: word, bit };
    case SenseKey.UnitAttention:
      return { kind: "unitAttention", overflow: answer.flag(offset, 0) };
    default:
      return { kind: "unknown", value: answer.u24(offset) & 0x7fffff };
  }
}

/** Encodes the three bytes, SKSV set. */
export function writeKeySpecific(bytes: Uint8Array, offset: number, specific: SenseKeySpecific): void {
  let first = 0x80;
  let word = 0;
  switch (specific.kind) {
    case "field":
    case "segment":
      if (specific.kind === "field" ? specific.inCdb : false) first |= 0x40;
      if (specific.kind === "segment" ? specific.inSegment : false) first |= 0x20;
      if (specific.bit !== undefined) first |= 0x08 | (specific.bit & 7);
      word = specific.byte;
      break;
    case "retries":
      word = specific.count;
      break;
    case "progress":
      word = specific.done;
      break;
    case "unitAttention":
      if (specific.overflow) first |= 0x01;
      break;
    case "unknown":
      first |= (specific.value >> 16) & 0x7f;
      word = specific.value & 0xffff;
      break;
  }
  bytes[offset] = first;
  bytes[offset + 1] = (word >> 8) & 0xff;
  bytes[offset + 2] = word & 0xff;
}
