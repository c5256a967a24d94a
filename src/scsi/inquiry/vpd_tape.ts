/**
 * VPD pages B0h to B4h of tapes.
 *
 * @module
 */
import type { Answer } from "../data/answer.ts";
import { type VpdHeader, vpdHeader } from "./vpd_header.ts";

/** B0h Sequential-access Device Capabilities (SSC-3). */
export interface TapeCapabilities extends VpdHeader {
  /** Which page this is. */
  readonly kind: "tapeCapabilities";
  /** WORM: a write once medium is supported. */
  readonly worm: boolean;
  /** TSMC: tape stream mirroring. */
  readonly mirroring: boolean;
}
/** B1h Manufacturer-assigned Serial Number, B3h Automation Device Serial Number (SSC-3). */
export interface TapeSerialNumber extends VpdHeader {
  /** Which page this is. */
  readonly kind: "manufacturerSerialNumber" | "automationSerialNumber";
  /** The serial number. */
  readonly serialNumber: string;
}
/** B2h TapeAlert Supported Flags (SSC-3). */
export interface TapeAlertFlags extends VpdHeader {
  /** Which page this is. */
  readonly kind: "tapeAlertFlags";
  /** Flags that are supported, 1 to 64. */
  readonly flags: readonly number[];
}
/** B4h Data Transfer Device Element Address (SSC-4). */
export interface TapeElementAddress extends VpdHeader {
  /** Which page this is. */
  readonly kind: "elementAddress";
  /** Address of the drive in its changer. */
  readonly address: number;
}

export function readTapeCapabilities(answer: Answer): TapeCapabilities {
  return { kind: "tapeCapabilities", worm: answer.flag(4, 0), mirroring: answer.flag(4, 1), ...vpdHeader(answer) };
}
/** Page B1h or B3h. */
export function readTapeSerialNumber(answer: Answer, kind: TapeSerialNumber["kind"]): TapeSerialNumber {
  return { kind, serialNumber: answer.ascii(4), ...vpdHeader(answer) };
}
export function readTapeAlertFlags(answer: Answer): TapeAlertFlags {
  const flags: number[] = [];
  for (let flag = 1; flag <= 64; flag++) {
    if (answer.flag(4 + ((flag - 1) >> 3), 7 - ((flag - 1) & 7))) flags.push(flag);
  }
  return { kind: "tapeAlertFlags", flags, ...vpdHeader(answer) };
}
export function readTapeElementAddress(answer: Answer): TapeElementAddress {
  return { kind: "elementAddress", address: answer.u16(4), ...vpdHeader(answer) };
}
