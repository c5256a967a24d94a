/**
 * VPD pages 84h, 85h, 87h, 88h and 89h.
 *
 * @module
 */
import { toHex } from "../../bytes/hex.ts";
import type { Answer } from "../data/answer.ts";
import { parseTransportId, type TransportId } from "../data/transport_id.ts";
import { type Designator, readDesignators } from "./designator.ts";
import { type VpdHeader, vpdHeader } from "./vpd_header.ts";

/** 84h Software Interface Identification (SPC-4). */
export interface SoftwareInterfaces extends VpdHeader {
  /** Which page this is. */
  readonly kind: "softwareInterfaces";
  /** Identifiers, six bytes each, in hexadecimal. */
  readonly identifiers: readonly string[];
}
/** 85h Management Network Addresses (SPC-4). */
export interface ManagementAddresses extends VpdHeader {
  /** Which page this is. */
  readonly kind: "managementAddresses";
  /** The addresses. */
  readonly addresses: readonly {
    /** 0 logical unit, 1 target port, 2 target device. */
    readonly association: number;
    /** 0 not reported, 1 storage configuration, 2 diagnostics, 3 status, 4 logging, 5 code download … */
    readonly serviceType: number;
    /** The address, a URL usually. */
    readonly address: string;
  }[];
}
/** 87h Mode Page Policy (SPC-4). */
export interface ModePagePolicies extends VpdHeader {
  /** Which page this is. */
  readonly kind: "modePagePolicy";
  /** The policies. */
  readonly policies: readonly {
    /** Page code; 0x3f: all that are not named. */
    readonly pageCode: number;
    /** Subpage code; 0xff: all. */
    readonly subpageCode: number;
    /** MLUS: shared by logical units. */
    readonly sharedByUnits: boolean;
    /** 0 shared, 1 per target port, 3 per I_T nexus. */
    readonly policy: number;
  }[];
}
/** 88h SCSI Ports (SPC-4). */
export interface ScsiPorts extends VpdHeader {
  /** Which page this is. */
  readonly kind: "scsiPorts";
  /** The ports. */
  readonly ports: readonly {
    /** Relative port identifier. */
    readonly relativePort: number;
    /** The initiator port, where it is one. */
    readonly initiator: TransportId | undefined;
    /** Names of the target port. */
    readonly target: readonly Designator[];
  }[];
}
/** 89h ATA Information (SAT). */
export interface AtaInformation extends VpdHeader {
  /** Which page this is. */
  readonly kind: "ataInformation";
  /** Vendor of the SCSI to ATA translation. */
  readonly satVendor: string;
  /** Its product. */
  readonly satProduct: string;
  /** Its revision. */
  readonly satRevision: string;
  /** Device signature, a register FIS of 20 bytes. */
  readonly signature: Uint8Array;
  /** ATA command that gave the identify data: 0xec IDENTIFY DEVICE, 0xa1 IDENTIFY PACKET DEVICE. */
  readonly commandCode: number;
  /** Its 512 bytes. */
  readonly identify: Uint8Array;
}

export function readSoftwareInterfaces(answer: Answer): SoftwareInterfaces {
  const identifiers: string[] = [];
  for (const at of answer.entries(4, 6)) identifiers.push(toHex(answer.copy(at, 6)));
  return { kind: "softwareInterfaces", identifiers, ...vpdHeader(answer) };
}
export function readManagementAddresses(answer: Answer): ManagementAddresses {
  const addresses: { association: number; serviceType: number; address: string }[] = [];
  let at = 4;
  while (answer.has(at, 4) && answer.has(at, 4 + answer.u16(at + 2))) {
    const length = answer.u16(at + 2);
    addresses.push({
      association: answer.bits(at, 6, 2),
      serviceType: answer.bits(at, 4, 5),
      address: answer.ascii(at + 4, length),
    });
    at += 4 + length;
  }
  if (at < answer.end && answer.missing === 0) answer.problem(`The network address at byte ${at} is cut`);
  return { kind: "managementAddresses", addresses, ...vpdHeader(answer) };
}
export function readModePagePolicies(answer: Answer): ModePagePolicies {
  const policies: { pageCode: number; subpageCode: number; sharedByUnits: boolean; policy: number }[] = [];
  for (const at of answer.entries(4, 4)) {
    policies.push({
      pageCode: answer.bits(at, 5, 6),
      subpageCode: answer.u8(at + 1),
      sharedByUnits: answer.flag(at + 2, 7),
      policy: answer.bits(at + 2, 1, 2),
    });
  }
  return { kind: "modePagePolicy", policies, ...vpdHeader(answer) };
}
export function readScsiPorts(answer: Answer): ScsiPorts {
  const ports: { relativePort: number; initiator: TransportId | undefined; target: readonly Designator[] }[] = [];
  let at = 4;
  while (answer.has(at, 12)) {
    const idLength = answer.u16(at + 6);
    const list = at + 8 + idLength + 4;
    if (!answer.has(at, list - at)) break;
    const end = list + answer.u16(list - 2);
    if (end > answer.end) break;
    ports.push({
      relativePort: answer.u16(at + 2),
      initiator: idLength === 0 ? undefined : parseTransportId(answer.copy(at + 8, idLength)),
      target: readDesignators(answer, list, end),
    });
    at = end;
  }
  if (at < answer.end && answer.missing === 0) answer.problem(`The port descriptor at byte ${at} is cut`);
  return { kind: "scsiPorts", ports, ...vpdHeader(answer) };
}
export function readAtaInformation(answer: Answer): AtaInformation {
  return {
    kind: "ataInformation",
    satVendor: answer.ascii(8, 8),
    satProduct: answer.ascii(16, 16),
    satRevision: answer.ascii(32, 4),
    signature: answer.copy(36, 20),
    commandCode: answer.u8(56),
    identify: answer.copy(60, 512),
    ...vpdHeader(answer),
  };
}
