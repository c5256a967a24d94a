import {
  parsePrCapabilities,
  parsePrFullStatus,
  parsePrKeys,
  parsePrReservation,
  prClear,
  prPreempt,
  prReadFullStatus,
  prReadKeys,
  prReadReservation,
  prRegister,
  prRegisterAndIgnore,
  prRelease,
  prReportCapabilities,
  prReserve,
  type Reservation,
  type ReservationCapabilities,
  type ReservationKeys,
  type ReservationStatus,
  reservationTypeName,
  run,
  type ScsiCommand,
  ScsiError,
} from "../../scsi/mod.ts";
import { parseIscsiUrl } from "../../client/url.ts";
import { ErrorCode } from "../../errors.ts";
import { hash } from "../../runtime/mod.ts";
import type { CliIo } from "../io.ts";
import { toJson, toText, warn } from "./print.ts";
import { type Unit, type UnitOptions, withUnit } from "./unit.ts";

/** Options of `lunstream scsi pr`. Actions are done in the order in which they stand here, in one session. */
export interface PrOptions extends UnitOptions {
  /** The key that this initiator port has registered. Default: 0, or what `register` registers. */
  key?: bigint;
  /** Key to register in place of `key`; 0: unregister. */
  register?: bigint;
  /** Register whatever was registered before. */
  ignoreExisting?: true;
  preempt?: bigint;
  reserve?: true;
  release?: true;
  /** Remove the reservation and all registrations. */
  clear?: true;
  /** Type of the reservation. */
  type: number;
}

function actionsOf(options: PrOptions): ScsiCommand[] {
  const { key = 0n, type, register, preempt } = options;
  const own = register === undefined || register === 0n ? key : register;
  const actions: (ScsiCommand | false | undefined)[] = [
    register !== undefined &&
    (options.ignoreExisting ? prRegisterAndIgnore({ newKey: register }) : prRegister({ key, newKey: register })),
    preempt !== undefined && prPreempt({ key: own, preemptKey: preempt, type }),
    options.reserve && prReserve({ key: own, type }),
    options.release && prRelease({ key: own, type }),
    options.clear && prClear({ key: own }),
  ];
  return actions.filter((one): one is ScsiCommand => typeof one === "object");
}

/**
 * The ISID to log in with. A registration belongs to an initiator port, that is to a name and an ISID, so the ISID must
 * be the same in every run: it follows from the names of both sides (10b, "random", RFC 7143 §11.12.5).
 */
function isidOf(initiatorName: string, url: string): Uint8Array {
  const { targetName = "" } = parseIscsiUrl(url);
  const digest = hash("sha256", new TextEncoder().encode(`${initiatorName}\n${targetName}`));
  return Uint8Array.of(0x80, ...digest.subarray(0, 5));
}

interface State {
  keys: ReservationKeys;
  reservation: Reservation;
  capabilities: ReservationCapabilities | undefined;
  status: ReservationStatus | undefined;
}

/** A service action that the unit does not support is left out: only READ KEYS and READ RESERVATION are mandatory. */
async function optional<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ScsiError && error.code === ErrorCode.ScsiIllegalRequest) return undefined;
    throw error;
  }
}

async function readState({ ask }: Unit): Promise<State> {
  return {
    keys: parsePrKeys(await ask(prReadKeys())),
    reservation: parsePrReservation(await ask(prReadReservation())),
    capabilities: await optional(async () => parsePrCapabilities(await ask(prReportCapabilities()))),
    status: await optional(async () => parsePrFullStatus(await ask(prReadFullStatus()))),
  };
}

const keyText = (key: bigint): string => `0x${key.toString(16)}`;

/** `lunstream scsi pr`: persistent reservations. Performs the actions, then shows the state. */
export function showReservations(io: CliIo, url: string, options: PrOptions): Promise<number> {
  const actions = actionsOf(options);
  return withUnit(io, url, { ...options, isid: isidOf(options.initiatorName, url) }, async (unit) => {
    for (const action of actions) await run(unit.executor, action, { signal: unit.signal });
    const state = await readState(unit);
    const { keys, reservation: { reservation }, capabilities, status } = state;
    for (const answer of [keys, state.reservation, capabilities, status]) if (answer !== undefined) warn(io, answer);
    if (options.json) return await io.out(toJson(jsonOf(state)));
    await io.out(`Generation ${keys.generation}, ${keys.keys.length} registered keys\n`);
    for (const key of keys.keys) await io.out(`  ${keyText(key)}\n`);
    const held = reservation === undefined
      ? "none"
      : `${reservationTypeName(reservation.type)}, key ${keyText(reservation.key)}`;
    await io.out(`Reservation: ${held}\n`);
    if (capabilities !== undefined) {
      await io.out(
        `Capabilities:\n${toText({ ...capabilities, types: capabilities.types.map(reservationTypeName) }, "  ")}`,
      );
    }
    for (const one of status?.registrations ?? []) {
      const who = one.transportId === undefined ? "" : ` of ${one.transportId.name}`;
      await io.out(`Registration ${keyText(one.key)}${who}${one.holder ? ", holds the reservation" : ""}\n`);
    }
  });
}

/** Keys as hexadecimal text, whatever their size: they are names, not numbers. */
function jsonOf({ keys, reservation: { reservation }, capabilities, status }: State): unknown {
  return {
    generation: keys.generation,
    keys: keys.keys.map(keyText),
    reservation: reservation === undefined ? null : { ...reservation, key: keyText(reservation.key) },
    capabilities: capabilities ?? null,
    registrations: status?.registrations.map((one) => ({ ...one, key: keyText(one.key) })) ?? null,
  };
}
