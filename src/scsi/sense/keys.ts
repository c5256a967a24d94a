import { hexDigits } from "../../bytes/hex.ts";

/** Sense key (SPC-4). */
export const SenseKey = {
  /** Nothing specific. */
  NoSense: 0x0,
  /** The command succeeded with some recovery action. */
  RecoveredError: 0x1,
  /** The logical unit is not accessible. */
  NotReady: 0x2,
  /** A flaw in the medium or an error in the recorded data. */
  MediumError: 0x3,
  /** A hardware failure. */
  HardwareError: 0x4,
  /** Something in the command that the device does not take. */
  IllegalRequest: 0x5,
  /** Something changed: a reset, another medium, other parameters. */
  UnitAttention: 0x6,
  /** The block is protected. */
  DataProtect: 0x7,
  /** Blank or non-blank medium where the other was wanted. */
  BlankCheck: 0x8,
  /** Vendor specific. */
  VendorSpecific: 0x9,
  /** A third-party copy failed. */
  CopyAborted: 0xa,
  /** The device ended the command; another try may work. */
  AbortedCommand: 0xb,
  /** Reserved (was EQUAL). */
  Reserved: 0xc,
  /** The end of the partition was reached; data may remain in the buffer. */
  VolumeOverflow: 0xd,
  /** The data compared differ. */
  Miscompare: 0xe,
  /** Completed; see the sense data. */
  Completed: 0xf,
} as const;
/** One of the values of {@link SenseKey}. */
export type SenseKey = typeof SenseKey[keyof typeof SenseKey];

const NAMES = [
  "NO SENSE",
  "RECOVERED ERROR",
  "NOT READY",
  "MEDIUM ERROR",
  "HARDWARE ERROR",
  "ILLEGAL REQUEST",
  "UNIT ATTENTION",
  "DATA PROTECT",
  "BLANK CHECK",
  "VENDOR SPECIFIC",
  "COPY ABORTED",
  "ABORTED COMMAND",
  "RESERVED",
  "VOLUME OVERFLOW",
  "MISCOMPARE",
  "COMPLETED",
];

/** Name of a sense key, 0 to 15: `ILLEGAL REQUEST`. */
export function senseKeyName(key: number): string {
  return NAMES[key] ?? `sense key 0x${hexDigits(key, 1)}`;
}
