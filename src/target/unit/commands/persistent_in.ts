/**
 * PERSISTENT RESERVE IN (SPC-4 §6.15).
 *
 * @module
 */

import { joinBytes } from "../../../bytes/join.ts";
import { readU16, writeU16, writeU32, writeU64 } from "../../../bytes/view.ts";
import type { CommandContext, CommandEntry } from "../context.ts";
import type { PersistentReservations } from "../persistent_reservations.ts";

/** Header of the lists: PRGENERATION and ADDITIONAL LENGTH. */
function list(state: PersistentReservations, body: Uint8Array): Uint8Array {
  const data = new Uint8Array(8 + body.length);
  writeU32(data, 0, state.generation);
  writeU32(data, 4, body.length);
  data.set(body, 8);
  return data;
}

function readKeys(state: PersistentReservations): Uint8Array {
  const keys = [...state.registrations.values()];
  const body = new Uint8Array(8 * keys.length);
  keys.forEach((key, i) => writeU64(body, 8 * i, key));
  return list(state, body);
}

function readReservation(state: PersistentReservations): Uint8Array {
  if (state.type === undefined) return list(state, new Uint8Array(0));
  const body = new Uint8Array(16);
  writeU64(body, 0, state.holderKey);
  body[13] = state.type;
  return list(state, body);
}

function reportCapabilities(): Uint8Array {
  const data = new Uint8Array(8);
  writeU16(data, 0, 8);
  data[3] = 0x80; // TMV: the type mask is valid
  writeU16(data, 4, 0xea01);
  return data;
}

function readFullStatus(state: PersistentReservations): Uint8Array {
  const parts = [...state.registrations].map(([nexus, key]) => {
    const id = transportId(nexus);
    const part = new Uint8Array(24 + id.length);
    writeU64(part, 0, key);
    if (state.type !== undefined && state.isHolder(nexus)) {
      part[12] = 0x01; // R_HOLDER
      part[13] = state.type;
    }
    writeU16(part, 18, 1); // relative target port
    writeU32(part, 20, id.length);
    part.set(id, 24);
    return part;
  });
  return list(state, joinBytes(parts));
}

/** TransportID of an iSCSI initiator port: format 01b, name and ISID (SPC-4 §7.6.4.6). */
function transportId(nexus: string): Uint8Array {
  const name = new TextEncoder().encode(nexus);
  const padded = (name.length + 4) & ~3;
  const id = new Uint8Array(4 + padded);
  id[0] = 0x45;
  writeU16(id, 2, padded);
  id.set(name, 4);
  return id;
}

const usage = (serviceAction: number): number[] => [0x5e, serviceAction, 0, 0, 0, 0, 0, 0xff, 0xff, 0x04];

function entry(serviceAction: number, make: (state: PersistentReservations) => Uint8Array): CommandEntry {
  const run = (context: CommandContext) => context.reply(make(context.unit.persistent), readU16(context.cdb, 7));
  return { opcode: 0x5e, serviceAction, usage: usage(serviceAction), access: "attribute", medium: false, run };
}

/** The service actions of PERSISTENT RESERVE IN. */
export const persistentInCommands: readonly CommandEntry[] = [
  entry(0, readKeys),
  entry(1, readReservation),
  entry(2, reportCapabilities),
  entry(3, readFullStatus),
];
