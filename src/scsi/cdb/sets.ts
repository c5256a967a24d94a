import type { CommandSet } from "./layout.ts";

/** Command sets in the order in which a device type looks for an opcode in them. */
export function setsOf(deviceType: number | undefined): readonly CommandSet[] {
  switch (deviceType) {
    case undefined:
      return ["SBC", "SPC", "ZBC", "MMC", "SSC", "SMC"];
    case 1:
      return ["SSC", "SPC", "SMC"]; // a drive can have a changer attached
    case 5:
      return ["MMC", "SPC", "SBC"];
    case 8:
      return ["SMC", "SPC"];
    default:
      return ["SBC", "SPC", "ZBC"];
  }
}

/** Service action of a CDB: bytes 8 and 9 of a variable-length one, else the low five bits of byte 1. */
export function serviceActionOf(cdb: Uint8Array): number {
  return cdb[0] === 0x7f ? (cdb[8] ?? 0) * 256 + (cdb[9] ?? 0) : (cdb[1] ?? 0) & 0x1f;
}
