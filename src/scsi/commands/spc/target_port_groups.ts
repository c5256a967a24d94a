/**
 * REPORT TARGET PORT GROUPS and SET TARGET PORT GROUPS: asymmetric access (ALUA).
 *
 * @module
 */
import { hexDigits } from "../../../bytes/hex.ts";
import { allocation, type AllocationOptions, command, type CommandOptions, given, objects } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import { checkNumber, putUint } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

/** REPORT TARGET PORT GROUPS. */
export const REPORT_TARGET_PORT_GROUPS: CdbLayout = layout(
  "REPORT TARGET PORT GROUPS",
  { opcode: 0xa3, serviceAction: 0x0a, length: 12, set: "SPC", source: "SPC-4 REPORT TARGET PORT GROUPS" },
  [bits("parameterDataFormat", 1, 7, 3), uint("allocationLength", 6, 4)],
);
/** SET TARGET PORT GROUPS. */
export const SET_TARGET_PORT_GROUPS: CdbLayout = layout(
  "SET TARGET PORT GROUPS",
  { opcode: 0xa4, serviceAction: 0x0a, length: 12, set: "SPC", source: "SPC-4 SET TARGET PORT GROUPS" },
  [uint("parameterListLength", 6, 4)],
);

/** Asymmetric access state (SPC-4). */
export const AccessState = {
  /** Active, the best path. */
  ActiveOptimized: 0x0,
  /** Active, a slower path. */
  ActiveNonOptimized: 0x1,
  /** Takes few commands until it is made active. */
  Standby: 0x2,
  /** Takes fewer still. */
  Unavailable: 0x3,
  /** The state follows from the LBA: see REPORT REFERRALS. */
  LbaDependent: 0x4,
  /** Not there. */
  Offline: 0xe,
  /** Changing to another state. */
  Transitioning: 0xf,
} as const;
/** One of the values of {@link AccessState}. */
export type AccessState = typeof AccessState[keyof typeof AccessState];

const STATE_NAMES: Readonly<Record<number, string>> = {
  0x0: "active/optimized",
  0x1: "active/non-optimized",
  0x2: "standby",
  0x3: "unavailable",
  0x4: "logical block dependent",
  0xe: "offline",
  0xf: "transitioning",
};

/** Name of an asymmetric access state, 0 to 15: `active/optimized`; `state 0x5` where it has none. */
export function accessStateName(state: number): string {
  return STATE_NAMES[state] ?? `state 0x${hexDigits(state, 1)}`;
}

/** Options of REPORT TARGET PORT GROUPS. */
export interface ReportTargetPortGroupsOptions extends AllocationOptions {
  /** Ask for the extended header with the transition time. */
  extended?: boolean | undefined;
}
/** Options of SET TARGET PORT GROUPS. */
export interface SetTargetPortGroupsOptions extends CommandOptions {
  /** Groups and the state each shall have: an {@link AccessState}. */
  groups: readonly { readonly group: number; readonly state: number }[];
}

/** REPORT TARGET PORT GROUPS; 4096 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function reportTargetPortGroups(options: ReportTargetPortGroupsOptions = {}): ScsiCommand {
  const { extended, ...rest } = given("REPORT TARGET PORT GROUPS", options);
  const dataIn = allocation("REPORT TARGET PORT GROUPS", rest, 4096, 0xffffffff);
  const values = { parameterDataFormat: extended ? 1 : 0, allocationLength: dataIn.length };
  return command(REPORT_TARGET_PORT_GROUPS, rest, { dataIn, replay: "safe" }, values);
}
/** SET TARGET PORT GROUPS. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function setTargetPortGroups(options: SetTargetPortGroupsOptions): ScsiCommand {
  const { groups, ...rest } = given("SET TARGET PORT GROUPS", options);
  objects("groups of SET TARGET PORT GROUPS", groups);
  const dataOut = new Uint8Array(4 + 4 * groups.length);
  groups.forEach(({ group, state }, i) => {
    dataOut[4 + 4 * i] = checkNumber("state of SET TARGET PORT GROUPS", state, 0, 15);
    putUint(dataOut, 6 + 4 * i, 2, checkNumber("group of SET TARGET PORT GROUPS", group, 0, 0xffff));
  });
  return command(SET_TARGET_PORT_GROUPS, rest, { dataOut, replay: "never" }, { parameterListLength: dataOut.length });
}

/** A target port group. */
export interface TargetPortGroup {
  /** Identifier. */
  readonly group: number;
  /** PREF: the preferred group. */
  readonly preferred: boolean;
  /** {@link AccessState}. */
  readonly state: number;
  /** States that it can have. */
  readonly supported: {
    readonly transitioning: boolean;
    readonly offline: boolean;
    readonly lbaDependent: boolean;
    readonly unavailable: boolean;
    readonly standby: boolean;
    readonly activeNonOptimized: boolean;
    readonly activeOptimized: boolean;
  };
  /** STATUS CODE: 0 none, 1 changed by SET TARGET PORT GROUPS, 2 by the device itself. */
  readonly statusCode: number;
  /** Vendor specific byte. */
  readonly vendorSpecific: number;
  /** Relative target port identifiers. */
  readonly ports: readonly number[];
}
/** The answer to REPORT TARGET PORT GROUPS. */
export interface TargetPortGroups extends ParsedAnswer {
  /** Longest implicit transition in seconds; undefined without the extended header, 0: not reported. */
  readonly transitionTime: number | undefined;
  /** The groups. */
  readonly groups: readonly TargetPortGroup[];
}

/** Parses the answer to REPORT TARGET PORT GROUPS (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 4 bytes */
export function parseTargetPortGroups(bytes: Uint8Array): TargetPortGroups {
  const answer = new Answer("The answer to REPORT TARGET PORT GROUPS", bytes, 4);
  answer.announce(4 + answer.u32(0));
  const extended = answer.has(4) && answer.bits(4, 6, 3) === 1;
  const groups: TargetPortGroup[] = [];
  let offset = extended ? 8 : 4;
  while (answer.has(offset, 8)) {
    const count = answer.u8(offset + 7);
    if (!answer.has(offset, 8 + 4 * count)) break;
    const at = offset;
    groups.push({
      group: answer.u16(at + 2),
      preferred: answer.flag(at, 7),
      state: answer.bits(at, 3, 4),
      supported: {
        transitioning: answer.flag(at + 1, 7),
        offline: answer.flag(at + 1, 6),
        lbaDependent: answer.flag(at + 1, 4),
        unavailable: answer.flag(at + 1, 3),
        standby: answer.flag(at + 1, 2),
        activeNonOptimized: answer.flag(at + 1, 1),
        activeOptimized: answer.flag(at + 1, 0),
      },
      statusCode: answer.u8(at + 5),
      vendorSpecific: answer.u8(at + 6),
      ports: Array.from({ length: count }, (_, i) => answer.u16(at + 10 + 4 * i)),
    });
    offset += 8 + 4 * count;
  }
  if (offset < answer.end && answer.missing === 0) answer.problem(`The target port group at byte ${offset} is cut`);
  return { transitionTime: extended ? answer.u8(5) : undefined, groups, ...answer.report() };
}
