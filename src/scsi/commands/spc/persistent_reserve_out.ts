/**
 * PERSISTENT RESERVE OUT in all its service actions.
 *
 * @module
 */
import { joinBytes } from "../../../bytes/join.ts";
import { checkAnyInteger, checkArray, checkBytes } from "../../../arguments.ts";
import { command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, type Field, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import { checkNumber, type Integer, putUint } from "../../data/put.ts";
import { parseTransportId, type TransportId } from "../../data/transport_id.ts";
import type { ScsiCommand } from "../../../command.ts";

const FIELDS: readonly Field[] = [bits("scope", 2, 7, 4), bits("type", 2, 3, 4), uint("parameterListLength", 5, 4)];

function action(name: string, serviceAction: number): CdbLayout {
  const head = { opcode: 0x5f, serviceAction, length: 10, set: "SPC", source: "SPC-4 PERSISTENT RESERVE OUT" } as const;
  return layout(`PERSISTENT RESERVE OUT, ${name}`, head, FIELDS);
}

export const PR_OUT_REGISTER: CdbLayout = action("REGISTER", 0);
export const PR_OUT_RESERVE: CdbLayout = action("RESERVE", 1);
export const PR_OUT_RELEASE: CdbLayout = action("RELEASE", 2);
export const PR_OUT_CLEAR: CdbLayout = action("CLEAR", 3);
export const PR_OUT_PREEMPT: CdbLayout = action("PREEMPT", 4);
export const PR_OUT_PREEMPT_AND_ABORT: CdbLayout = action("PREEMPT AND ABORT", 5);
/** REGISTER AND IGNORE EXISTING KEY. */
export const PR_OUT_REGISTER_AND_IGNORE: CdbLayout = action("REGISTER AND IGNORE EXISTING KEY", 6);
export const PR_OUT_REGISTER_AND_MOVE: CdbLayout = action("REGISTER AND MOVE", 7);
export const PR_OUT_REPLACE_LOST: CdbLayout = action("REPLACE LOST RESERVATION", 8);

const U64_MAX = 0xffff_ffff_ffff_ffffn;

/** Options of the registrations. */
export interface PrRegisterOptions extends CommandOptions {
  /** The key registered now; 0 for a first registration. REGISTER AND IGNORE EXISTING KEY does not look at it. */
  key?: Integer | undefined;
  /** The key to register; 0: unregister. */
  newKey: Integer;
  /** APTPL: keep registrations over power losses. */
  persistThroughPowerLoss?: boolean | undefined;
  /** ALL_TG_PT: register for all target ports. */
  allTargetPorts?: boolean | undefined;
  /** SPEC_I_PT with these TransportIDs: register for other initiator ports too (REGISTER only). */
  transportIds?: readonly Uint8Array[] | undefined;
}
/** Options of RESERVE, RELEASE and REPLACE LOST RESERVATION. */
export interface PrReserveOptions extends CommandOptions {
  /** The key registered. */
  key: Integer;
  /** Type of the reservation: a `ReservationType`. */
  type: number;
  /** Scope: 0, the logical unit. */
  scope?: number | undefined;
}
/** Options of PREEMPT and PREEMPT AND ABORT. */
export interface PrPreemptOptions extends PrReserveOptions {
  /** The key whose registrations are removed. */
  preemptKey: Integer;
}
/** Options of CLEAR. */
export interface PrClearOptions extends CommandOptions {
  /** The key registered. */
  key: Integer;
}
/** Options of REGISTER AND MOVE. */
export interface PrMoveOptions extends PrReserveOptions {
  /** The key to register for the other port. */
  newKey: Integer;
  /** Relative target port identifier, 0 to 65535. */
  relativeTargetPort: number;
  /** TransportID of the port that gets the reservation. */
  transportId: Uint8Array;
  /** UNREG: remove the registration of this initiator port. */
  unregister?: boolean | undefined;
  /** APTPL. */
  persistThroughPowerLoss?: boolean | undefined;
}

const COMMAND = ["control", "attribute"];
const REGISTER = [...COMMAND, "key", "newKey", "persistThroughPowerLoss", "allTargetPorts"];
const RESERVE = [...COMMAND, "key", "type", "scope"];
const PREEMPT = [...RESERVE, "preemptKey"];
const MOVE = [...RESERVE, "newKey", "relativeTargetPort", "transportId", "unregister", "persistThroughPowerLoss"];

function keys(dataOut: Uint8Array, key: Integer, other: Integer): void {
  putUint(dataOut, 0, 8, checkAnyInteger("key of PERSISTENT RESERVE OUT", key, 0, U64_MAX));
  putUint(dataOut, 8, 8, checkAnyInteger("The new key of PERSISTENT RESERVE OUT", other, 0, U64_MAX));
}

function send(
  cdb: CdbLayout,
  options: CommandOptions,
  dataOut: Uint8Array,
  scope?: number,
  type?: number,
): ScsiCommand {
  const { control, attribute } = options;
  const values = { scope, type, parameterListLength: dataOut.length };
  return command(cdb, { control, attribute }, { dataOut, replay: "never" }, values);
}

function register(cdb: CdbLayout, options: PrRegisterOptions, known: readonly string[]): ScsiCommand {
  const ids = given(cdb.name, options, known).transportIds ?? [];
  checkArray(`transportIds of ${cdb.name}`, ids);
  for (const id of ids) checkBytes("A TransportID", id, 24);
  const dataOut = joinBytes(ids, ids.length === 0 ? 24 : 28);
  keys(dataOut, options.key ?? 0, options.newKey);
  dataOut[20] = (ids.length > 0 ? 0x08 : 0) | (options.allTargetPorts ? 0x04 : 0) |
    (options.persistThroughPowerLoss ? 0x01 : 0);
  if (ids.length > 0) putUint(dataOut, 24, 4, dataOut.length - 28);
  return send(cdb, options, dataOut);
}

/** @param other takes the second key of the parameter list from the options, once they have been checked */
function keyed<Options extends PrReserveOptions>(
  cdb: CdbLayout,
  options: Options,
  known: readonly string[],
  other: (options: Options) => Integer,
): ScsiCommand {
  given(cdb.name, options, known);
  const dataOut = new Uint8Array(24);
  keys(dataOut, options.key, other(options));
  return send(cdb, options, dataOut, options.scope ?? 0, checkNumber(`type of ${cdb.name}`, options.type, 0, 15));
}

/** REGISTER. @throws {RangeError} `ERR_OUT_OF_RANGE` for a key of more than 64 bits */
export function prRegister(options: PrRegisterOptions): ScsiCommand {
  return register(PR_OUT_REGISTER, options, [...REGISTER, "transportIds"]);
}
/** REGISTER AND IGNORE EXISTING KEY. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function prRegisterAndIgnore(options: Omit<PrRegisterOptions, "transportIds">): ScsiCommand {
  return register(PR_OUT_REGISTER_AND_IGNORE, options, REGISTER);
}
/** RESERVE. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function prReserve(options: PrReserveOptions): ScsiCommand {
  return keyed(PR_OUT_RESERVE, options, RESERVE, () => 0);
}
/** RELEASE. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function prRelease(options: PrReserveOptions): ScsiCommand {
  return keyed(PR_OUT_RELEASE, options, RESERVE, () => 0);
}
/** CLEAR: removes the reservation and all registrations. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function prClear(options: PrClearOptions): ScsiCommand {
  given(PR_OUT_CLEAR.name, options, [...COMMAND, "key"]);
  const dataOut = new Uint8Array(24);
  keys(dataOut, options.key, 0);
  return send(PR_OUT_CLEAR, options, dataOut);
}
/**
 * PREEMPT: removes the registrations with another key, and takes over the reservation if that key held it. @throws
 * {RangeError}
 */
export function prPreempt(options: PrPreemptOptions): ScsiCommand {
  return keyed(PR_OUT_PREEMPT, options, PREEMPT, ({ preemptKey }) => preemptKey);
}
/** PREEMPT AND ABORT: and aborts the other's tasks. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function prPreemptAndAbort(options: PrPreemptOptions): ScsiCommand {
  return keyed(PR_OUT_PREEMPT_AND_ABORT, options, PREEMPT, ({ preemptKey }) => preemptKey);
}
/** REPLACE LOST RESERVATION. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function prReplaceLost(options: PrReserveOptions & { newKey: Integer }): ScsiCommand {
  return keyed(PR_OUT_REPLACE_LOST, options, [...RESERVE, "newKey"], ({ newKey }) => newKey);
}
/** REGISTER AND MOVE: gives the reservation to another port. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function prRegisterAndMove(options: PrMoveOptions): ScsiCommand {
  given(PR_OUT_REGISTER_AND_MOVE.name, options, MOVE);
  const id = checkBytes("transportId of REGISTER AND MOVE", options.transportId, 24);
  const dataOut = new Uint8Array(24 + id.length);
  keys(dataOut, options.key, options.newKey);
  dataOut[17] = (options.unregister ? 0x02 : 0) | (options.persistThroughPowerLoss ? 0x01 : 0);
  putUint(
    dataOut,
    18,
    2,
    checkNumber("relativeTargetPort of REGISTER AND MOVE", options.relativeTargetPort, 0, 0xffff),
  );
  putUint(dataOut, 20, 4, id.length);
  dataOut.set(id, 24);
  const type = checkNumber("type of REGISTER AND MOVE", options.type, 0, 15);
  return send(PR_OUT_REGISTER_AND_MOVE, options, dataOut, options.scope ?? 0, type);
}

/** The parameter list of PERSISTENT RESERVE OUT. */
export interface PrParameterList extends ParsedAnswer {
  /** RESERVATION KEY. */
  readonly key: bigint;
  /** SERVICE ACTION RESERVATION KEY. */
  readonly newKey: bigint;
  /** SPEC_I_PT. */
  readonly specifyInitiatorPorts: boolean;
  /** ALL_TG_PT. */
  readonly allTargetPorts: boolean;
  /** APTPL. */
  readonly persistThroughPowerLoss: boolean;
  /** UNREG; REGISTER AND MOVE only. */
  readonly unregister: boolean;
  /** Relative target port; REGISTER AND MOVE only. */
  readonly relativeTargetPort: number;
  /** TransportIDs. */
  readonly transportIds: readonly TransportId[];
}

/**
 * Parses the parameter list of PERSISTENT RESERVE OUT (SPC-4). `serviceAction` is that of the CDB.
 *
 * @throws {IscsiError} `SCSI_BAD_DATA` below 24 bytes
 */
export function parsePrOut(bytes: Uint8Array, serviceAction: number): PrParameterList {
  const answer = new Answer("The parameter list of PERSISTENT RESERVE OUT", bytes, 24);
  const move = serviceAction === 7;
  const specify = !move && answer.flag(20, 3);
  const from = move ? 24 : 28;
  answer.announce(move ? 24 + answer.u32(20) : specify ? 28 + answer.u32(24) : 24);
  const transportIds: TransportId[] = [];
  let offset = from;
  while (answer.has(offset, 24)) {
    const iscsi = answer.bits(offset, 3, 4) === 5;
    const length = iscsi ? 4 + answer.u16(offset + 2) : 24;
    if (!answer.has(offset, length)) break;
    transportIds.push(parseTransportId(answer.copy(offset, length)));
    offset += length;
  }
  if (offset < answer.end && answer.missing === 0) answer.problem(`The TransportID at byte ${offset} is cut`);
  return {
    key: answer.u64(0),
    newKey: answer.u64(8),
    specifyInitiatorPorts: specify,
    allTargetPorts: !move && answer.flag(20, 2),
    persistThroughPowerLoss: answer.flag(move ? 17 : 20, 0),
    unregister: move && answer.flag(17, 1),
    relativeTargetPort: move ? answer.u16(18) : 0,
    transportIds,
    ...answer.report(),
  };
}
