/**
 * Log pages: header and parameters (SPC-4).
 *
 * @module
 */
import { Answer, type ParsedAnswer } from "../data/answer.ts";

/** A log parameter. */
export interface LogParameter {
  /** Parameter code. */
  readonly code: number;
  /** DU: the device does not update it. */
  readonly disableUpdate: boolean;
  /** TSD: the device does not save it. */
  readonly disableSave: boolean;
  /** ETC: it is compared with its threshold. */
  readonly thresholdComparison: boolean;
  /** TMC, 0 to 3: compared how. */
  readonly thresholdCondition: number;
  /** FORMAT AND LINKING: 0 bounded counter, 1 ASCII list, 2 unbounded counter, 3 binary list. */
  readonly format: number;
  /** The value. */
  readonly value: Uint8Array;
}

/** What all log pages have in common. */
export interface LogHeader extends ParsedAnswer {
  /** Page code, 0 to 0x3f. */
  readonly pageCode: number;
  /** Subpage code. */
  readonly subpageCode: number;
  /** DS: the page cannot be saved. */
  readonly disableSave: boolean;
  /** SPF: the page has a subpage code. */
  readonly subpageFormat: boolean;
  /** The parameters as bytes; empty for the lists of pages. */
  readonly parameters: readonly LogParameter[];
}

/** Starts to read a page. @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function openLog(bytes: Uint8Array): Answer {
  const answer = new Answer("A log page", bytes, 4);
  answer.announce(4 + answer.u16(2));
  return answer;
}

/** Reads the parameters; one that is cut is left out and reported as a problem. */
export function readLogParameters(answer: Answer): LogParameter[] {
  const list: LogParameter[] = [];
  let at = 4;
  while (answer.has(at, 4) && answer.has(at, 4 + answer.u8(at + 3))) {
    list.push({
      code: answer.u16(at),
      disableUpdate: answer.flag(at + 2, 7),
      disableSave: answer.flag(at + 2, 5),
      thresholdComparison: answer.flag(at + 2, 4),
      thresholdCondition: answer.bits(at + 2, 3, 2),
      format: answer.bits(at + 2, 1, 2),
      value: answer.copy(at + 4, answer.u8(at + 3)),
    });
    at += 4 + answer.u8(at + 3);
  }
  if (at < answer.end && answer.missing === 0) answer.problem(`The log parameter at byte ${at} is cut`);
  return list;
}

/** The common members; call it when all has been read, so that it has every problem. */
export function logHeader(answer: Answer, parameters: readonly LogParameter[]): LogHeader {
  const subpageFormat = answer.flag(0, 6);
  return {
    pageCode: answer.bits(0, 5, 6),
    subpageCode: subpageFormat ? answer.u8(1) : 0,
    disableSave: answer.flag(0, 7),
    subpageFormat,
    parameters,
    ...answer.report(),
  };
}

/** A big-endian counter of any number of bytes. */
export function counterOf(value: Uint8Array): bigint {
  let number = 0n;
  for (const byte of value) number = (number << 8n) | BigInt(byte);
  return number;
}
