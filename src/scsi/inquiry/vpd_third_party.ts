/**
 * VPD page 8Fh: the third-party copy features of the device.
 *
 * @module
 */
import type { Answer } from "../data/answer.ts";
import { type VpdHeader, vpdHeader } from "./vpd_header.ts";

/** A ROD type that the device knows. */
export interface RodType {
  /** ROD TYPE. */
  readonly type: number;
  /** ECPY_INT: for the device's own use in EXTENDED COPY. */
  readonly internal: boolean;
  /** TOKEN_IN: tokens of this type are taken. */
  readonly tokenIn: boolean;
  /** TOKEN_OUT: tokens of this type are made. */
  readonly tokenOut: boolean;
  /** Preference indicator. */
  readonly preference: number;
}

/** A descriptor of the page. */
export type ThirdPartyCopyDescriptor =
  /** 0000h Block Device ROD Token Limits; 0 where the device does not say. */
  | {
    readonly kind: "rodTokenLimits";
    readonly maxRanges: number;
    /** Seconds. */
    readonly maxInactivityTimeout: number;
    /** Seconds. */
    readonly defaultInactivityTimeout: number;
    /** Blocks. */
    readonly maxTokenTransfer: bigint;
    /** Blocks. */
    readonly optimalTransfer: bigint;
  }
  /** 0001h Supported Commands: opcodes with their service actions. */
  | {
    readonly kind: "supportedCommands";
    readonly commands: readonly { readonly opcode: number; readonly serviceActions: readonly number[] }[];
  }
  /** 0004h Parameter Data. */
  | {
    readonly kind: "parameterData";
    readonly maxCscds: number;
    readonly maxSegments: number;
    readonly maxDescriptorLength: number;
    readonly maxInlineData: number;
  }
  /** 0008h Supported Descriptors: type codes. */
  | { readonly kind: "supportedDescriptors"; readonly types: readonly number[] }
  /** 000Ch Supported CSCD Descriptor IDs. */
  | { readonly kind: "supportedCscdIds"; readonly ids: readonly number[] }
  /** 0106h ROD Token Features; times in seconds. */
  | {
    readonly kind: "rodTokenFeatures";
    readonly remoteTokens: number;
    readonly minLifetime: number;
    readonly maxLifetime: number;
    readonly maxInactivityTimeout: number;
  }
  /** 0108h Supported ROD Token and ROD Types. */
  | { readonly kind: "supportedRods"; readonly rods: readonly RodType[] }
  /** 8001h General Copy Operations; granularities are powers of two. */
  | {
    readonly kind: "generalCopy";
    readonly totalConcurrent: number;
    readonly maxIdentifiedConcurrent: number;
    readonly maxSegmentLength: number;
    readonly dataSegmentGranularity: number;
    readonly inlineDataGranularity: number;
  }
  /** 9101h Stream Copy Operations. */
  | { readonly kind: "streamCopy"; readonly maxStreamTransfer: number }
  /** C001h Held Data. */
  | { readonly kind: "heldData"; readonly limit: number; readonly granularity: number }
  /** Anything else, and what is too short for its type: the bytes after the header. */
  | { readonly kind: "other"; readonly type: number; readonly data: Uint8Array };

/** 8Fh Third-party Copy (SPC-4). */
export interface ThirdPartyCopy extends VpdHeader {
  /** Which page this is. */
  readonly kind: "thirdPartyCopy";
  /** The descriptors, in the order of the answer. */
  readonly descriptors: readonly ThirdPartyCopyDescriptor[];
}

/** Least bytes, header included, at which each type can be decoded. */
const LENGTHS: Readonly<Record<number, number>> = {
  0x0000: 36,
  0x0001: 5,
  0x0004: 20,
  0x0008: 5,
  0x000c: 6,
  0x0106: 28,
  0x0108: 8,
  0x8001: 18,
  0x9101: 8,
  0xc001: 9,
};

function readCommands(answer: Answer, from: number, end: number): { opcode: number; serviceActions: number[] }[] {
  const commands: { opcode: number; serviceActions: number[] }[] = [];
  let at = from;
  while (at + 2 <= end) {
    const count = answer.u8(at + 1);
    if (at + 2 + count > end) break;
    commands.push({ opcode: answer.u8(at), serviceActions: [...answer.copy(at + 2, count)] });
    at += 2 + count;
  }
  if (at < end) answer.problem(`The command descriptor at byte ${at} is cut`);
  return commands;
}

function readRods(answer: Answer, from: number, end: number): RodType[] {
  const rods: RodType[] = [];
  for (const at of answer.entries(from, 64, end)) {
    rods.push({
      type: answer.u32(at),
      internal: answer.flag(at + 4, 7),
      tokenIn: answer.flag(at + 4, 1),
      tokenOut: answer.flag(at + 4, 0),
      preference: answer.u16(at + 6),
    });
  }
  return rods;
}

function readOne(answer: Answer, at: number, size: number): ThirdPartyCopyDescriptor {
  const type = answer.u16(at);
  const end = at + size;
  if (size < (LENGTHS[type] ?? Infinity)) return { kind: "other", type, data: answer.copy(at + 4, size - 4) };
  switch (type) {
    case 0x0000:
      return {
        kind: "rodTokenLimits",
        maxRanges: answer.u16(at + 10),
        maxInactivityTimeout: answer.u32(at + 12),
        defaultInactivityTimeout: answer.u32(at + 16),
        maxTokenTransfer: answer.u64(at + 20),
        optimalTransfer: answer.u64(at + 28),
      };
    case 0x0001:
      return {
        kind: "supportedCommands",
        commands: readCommands(answer, at + 5, answer.within("The list of commands", at + 5, answer.u8(at + 4), end)),
      };
    case 0x0004:
      return {
        kind: "parameterData",
        maxCscds: answer.u16(at + 8),
        maxSegments: answer.u16(at + 10),
        maxDescriptorLength: answer.u32(at + 12),
        maxInlineData: answer.u32(at + 16),
      };
    case 0x0008:
      return {
        kind: "supportedDescriptors",
        types: [
          ...answer.copy(
            at + 5,
            answer.within("The list of descriptor types", at + 5, answer.u8(at + 4), end) - at - 5,
          ),
        ],
      };
    case 0x000c: {
      const ids: number[] = [];
      const stop = answer.within("The list of CSCD descriptor identifiers", at + 6, answer.u16(at + 4), end);
      for (const one of answer.entries(at + 6, 2, stop)) ids.push(answer.u16(one));
      return { kind: "supportedCscdIds", ids };
    }
    case 0x0106:
      return {
        kind: "rodTokenFeatures",
        remoteTokens: answer.bits(at + 4, 3, 4),
        minLifetime: answer.u32(at + 16),
        maxLifetime: answer.u32(at + 20),
        maxInactivityTimeout: answer.u32(at + 24),
      };
    case 0x0108:
      return {
        kind: "supportedRods",
        rods: readRods(answer, at + 8, answer.within("The list of ROD types", at + 8, answer.u16(at + 6), end)),
      };
    case 0x8001:
      return {
        kind: "generalCopy",
        totalConcurrent: answer.u32(at + 4),
        maxIdentifiedConcurrent: answer.u32(at + 8),
        maxSegmentLength: answer.u32(at + 12),
        dataSegmentGranularity: answer.u8(at + 16),
        inlineDataGranularity: answer.u8(at + 17),
      };
    case 0x9101:
      return { kind: "streamCopy", maxStreamTransfer: answer.u32(at + 4) };
    default:
      return { kind: "heldData", limit: answer.u32(at + 4), granularity: answer.u8(at + 8) };
  }
}

export function readThirdPartyCopy(answer: Answer): ThirdPartyCopy {
  const descriptors: ThirdPartyCopyDescriptor[] = [];
  let at = 4;
  while (answer.has(at, 4) && answer.has(at, 4 + answer.u16(at + 2))) {
    const size = 4 + answer.u16(at + 2);
    descriptors.push(readOne(answer, at, size));
    at += size;
  }
  if (at < answer.end && answer.missing === 0) answer.problem(`The third-party copy descriptor at byte ${at} is cut`);
  return { kind: "thirdPartyCopy", descriptors, ...vpdHeader(answer) };
}
