/**
 * CDBs in hexadecimal, and how the target answers them.
 *
 * @module
 */

import { fromHex } from "../../../src/bytes/mod.ts";
import type { Initiator } from "./initiator.ts";

/** Blocks of the LUN of `withSession`. */
export const BLOCKS = 2048;

/** CDB from hex with blanks. */
export const cdb = (hex: string): number[] => [...fromHex(hex.replaceAll(" ", ""))];
/** TEST UNIT READY. */
export const TEST_UNIT_READY = cdb("00 00 00 00 00 00");

/** Sense key and additional sense of the answer to a CDB, as the {@link Initiator} writes them. */
export async function senseFor(initiator: Initiator, hex: string, options: Parameters<Initiator["command"]>[1] = {}) {
  return (await initiator.command(cdb(hex), options)).code;
}
