/** Names of peripheral device types (SPC-5 table 144) as libiscsi's tools print them: scripts look for these. */
const LABELS: Readonly<Record<number, string>> = {
  0x00: "DIRECT_ACCESS",
  0x01: "SEQUENTIAL_ACCESS",
  0x02: "PRINTER",
  0x03: "PROCESSOR",
  0x04: "WRITE_ONCE",
  0x05: "MMC",
  0x06: "SCANNER",
  0x07: "OPTICAL_MEMORY",
  0x08: "MEDIA_CHANGER",
  0x09: "COMMUNICATIONS",
  0x0c: "STORAGE_ARRAY_CONTROLLER",
  0x0d: "ENCLOSURE_SERVICES",
  0x0e: "SIMPLIFIED_DIRECT_ACCESS",
  0x0f: "OPTICAL_CARD_READER",
  0x10: "BRIDGE_CONTROLLER",
  0x11: "OSD",
  0x12: "AUTOMATION",
  0x14: "ZONED_BLOCK_DEVICE",
  0x1e: "WELL_KNOWN_LUN",
  0x1f: "UNKNOWN",
};

/** `type`: 0 to 31. */
export function deviceTypeLabel(type: number): string {
  return LABELS[type] ?? `TYPE_0x${type.toString(16).padStart(2, "0")}`;
}
