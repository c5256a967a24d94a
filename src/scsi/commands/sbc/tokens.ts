/**
 * POPULATE TOKEN, WRITE USING TOKEN, RECEIVE ROD TOKEN INFORMATION: offloaded copies (ODX).
 *
 * @module
 */
import { checkAnyInteger, checkBytes } from "../../../arguments.ts";
import { allocation, type AllocationOptions, command, type CommandOptions, given, objects } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, need, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import { checkNumber, type Integer, putUint } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";
import type { BlockRange } from "./unmap.ts";

const FIELDS = [need(uint("listIdentifier", 6, 4)), uint("parameterListLength", 10, 4), bits("groupNumber", 14, 5, 6)];

export const POPULATE_TOKEN: CdbLayout = layout(
  "POPULATE TOKEN",
  { opcode: 0x83, serviceAction: 0x10, length: 16, set: "SBC", source: "SBC-3 POPULATE TOKEN" },
  FIELDS,
);
export const WRITE_USING_TOKEN: CdbLayout = layout(
  "WRITE USING TOKEN",
  { opcode: 0x83, serviceAction: 0x11, length: 16, set: "SBC", source: "SBC-3 WRITE USING TOKEN" },
  FIELDS,
);
/** RECEIVE ROD TOKEN INFORMATION. */
export const RECEIVE_ROD_TOKEN_INFORMATION: CdbLayout = layout(
  "RECEIVE ROD TOKEN INFORMATION",
  { opcode: 0x84, serviceAction: 0x07, length: 16, set: "SBC", source: "SBC-3 RECEIVE ROD TOKEN INFORMATION" },
  [need(uint("listIdentifier", 2, 4)), uint("allocationLength", 10, 4)],
);

/** Bytes of a ROD token. */
export const ROD_TOKEN_LENGTH = 512 as const;
/** ROD type of the token that reads as zeros: no POPULATE TOKEN is needed for it. */
export const BLOCK_ZERO_ROD_TYPE = 0xffff0001 as const;

/** Options of POPULATE TOKEN. */
export interface PopulateTokenOptions extends CommandOptions {
  /** LIST IDENTIFIER, 32 bits. */
  listIdentifier: number;
  /** What the token stands for. */
  ranges: readonly BlockRange[];
  /** Seconds after which the token may expire when it is not used; 0: the device's default. */
  inactivityTimeout?: number | undefined;
  /** ROD TYPE. Default: the device's choice. */
  rodType?: number | undefined;
  /** IMMED: status before the work is done. */
  immediate?: boolean | undefined;
  /** Group number, 0 to 63. */
  groupNumber?: number | undefined;
}
/** Options of WRITE USING TOKEN. */
export interface WriteUsingTokenOptions extends CommandOptions {
  /** LIST IDENTIFIER, 32 bits. */
  listIdentifier: number;
  /** The token, 512 bytes. */
  token: Uint8Array;
  /** Where its blocks go. */
  ranges: readonly BlockRange[];
  /** First block of the token's data to use. */
  offset?: Integer | undefined;
  /** DEL_TKN: delete the token afterwards. */
  deleteToken?: boolean | undefined;
  /** IMMED. */
  immediate?: boolean | undefined;
  /** Group number, 0 to 63. */
  groupNumber?: number | undefined;
}

const U64_MAX = 0xffff_ffff_ffff_ffffn;

function putRanges(dataOut: Uint8Array, from: number, ranges: readonly BlockRange[]): void {
  putUint(dataOut, from - 2, 2, 16 * ranges.length);
  ranges.forEach((range, i) => {
    putUint(dataOut, from + 16 * i, 8, checkAnyInteger("lba of a range", range.lba, 0, U64_MAX));
    putUint(dataOut, from + 8 + 16 * i, 4, checkNumber("blocks of a range", range.blocks, 0, 0xffffffff));
  });
}

/** POPULATE TOKEN: makes a token for blocks. Fetch it with RECEIVE ROD TOKEN INFORMATION. @throws {RangeError} */
export function populateToken(options: PopulateTokenOptions): ScsiCommand {
  const { ranges, inactivityTimeout, rodType, immediate, ...rest } = given("POPULATE TOKEN", options);
  objects("ranges of POPULATE TOKEN", ranges);
  checkNumber("The count of ranges of POPULATE TOKEN", ranges.length, 1, 4094);
  const dataOut = new Uint8Array(16 + 16 * ranges.length);
  putUint(dataOut, 0, 2, dataOut.length - 2);
  dataOut[2] = (rodType === undefined ? 0 : 0x02) | (immediate ? 0x01 : 0);
  putUint(dataOut, 4, 4, checkNumber("inactivityTimeout of POPULATE TOKEN", inactivityTimeout ?? 0, 0, 0xffffffff));
  putUint(dataOut, 8, 4, checkNumber("rodType of POPULATE TOKEN", rodType ?? 0, 0, 0xffffffff));
  putRanges(dataOut, 16, ranges);
  return command(POPULATE_TOKEN, rest, { dataOut, replay: "never" }, { parameterListLength: dataOut.length });
}
/** WRITE USING TOKEN: writes the blocks that a token stands for. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function writeUsingToken(options: WriteUsingTokenOptions): ScsiCommand {
  const { ranges, token, offset, deleteToken, immediate, ...rest } = given("WRITE USING TOKEN", options);
  objects("ranges of WRITE USING TOKEN", ranges);
  checkNumber("The count of ranges of WRITE USING TOKEN", ranges.length, 1, 4062);
  const dataOut = new Uint8Array(536 + 16 * ranges.length);
  putUint(dataOut, 0, 2, dataOut.length - 2);
  dataOut[2] = (deleteToken ? 0x02 : 0) | (immediate ? 0x01 : 0);
  putUint(dataOut, 8, 8, checkAnyInteger("offset of WRITE USING TOKEN", offset ?? 0, 0, U64_MAX));
  dataOut.set(checkBytes("token of WRITE USING TOKEN", token, ROD_TOKEN_LENGTH, ROD_TOKEN_LENGTH), 16);
  putRanges(dataOut, 536, ranges);
  return command(WRITE_USING_TOKEN, rest, { dataOut, replay: "never" }, { parameterListLength: dataOut.length });
}
/** RECEIVE ROD TOKEN INFORMATION; 1024 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function receiveRodTokenInformation(options: AllocationOptions & { listIdentifier: number }): ScsiCommand {
  const dataIn = allocation("RECEIVE ROD TOKEN INFORMATION", options, 1024, 0xffffffff);
  const values = { allocationLength: dataIn.length };
  return command(RECEIVE_ROD_TOKEN_INFORMATION, options, { dataIn, replay: "never" }, values);
}

/** The token of blocks of zeros (SPC-4): usable without POPULATE TOKEN. */
export function blockZeroToken(): Uint8Array {
  const token = new Uint8Array(ROD_TOKEN_LENGTH);
  putUint(token, 0, 4, BLOCK_ZERO_ROD_TYPE);
  putUint(token, 6, 2, ROD_TOKEN_LENGTH - 8);
  return token;
}

/** The answer to RECEIVE ROD TOKEN INFORMATION. */
export interface RodTokenInformation extends ParsedAnswer {
  /** Service action that it reports on: 0x10 POPULATE TOKEN, 0x11 WRITE USING TOKEN. */
  readonly serviceAction: number;
  /** COPY OPERATION STATUS: 1 done, 2 failed, 3 done with residual, 4 in progress, 0x10 and up others; 0x60 terminated. */
  readonly status: number;
  /** OPERATION COUNTER. */
  readonly operationCounter: number;
  /** Milliseconds to wait before asking again; 0xfffffffe: not known, 0xffffffff: no need. */
  readonly updateDelay: number;
  /** EXTENDED COPY COMPLETION STATUS: a SCSI status. */
  readonly completionStatus: number;
  /** Units (usually blocks, see `transferUnits`) transferred. */
  readonly transferred: bigint;
  /** TRANSFER COUNT UNITS: 0xf1 blocks. */
  readonly transferUnits: number;
  /** Segments processed. */
  readonly segmentsProcessed: number;
  /** Sense data: parse them with `parseSense`. */
  readonly sense: Uint8Array;
  /** Tokens: after POPULATE TOKEN one. */
  readonly tokens: readonly Uint8Array[];
}

/** Parses the answer to RECEIVE ROD TOKEN INFORMATION (SBC-3). @throws {IscsiError} `SCSI_BAD_DATA` below 32 bytes */
export function parseRodTokenInformation(bytes: Uint8Array): RodTokenInformation {
  const answer = new Answer("The answer to RECEIVE ROD TOKEN INFORMATION", bytes, 32);
  answer.announce(4 + answer.u32(0));
  const senseField = answer.u8(13);
  const senseLength = Math.min(answer.u8(14), senseField);
  if (answer.u8(14) > senseField) {
    answer.problem(`The sense data announce ${answer.u8(14)} bytes, their field has ${senseField}`);
  }
  const list = 32 + senseField;
  const tokens: Uint8Array[] = [];
  if (answer.has(list, 4)) {
    // Each descriptor: two reserved bytes (or a CSCD index) and a token of 512 bytes.
    const end = answer.within("The list of tokens", list + 4, answer.u32(list));
    for (const at of answer.entries(list + 4, 2 + ROD_TOKEN_LENGTH, end)) {
      tokens.push(answer.copy(at + 2, ROD_TOKEN_LENGTH));
    }
  }
  return {
    serviceAction: answer.bits(4, 4, 5),
    status: answer.bits(5, 6, 7),
    operationCounter: answer.u16(6),
    updateDelay: answer.u32(8),
    completionStatus: answer.u8(12),
    transferUnits: answer.u8(15),
    transferred: answer.u64(16),
    segmentsProcessed: answer.u16(24),
    sense: answer.copy(32, senseLength),
    tokens,
    ...answer.report(),
  };
}

/** The open part of a ROD token. */
export interface RodToken {
  /** ROD TYPE. */
  readonly rodType: number;
  /** ROD TOKEN LENGTH: bytes after the first eight. */
  readonly tokenLength: number;
  /** COPY MANAGER ROD TOKEN IDENTIFIER. */
  readonly identifier: bigint;
  /** CREATOR LOGICAL UNIT DESCRIPTOR: a CSCD descriptor. */
  readonly creator: Uint8Array;
  /** Bytes that the token stands for. */
  readonly represented: bigint;
}

/** Parses a ROD token (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 64 bytes */
export function parseRodToken(bytes: Uint8Array): RodToken {
  const answer = new Answer("A ROD token", bytes, 64);
  return {
    rodType: answer.u32(0),
    tokenLength: answer.u16(6),
    identifier: answer.u64(8),
    creator: answer.copy(16, 32),
    represented: answer.uint(48, 16),
  };
}

/** The parameter list of POPULATE TOKEN or WRITE USING TOKEN. */
export interface TokenParameterList extends ParsedAnswer {
  /** IMMED. */
  readonly immediate: boolean;
  /** The ranges. */
  readonly ranges: readonly { readonly lba: bigint; readonly blocks: number }[];
  /** POPULATE TOKEN: inactivity timeout in seconds; 0 otherwise. */
  readonly inactivityTimeout: number;
  /** POPULATE TOKEN: ROD TYPE where RTV says that it is valid. */
  readonly rodType: number | undefined;
  /** WRITE USING TOKEN: the token. */
  readonly token: Uint8Array | undefined;
  /** WRITE USING TOKEN: offset in the token's data, in blocks. */
  readonly offset: bigint;
  /** WRITE USING TOKEN: DEL_TKN. */
  readonly deleteToken: boolean;
}

/** Parses these parameter lists; `serviceAction` is 0x10 or 0x11. @throws {IscsiError} `SCSI_BAD_DATA` below the header */
export function parseTokenList(bytes: Uint8Array, serviceAction: number): TokenParameterList {
  const using = serviceAction === 0x11;
  const header = using ? 536 : 16;
  const answer = new Answer(using ? "The list of WRITE USING TOKEN" : "The list of POPULATE TOKEN", bytes, header);
  answer.announce(2 + answer.u16(0));
  const ranges: { lba: bigint; blocks: number }[] = [];
  const end = answer.within("The list of ranges", header, answer.u16(header - 2));
  for (const at of answer.entries(header, 16, end)) ranges.push({ lba: answer.u64(at), blocks: answer.u32(at + 8) });
  return {
    immediate: answer.flag(2, 0),
    ranges,
    inactivityTimeout: using ? 0 : answer.u32(4),
    rodType: !using && answer.flag(2, 1) ? answer.u32(8) : undefined,
    token: using ? answer.copy(16, ROD_TOKEN_LENGTH) : undefined,
    offset: using ? answer.u64(8) : 0n,
    deleteToken: using && answer.flag(2, 1),
    ...answer.report(),
  };
}
