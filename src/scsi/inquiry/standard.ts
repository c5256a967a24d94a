/**
 * Standard INQUIRY data.
 *
 * @module
 */
import { Answer, type ParsedAnswer } from "../data/answer.ts";

/** Standard INQUIRY data (SPC-4). What the answer does not reach to is false, 0 or empty. */
export interface InquiryData extends ParsedAnswer {
  /** Peripheral qualifier: 0 connected, 1 not connected now, 3 no such logical unit. */
  readonly qualifier: number;
  /** Peripheral device type, 0 to 31. */
  readonly deviceType: number;
  /** RMB: the medium can be removed. */
  readonly removable: boolean;
  /** LU_CONG: part of a logical unit conglomerate. */
  readonly conglomerate: boolean;
  /** VERSION: 5 SPC-3, 6 SPC-4, 7 SPC-5 … */
  readonly version: number;
  /** NORMACA. */
  readonly normalAca: boolean;
  /** HISUP: LUNs have the hierarchical structure. */
  readonly hierarchical: boolean;
  /** RESPONSE DATA FORMAT: 2. */
  readonly responseDataFormat: number;
  /** SCCS: storage array controller inside. */
  readonly arrayController: boolean;
  /** ACC: access controls coordinator (obsolete). */
  readonly accessControls: boolean;
  /** TPGS, 0 to 3: 1 implicit, 2 explicit, 3 both kinds of asymmetric access. */
  readonly targetPortGroups: number;
  /** 3PC: third-party copy. */
  readonly thirdPartyCopy: boolean;
  /** PROTECT: protection information. */
  readonly protect: boolean;
  /** ENCSERV: enclosure services inside. */
  readonly enclosureServices: boolean;
  /** MULTIP: several ports. */
  readonly multiPort: boolean;
  /** ADDR16, WBUS16 and SYNC: for parallel SCSI. */
  readonly addr16: boolean;
  /** WBUS16. */
  readonly wideBus16: boolean;
  /** SYNC. */
  readonly synchronous: boolean;
  /** CMDQUE: command queuing. */
  readonly commandQueuing: boolean;
  /** T10 vendor identification, without the spaces at its end. */
  readonly vendor: string;
  /** Product identification, likewise. */
  readonly product: string;
  /** Product revision level, likewise. */
  readonly revision: string;
  /** Bytes 36 to 55. */
  readonly vendorSpecific: Uint8Array;
  /** Version descriptors, zeros left out: name them with `versionDescriptorName`. */
  readonly versionDescriptors: readonly number[];
  /** Bytes from 96 on. */
  readonly vendorParameters: Uint8Array;
}

/** Parses standard INQUIRY data (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 5 bytes */
export function parseInquiry(bytes: Uint8Array): InquiryData {
  const answer = new Answer("Standard INQUIRY data", bytes, 5);
  answer.announce(5 + answer.u8(4));
  const versionDescriptors: number[] = [];
  for (let offset = 58; offset < 74 && answer.has(offset, 2); offset += 2) {
    const value = answer.u16(offset);
    if (value !== 0) versionDescriptors.push(value);
  }
  return {
    qualifier: answer.bits(0, 7, 3),
    deviceType: answer.bits(0, 4, 5),
    removable: answer.flag(1, 7),
    conglomerate: answer.flag(1, 6),
    version: answer.u8(2),
    normalAca: answer.flag(3, 5),
    hierarchical: answer.flag(3, 4),
    responseDataFormat: answer.bits(3, 3, 4),
    arrayController: answer.flag(5, 7),
    accessControls: answer.flag(5, 6),
    targetPortGroups: answer.bits(5, 5, 2),
    thirdPartyCopy: answer.flag(5, 3),
    protect: answer.flag(5, 0),
    enclosureServices: answer.flag(6, 6),
    multiPort: answer.flag(6, 4),
    addr16: answer.flag(6, 0),
    wideBus16: answer.flag(7, 5),
    synchronous: answer.flag(7, 4),
    commandQueuing: answer.flag(7, 1),
    vendor: answer.ascii(8, 8),
    product: answer.ascii(16, 16),
    revision: answer.ascii(32, 4),
    vendorSpecific: answer.copy(36, 20),
    versionDescriptors,
    vendorParameters: answer.copy(96),
    ...answer.report(),
  };
}
