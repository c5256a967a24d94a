import { hexDigits } from "../../bytes/hex.ts";

/** Peripheral device type (SPC-5). */
export const DeviceType = {
  /** Direct access block device: a disk. */
  Disk: 0x00,
  /** Sequential access: a tape. */
  Tape: 0x01,
  /** Printer. */
  Printer: 0x02,
  /** Processor. */
  Processor: 0x03,
  /** Write once. */
  WriteOnce: 0x04,
  /** CD or DVD. */
  Cd: 0x05,
  /** Scanner (obsolete). */
  Scanner: 0x06,
  /** Optical memory. */
  Optical: 0x07,
  /** Media changer. */
  Changer: 0x08,
  /** Communications (obsolete). */
  Communications: 0x09,
  /** Storage array controller. */
  Array: 0x0c,
  /** Enclosure services. */
  Enclosure: 0x0d,
  /** Simplified direct access. */
  SimplifiedDisk: 0x0e,
  /** Optical card reader and writer. */
  OpticalCard: 0x0f,
  /** Bridge controller. */
  Bridge: 0x10,
  /** Object-based storage. */
  Osd: 0x11,
  /** Automation/drive interface. */
  Automation: 0x12,
  /** Security manager. */
  SecurityManager: 0x13,
  /** Host managed zoned block device. */
  Zoned: 0x14,
  /** Well known logical unit. */
  WellKnown: 0x1e,
  /** Unknown, or no device. */
  Unknown: 0x1f,
} as const;
/** One of the values of {@link DeviceType}. */
export type DeviceType = typeof DeviceType[keyof typeof DeviceType];

/** Types that are read and written in blocks as a disk is. */
export const BLOCK_TYPES: ReadonlySet<number> = new Set([
  DeviceType.Disk,
  DeviceType.Cd,
  DeviceType.Optical,
  DeviceType.SimplifiedDisk,
]);

const NAMES: Readonly<Record<number, string>> = {
  0x00: "disk",
  0x01: "tape",
  0x02: "printer",
  0x03: "processor",
  0x04: "write once optical disk",
  0x05: "CD/DVD",
  0x06: "scanner",
  0x07: "optical memory",
  0x08: "media changer",
  0x09: "communications",
  0x0c: "storage array controller",
  0x0d: "enclosure services",
  0x0e: "simplified disk",
  0x0f: "optical card",
  0x10: "bridge controller",
  0x11: "object storage",
  0x12: "automation/drive interface",
  0x13: "security manager",
  0x14: "host managed zoned block device",
  0x1e: "well known logical unit",
  0x1f: "unknown or no device",
};

/** Name of a peripheral device type, 0 to 31: `disk`; `device type 0x0a` where it has none. */
export function deviceTypeName(type: number): string {
  return NAMES[type] ?? `device type 0x${hexDigits(type, 2)}`;
}

/** Peripheral qualifier (SPC-5). */
export const PeripheralQualifier = {
  /** The logical unit is there, as far as the target can tell. */
  Connected: 0,
  /** No logical unit there now, but there could be one. */
  NotConnected: 1,
  /** The target can have no logical unit there. */
  Unsupported: 3,
} as const;
