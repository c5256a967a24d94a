/**
 * PERSISTENT RESERVE OUT (SPC-4 §6.16, §5.13.6 ff).
 *
 * @module
 */

import { readU32, readU64 } from "../../../bytes/view.ts";
import { Attention } from "../attention.ts";
import type { CommandContext, CommandEntry } from "../context.ts";
import type { LogicalUnit } from "../logical_unit.ts";
import type { ReservationType } from "../../../scsi/commands/spc/persistent_reserve_in.ts";
import { isReservationType, MOST_REGISTRATIONS } from "../persistent_reservations.ts";
import { CheckCondition, invalidField, invalidParameter, parameterListLength, ReservationConflict } from "../sense.ts";

/** Length of the only parameter list known here, in bytes. */
const LIST_LENGTH = 24;

interface Request {
  readonly unit: LogicalUnit;
  readonly nexus: string;
  /** RESERVATION KEY: the key that the nexus is registered with. */
  readonly key: bigint;
  /** SERVICE ACTION RESERVATION KEY. */
  readonly actionKey: bigint;
  readonly type: number;
}

async function parse(context: CommandContext): Promise<Request> {
  const { cdb, unit, nexus } = context;
  if (readU32(cdb, 5) !== LIST_LENGTH) throw parameterListLength();
  const list = await context.receiveAll(LIST_LENGTH);
  if (list.length !== LIST_LENGTH) throw parameterListLength();
  // SPEC_I_PT, ALL_TG_PT and APTPL are not among the capabilities.
  if ((list[20]! & 0x0d) !== 0) throw invalidParameter(20, 3);
  return { unit, nexus: nexus.id, key: readU64(list, 0), actionKey: readU64(list, 8), type: cdb[2]! & 0x0f };
}

/** The type of a request for a reservation of the whole unit. */
function typeOf(context: CommandContext, request: Request): ReservationType {
  if (context.cdb[2]! >> 4 !== 0) throw invalidField(2, 7);
  if (!isReservationType(request.type)) throw invalidField(2, 3);
  return request.type;
}

/** The nexus must be registered with the key it names. */
function requireRegistered({ unit, nexus, key }: Request): void {
  if (unit.persistent.registrations.get(nexus) !== key) throw new ReservationConflict();
}

function setRegistration(request: Request): void {
  const { unit, nexus, actionKey } = request;
  const state = unit.persistent;
  if (actionKey === 0n) {
    if (!state.registrations.has(nexus)) return;
    if (state.unregister(nexus)) tell(unit, Attention.ReservationsReleased, nexus);
  } else {
    if (!state.registrations.has(nexus) && state.registrations.size >= MOST_REGISTRATIONS) {
      throw new CheckCondition({ key: 5, code: 0x5504 }); // INSUFFICIENT REGISTRATION RESOURCES
    }
    state.registrations.set(nexus, actionKey);
  }
  state.bump();
}

/** Establishes a unit attention for every registrant but one. */
function tell(unit: LogicalUnit, code: Attention, except: string): void {
  for (const nexus of unit.persistent.registrations.keys()) {
    if (nexus !== except) unit.attentions.raiseFor(nexus, code);
  }
}

function register(_context: CommandContext, request: Request): void {
  const registered = request.unit.persistent.registrations.get(request.nexus) ?? 0n;
  if (registered !== request.key) throw new ReservationConflict();
  setRegistration(request);
}

function registerIgnore(_context: CommandContext, request: Request): void {
  setRegistration(request);
}

function reserve(context: CommandContext, request: Request): void {
  const type = typeOf(context, request);
  requireRegistered(request);
  const state = request.unit.persistent;
  if (state.type === undefined) return state.reserve(request.nexus, type);
  if (!state.isHolder(request.nexus) || state.type !== type) throw new ReservationConflict();
}

function release(context: CommandContext, request: Request): void {
  requireRegistered(request);
  const state = request.unit.persistent;
  if (state.type === undefined || !state.isHolder(request.nexus)) return;
  if (typeOf(context, request) !== state.type) throw new CheckCondition({ key: 5, code: 0x2604 });
  const told = state.registrantsShare;
  state.release();
  if (told) tell(request.unit, Attention.ReservationsReleased, request.nexus);
}

function clear(_context: CommandContext, request: Request): void {
  requireRegistered(request);
  const state = request.unit.persistent;
  tell(request.unit, Attention.ReservationsPreempted, request.nexus);
  state.release();
  state.registrations.clear();
  state.bump();
}

/** PREEMPT. Returns the nexuses that lost their registration. */
function preempt(context: CommandContext, request: Request): Set<string> {
  const type = typeOf(context, request);
  requireRegistered(request);
  const { unit, nexus, actionKey } = request;
  const state = unit.persistent;
  const takes = state.type !== undefined && (state.forAll ? actionKey === 0n : state.holderKey === actionKey);
  if (actionKey === 0n && !takes) throw invalidParameter(8);
  const everyone = takes && state.forAll;
  const victims = [...state.registrations].filter(([id, key]) => id !== nexus && (everyone || key === actionKey));
  if (victims.length === 0 && !takes) throw new ReservationConflict();
  const changed = takes && state.type !== type && state.registrantsShare;
  if (takes) state.release();
  for (const [id] of victims) {
    state.registrations.delete(id);
    unit.attentions.raiseFor(id, Attention.RegistrationsPreempted);
  }
  if (takes) state.reserve(nexus, type);
  if (changed) tell(unit, Attention.ReservationsReleased, nexus);
  state.bump();
  return new Set(victims.map(([id]) => id));
}

async function preemptAndAbort(context: CommandContext, request: Request): Promise<void> {
  await context.abortTasks(preempt(context, request));
}

type Action = (context: CommandContext, request: Request) => unknown;

function entry(serviceAction: number, act: Action): CommandEntry {
  return {
    opcode: 0x5f,
    serviceAction,
    usage: [0x5f, serviceAction, 0xff, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x04],
    access: "attribute",
    medium: false,
    run: async (context) => {
      await act(context, await parse(context));
    },
  };
}

/** The service actions of PERSISTENT RESERVE OUT. */
export const persistentOutCommands: readonly CommandEntry[] = [
  entry(0, register),
  entry(1, reserve),
  entry(2, release),
  entry(3, clear),
  entry(4, preempt),
  entry(5, preemptAndAbort),
  entry(6, registerIgnore),
];
