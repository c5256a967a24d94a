/**
 * PERSISTENT RESERVE IN in its four forms, and their answers.
 *
 * @module
 */
import { hexDigits } from "../../../bytes/hex.ts";
import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import { parseTransportId, type TransportId } from "../../data/transport_id.ts";
import type { ScsiCommand } from "../../../command.ts";

function form(name: string, serviceAction: number): CdbLayout {
  return layout(name, { opcode: 0x5e, serviceAction, length: 10, set: "SPC", source: "SPC-4 PERSISTENT RESERVE IN" }, [
    uint("allocationLength", 7, 2),
  ]);
}

/** PERSISTENT RESERVE IN, READ KEYS. */
export const PR_IN_READ_KEYS: CdbLayout = form("PERSISTENT RESERVE IN, READ KEYS", 0);
/** PERSISTENT RESERVE IN, READ RESERVATION. */
export const PR_IN_READ_RESERVATION: CdbLayout = form("PERSISTENT RESERVE IN, READ RESERVATION", 1);
/** PERSISTENT RESERVE IN, REPORT CAPABILITIES. */
export const PR_IN_REPORT_CAPABILITIES: CdbLayout = form("PERSISTENT RESERVE IN, REPORT CAPABILITIES", 2);
/** PERSISTENT RESERVE IN, READ FULL STATUS. */
export const PR_IN_READ_FULL_STATUS: CdbLayout = form("PERSISTENT RESERVE IN, READ FULL STATUS", 3);

/** Type of a persistent reservation (SPC-4). */
export const ReservationType = {
  /** Only the holder writes. */
  WriteExclusive: 0x1,
  /** Only the holder reads and writes. */
  ExclusiveAccess: 0x3,
  /** Only registrants write. */
  WriteExclusiveRegistrantsOnly: 0x5,
  /** Only registrants read and write. */
  ExclusiveAccessRegistrantsOnly: 0x6,
  /** Only registrants write, and all of them hold the reservation. */
  WriteExclusiveAllRegistrants: 0x7,
  /** Only registrants read and write, and all of them hold the reservation. */
  ExclusiveAccessAllRegistrants: 0x8,
} as const;
/** One of the values of {@link ReservationType}. */
export type ReservationType = typeof ReservationType[keyof typeof ReservationType];

const TYPE_NAMES: Readonly<Record<number, string>> = {
  0x1: "Write Exclusive",
  0x3: "Exclusive Access",
  0x5: "Write Exclusive, registrants only",
  0x6: "Exclusive Access, registrants only",
  0x7: "Write Exclusive, all registrants",
  0x8: "Exclusive Access, all registrants",
};

/** Name of a reservation type, 0 to 15; `type 0x2` where it has none. */
export function reservationTypeName(type: number): string {
  return TYPE_NAMES[type] ?? `type 0x${hexDigits(type, 1)}`;
}

function build(cdb: CdbLayout, options: AllocationOptions, standard: number): ScsiCommand {
  const dataIn = allocation(cdb.name, options, standard, 0xffff);
  return command(cdb, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}

/** READ KEYS; room for 511 keys (4096 bytes) by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function prReadKeys(options: AllocationOptions = {}): ScsiCommand {
  return build(PR_IN_READ_KEYS, options, 4096);
}
/** READ RESERVATION; 24 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function prReadReservation(options: AllocationOptions = {}): ScsiCommand {
  return build(PR_IN_READ_RESERVATION, options, 24);
}
/** REPORT CAPABILITIES; 8 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function prReportCapabilities(options: AllocationOptions = {}): ScsiCommand {
  return build(PR_IN_REPORT_CAPABILITIES, options, 8);
}
/** READ FULL STATUS; 4096 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function prReadFullStatus(options: AllocationOptions = {}): ScsiCommand {
  return build(PR_IN_READ_FULL_STATUS, options, 4096);
}

/** Registered keys. */
export interface ReservationKeys extends ParsedAnswer {
  /** PRGENERATION: counts changes of the registrations. */
  readonly generation: number;
  /** The keys; a key that several ports registered is listed several times. */
  readonly keys: readonly bigint[];
}
/** The reservation. */
export interface Reservation extends ParsedAnswer {
  /** PRGENERATION. */
  readonly generation: number;
  /** The reservation; undefined where there is none. Its key is 0 for the all registrants types. */
  readonly reservation: { readonly key: bigint; readonly scope: number; readonly type: number } | undefined;
}
/** What the device can do. */
export interface ReservationCapabilities extends ParsedAnswer {
  /** RLR_C: REPLACE LOST RESERVATION. */
  readonly replaceLost: boolean;
  /** CRH: compatible reservation handling. */
  readonly compatibleHandling: boolean;
  /** SIP_C: SPEC_I_PT. */
  readonly specifyInitiatorPorts: boolean;
  /** ATP_C: ALL_TG_PT. */
  readonly allTargetPorts: boolean;
  /** PTPL_C: registrations can survive a power loss. */
  readonly persistThroughPowerLoss: boolean;
  /** PTPL_A: they do now. */
  readonly persistActive: boolean;
  /** ALLOW COMMANDS, 0 to 7. */
  readonly allowCommands: number;
  /** TMV: `types` is valid. */
  readonly typesValid: boolean;
  /** Types that are supported: values of {@link ReservationType}. */
  readonly types: readonly number[];
}
/** One registration. */
export interface Registration {
  /** The key. */
  readonly key: bigint;
  /** R_HOLDER: holds the reservation. */
  readonly holder: boolean;
  /** ALL_TG_PT: for all target ports; `relativeTargetPort` means nothing then. */
  readonly allTargetPorts: boolean;
  /** Scope of the reservation it holds. */
  readonly scope: number;
  /** Type of the reservation it holds. */
  readonly type: number;
  /** Relative target port identifier. */
  readonly relativeTargetPort: number;
  /** The initiator port. */
  readonly transportId: TransportId | undefined;
}
/** All registrations. */
export interface ReservationStatus extends ParsedAnswer {
  /** PRGENERATION. */
  readonly generation: number;
  /** The registrations. */
  readonly registrations: readonly Registration[];
}

/** Parses the answer to READ KEYS (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes */
export function parsePrKeys(bytes: Uint8Array): ReservationKeys {
  const answer = new Answer("The answer to READ KEYS", bytes, 8);
  answer.announce(8 + answer.u32(4));
  const keys: bigint[] = [];
  for (const offset of answer.entries(8, 8)) keys.push(answer.u64(offset));
  return { generation: answer.u32(0), keys, ...answer.report() };
}

/** Parses the answer to READ RESERVATION (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes */
export function parsePrReservation(bytes: Uint8Array): Reservation {
  const answer = new Answer("The answer to READ RESERVATION", bytes, 8);
  answer.announce(8 + answer.u32(4));
  let reservation: Reservation["reservation"];
  if (answer.has(8, 14)) {
    reservation = { key: answer.u64(8), scope: answer.bits(21, 7, 4), type: answer.bits(21, 3, 4) };
  } else if (answer.has(8) && answer.missing === 0) {
    answer.problem(`A reservation descriptor has 16 bytes, the answer announces ${answer.end - 8}`);
  }
  return { generation: answer.u32(0), reservation, ...answer.report() };
}

/** Bits of the PERSISTENT RESERVATION TYPE MASK: byte, bit, type. */
const TYPE_MASK: readonly (readonly [byte: number, bit: number, type: number])[] = [
  [4, 1, 0x1],
  [4, 3, 0x3],
  [4, 5, 0x5],
  [4, 6, 0x6],
  [4, 7, 0x7],
  [5, 0, 0x8],
];

/** Parses the answer to REPORT CAPABILITIES (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function parsePrCapabilities(bytes: Uint8Array): ReservationCapabilities {
  const answer = new Answer("The answer to REPORT CAPABILITIES", bytes, 4);
  answer.announce(answer.u16(0));
  const typesValid = answer.flag(3, 7);
  return {
    replaceLost: answer.flag(2, 7),
    compatibleHandling: answer.flag(2, 4),
    specifyInitiatorPorts: answer.flag(2, 3),
    allTargetPorts: answer.flag(2, 2),
    persistThroughPowerLoss: answer.flag(2, 0),
    persistActive: answer.flag(3, 0),
    allowCommands: answer.bits(3, 6, 3),
    typesValid,
    types: typesValid ? TYPE_MASK.filter(([byte, bit]) => answer.flag(byte, bit)).map(([, , type]) => type) : [],
    ...answer.report(),
  };
}

/** Parses the answer to READ FULL STATUS (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes */
export function parsePrFullStatus(bytes: Uint8Array): ReservationStatus {
  const answer = new Answer("The answer to READ FULL STATUS", bytes, 8);
  answer.announce(8 + answer.u32(4));
  const registrations: Registration[] = [];
  let offset = 8;
  while (answer.has(offset, 24)) {
    const length = answer.u32(offset + 20);
    if (!answer.has(offset, 24 + length)) break;
    registrations.push({
      key: answer.u64(offset),
      holder: answer.flag(offset + 12, 0),
      allTargetPorts: answer.flag(offset + 12, 1),
      scope: answer.bits(offset + 13, 7, 4),
      type: answer.bits(offset + 13, 3, 4),
      relativeTargetPort: answer.u16(offset + 18),
      transportId: length === 0 ? undefined : parseTransportId(answer.copy(offset + 24, length)),
    });
    offset += 24 + length;
  }
  if (offset < answer.end && answer.missing === 0) answer.problem(`The registration at byte ${offset} is cut`);
  return { generation: answer.u32(0), registrations, ...answer.report() };
}
