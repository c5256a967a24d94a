import { ErrorCode, IscsiError } from "../../errors.ts";
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
import { type DeviceIdentification, readDeviceIdentification } from "./vpd_device_id.ts";
import { openVpd } from "./vpd_header.ts";

/** A VPD page; `kind` says which. */
export type VpdPage =
  | SupportedPages
  | UnitSerialNumber
  | DeviceIdentification
  | BlockLimits
  | BlockCharacteristics
  | BlockProvisioning
  | RawVpdPage;

/**
 * Parses a VPD page by the page code in it; with `page`, the answer must be that page (some devices answer standard
 * INQUIRY data instead). Pages B0h and up are read as those of a block device unless the device type says otherwise.
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
  switch (code) {
    case 0x00:
      return readSupportedPages(answer);
    case 0x80:
      return readUnitSerialNumber(answer);
    case 0x83:
      return readDeviceIdentification(answer);
    case 0xb0:
      return readBlockLimits(answer);
    case 0xb1:
      return readBlockCharacteristics(answer);
    case 0xb2:
      return readBlockProvisioning(answer);
    default:
      return readRaw(answer);
  }
}
