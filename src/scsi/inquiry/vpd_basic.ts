import type { Answer } from "../data/answer.ts";
import { type VpdHeader, vpdHeader } from "./vpd_header.ts";

/** 00h Supported VPD Pages (SPC-4). */
export interface SupportedPages extends VpdHeader {
  /** Which page this is. */
  readonly kind: "supportedPages";
  /** Page codes, in the order of the answer. */
  readonly pages: readonly number[];
}
/** 80h Unit Serial Number (SPC-4). */
export interface UnitSerialNumber extends VpdHeader {
  /** Which page this is. */
  readonly kind: "unitSerialNumber";
  /** The serial number, without the spaces that pad it on either side. */
  readonly serialNumber: string;
}
/** A page that is vendor specific or not known: its bytes after the header. */
export interface RawVpdPage extends VpdHeader {
  /** Which page this is. */
  readonly kind: "raw";
  /** Bytes after the four of the header. */
  readonly data: Uint8Array;
}

export function readSupportedPages(answer: Answer): SupportedPages {
  return { kind: "supportedPages", pages: [...answer.copy(4)], ...vpdHeader(answer) };
}
export function readUnitSerialNumber(answer: Answer): UnitSerialNumber {
  return { kind: "unitSerialNumber", serialNumber: answer.ascii(4).trim(), ...vpdHeader(answer) };
}
export function readRaw(answer: Answer): RawVpdPage {
  return { kind: "raw", data: answer.copy(4), ...vpdHeader(answer) };
}
