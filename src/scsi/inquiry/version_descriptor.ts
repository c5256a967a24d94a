import { hexDigits } from "../../bytes/hex.ts";
import { VERSION_DESCRIPTORS_HIGH } from "./version_descriptors_high.ts";
import { VERSION_DESCRIPTORS_LOW } from "./version_descriptors_low.ts";

/** T10's list of version descriptors: the value, 0 to 65535, and the standard that it names. */
export const VERSION_DESCRIPTORS: ReadonlyMap<number, string> = new Map([
  ...VERSION_DESCRIPTORS_LOW,
  ...VERSION_DESCRIPTORS_HIGH,
]);

/** The standard that a version descriptor names: `SBC-3 (no version claimed)`; `unknown standard 0xffff` else. */
export function versionDescriptorName(value: number): string {
  return VERSION_DESCRIPTORS.get(value) ?? `unknown standard 0x${hexDigits(value, 4)}`;
}

const VERSIONS: Readonly<Record<number, string>> = {
  0x01: "SCSI-1",
  0x02: "SCSI-2",
  0x03: "SPC",
  0x04: "SPC-2",
  0x05: "SPC-3",
  0x06: "SPC-4",
  0x07: "SPC-5",
  0x08: "SPC-6",
};

/** The standard that the VERSION field of standard INQUIRY data claims: `SPC-3`; `none` for 0. */
export function inquiryVersionName(version: number): string {
  return version === 0 ? "none" : VERSIONS[version] ?? `version 0x${hexDigits(version, 2)}`;
}
