import { hexDigits } from "../../bytes/hex.ts";
import { ErrorCode, IscsiError } from "../../errors.ts";
import type { Answer } from "../data/answer.ts";
import {
  type RawVpdPage,
  readRaw,
  readSupportedPages,
  readUnitSerialNumber,
  type SupportedPages,
  type UnitSerialNumber,
} from "./vpd_basic.ts";
import {
  type BlockCharacteristics,
  type BlockLimits,
  type BlockProvisioning,
  readBlockCharacteristics,
  readBlockLimits,
  readBlockProvisioning,
} from "./vpd_block.ts";
import {
  type BlockCharacteristicsExtension,
  readBlockCharacteristicsExtension,
  readReferrals,
  readSupportedBlockLengths,
  readZonedCharacteristics,
  type Referrals,
  type SupportedBlockLengths,
  type ZonedCharacteristics,
} from "./vpd_block_more.ts";
import { type DeviceIdentification, readDeviceIdentification } from "./vpd_device_id.ts";
import { type ExtendedInquiry, readExtendedInquiry } from "./vpd_extended.ts";
import { openVpd } from "./vpd_header.ts";
import {
  type AtaInformation,
  type ManagementAddresses,
  type ModePagePolicies,
  readAtaInformation,
  readManagementAddresses,
  readModePagePolicies,
  readScsiPorts,
  readSoftwareInterfaces,
  type ScsiPorts,
  type SoftwareInterfaces,
} from "./vpd_management.ts";
import {
  readTapeAlertFlags,
  readTapeCapabilities,
  readTapeElementAddress,
  readTapeSerialNumber,
  type TapeAlertFlags,
  type TapeCapabilities,
  type TapeElementAddress,
  type TapeSerialNumber,
} from "./vpd_tape.ts";
import { readThirdPartyCopy, type ThirdPartyCopy } from "./vpd_third_party.ts";

/** A VPD page; `kind` says which. */
export type VpdPage =
  | SupportedPages
  | UnitSerialNumber
  | DeviceIdentification
  | SoftwareInterfaces
  | ManagementAddresses
  | ExtendedInquiry
  | ModePagePolicies
  | ScsiPorts
  | AtaInformation
  | ThirdPartyCopy
  | BlockLimits
  | BlockCharacteristics
  | BlockProvisioning
  | Referrals
  | SupportedBlockLengths
  | BlockCharacteristicsExtension
  | ZonedCharacteristics
  | TapeCapabilities
  | TapeSerialNumber
  | TapeAlertFlags
  | TapeElementAddress
  | RawVpdPage;

/** A VPD page that is known: its code, and which devices have it. */
export interface VpdPageInfo {
  /** Page code. */
  readonly page: number;
  /** The standard's name. */
  readonly name: string;
  /** Standard and section. */
  readonly source: string;
  /** Devices that it belongs to. */
  readonly devices: "all" | "block" | "tape";
}

interface Reader extends VpdPageInfo {
  readonly read: (answer: Answer) => VpdPage;
}

const READERS: readonly Reader[] = [
  {
    page: 0x00,
    name: "Supported VPD Pages",
    source: "SPC-4 Supported VPD Pages VPD page",
    devices: "all",
    read: readSupportedPages,
  },
  {
    page: 0x80,
    name: "Unit Serial Number",
    source: "SPC-4 Unit Serial Number VPD page",
    devices: "all",
    read: readUnitSerialNumber,
  },
  {
    page: 0x83,
    name: "Device Identification",
    source: "SPC-4 Device Identification VPD page",
    devices: "all",
    read: readDeviceIdentification,
  },
  {
    page: 0x84,
    name: "Software Interface Identification",
    source: "SPC-4 Software Interface Identification VPD page",
    devices: "all",
    read: readSoftwareInterfaces,
  },
  {
    page: 0x85,
    name: "Management Network Addresses",
    source: "SPC-4 Management Network Addresses VPD page",
    devices: "all",
    read: readManagementAddresses,
  },
  {
    page: 0x86,
    name: "Extended INQUIRY Data",
    source: "SPC-4 Extended INQUIRY Data VPD page",
    devices: "all",
    read: readExtendedInquiry,
  },
  {
    page: 0x87,
    name: "Mode Page Policy",
    source: "SPC-4 Mode Page Policy VPD page",
    devices: "all",
    read: readModePagePolicies,
  },
  { page: 0x88, name: "SCSI Ports", source: "SPC-4 SCSI Ports VPD page", devices: "all", read: readScsiPorts },
  {
    page: 0x89,
    name: "ATA Information",
    source: "SAT-3 ATA Information VPD page",
    devices: "all",
    read: readAtaInformation,
  },
  {
    page: 0x8f,
    name: "Third-party Copy",
    source: "SPC-4 Third-party Copy VPD page",
    devices: "all",
    read: readThirdPartyCopy,
  },
  { page: 0xb0, name: "Block Limits", source: "SBC-3 Block Limits VPD page", devices: "block", read: readBlockLimits },
  {
    page: 0xb1,
    name: "Block Device Characteristics",
    source: "SBC-3 Block Device Characteristics VPD page",
    devices: "block",
    read: readBlockCharacteristics,
  },
  {
    page: 0xb2,
    name: "Logical Block Provisioning",
    source: "SBC-3 Logical Block Provisioning VPD page",
    devices: "block",
    read: readBlockProvisioning,
  },
  { page: 0xb3, name: "Referrals", source: "SBC-3 Referrals VPD page", devices: "block", read: readReferrals },
  {
    page: 0xb4,
    name: "Supported Block Lengths and Protection Types",
    source: "SBC-4 Supported Block Lengths and Protection Types VPD page",
    devices: "block",
    read: readSupportedBlockLengths,
  },
  {
    page: 0xb5,
    name: "Block Device Characteristics Extension",
    source: "SBC-4 Block Device Characteristics Extension VPD page",
    devices: "block",
    read: readBlockCharacteristicsExtension,
  },
  {
    page: 0xb6,
    name: "Zoned Block Device Characteristics",
    source: "ZBC Zoned Block Device Characteristics VPD page",
    devices: "block",
    read: readZonedCharacteristics,
  },
  {
    page: 0xb0,
    name: "Sequential-access Device Capabilities",
    source: "SSC-3 Sequential-access Device Capabilities VPD page",
    devices: "tape",
    read: readTapeCapabilities,
  },
  {
    page: 0xb1,
    name: "Manufacturer-assigned Serial Number",
    source: "SSC-3 Manufacturer-assigned Serial Number VPD page",
    devices: "tape",
    read: (answer) => readTapeSerialNumber(answer, "manufacturerSerialNumber"),
  },
  {
    page: 0xb2,
    name: "TapeAlert Supported Flags",
    source: "SSC-3 TapeAlert Supported Flags VPD page",
    devices: "tape",
    read: readTapeAlertFlags,
  },
  {
    page: 0xb3,
    name: "Automation Device Serial Number",
    source: "SSC-3 Automation Device Serial Number VPD page",
    devices: "tape",
    read: (answer) => readTapeSerialNumber(answer, "automationSerialNumber"),
  },
  {
    page: 0xb4,
    name: "Data Transfer Device Element Address",
    source: "SSC-4 Data Transfer Device Element Address VPD page",
    devices: "tape",
    read: readTapeElementAddress,
  },
];

/** Every VPD page that is decoded. */
export const VPD_PAGES: readonly VpdPageInfo[] = READERS.map(({ page, name, source, devices }) => ({
  page,
  name,
  source,
  devices,
}));

/** Device types whose pages B0h and up are those of block devices. */
const WITH_BLOCK_PAGES: ReadonlySet<number> = new Set([0x00, 0x04, 0x05, 0x07, 0x0e, 0x14]);

function find(page: number, deviceType: number): Reader | undefined {
  return READERS.find((one) =>
    one.page === page &&
    (one.devices === "all" || (one.devices === "tape" ? deviceType === 0x01 : WITH_BLOCK_PAGES.has(deviceType)))
  );
}

/** Name of a VPD page: `Block Limits`; `VPD page 0xc0` where it has none. `deviceType` defaults to 0, a disk. */
export function vpdPageName(page: number, deviceType: number = 0): string {
  const vendor = page >= 0xc0 ? "vendor specific " : "";
  return find(page, deviceType)?.name ?? `${vendor}VPD page 0x${hexDigits(page, 2)}`;
}

/**
 * Parses a VPD page by the page code and the device type in it; with `page`, the answer must be that page (some devices
 * answer standard INQUIRY data instead). Unknown pages are returned as `raw`.
 *
 * @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes, and where it is another page than `page`
 */
export function parseVpdPage(bytes: Uint8Array, page?: number): VpdPage {
  const answer = openVpd(bytes);
  const code = answer.u8(1);
  if (page !== undefined && page !== code) {
    const hex = (value: number): string => `0x${value.toString(16).padStart(2, "0")}`;
    throw new IscsiError(ErrorCode.ScsiBadData, `The answer must be VPD page ${hex(page)}, got ${hex(code)}`);
  }
  return (find(code, answer.bits(0, 4, 5))?.read ?? readRaw)(answer);
}
