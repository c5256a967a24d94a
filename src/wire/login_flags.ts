/**
 * Byte 1 of login PDUs: the T and C bits and the two stages (RFC 7143 §11.12.1 to §11.12.3).
 *
 * @module
 */

import { wrongValue } from "../arguments.ts";
import { CONTINUE_BIT, FINAL_BIT, formatError } from "./bhs.ts";

/** Stages of the login (RFC 7143 §11.12.3); 2 is not one. */
export const LoginStage = {
  /** Security negotiation. */
  Security: 0,
  /** Operational negotiation. */
  Operational: 1,
  /** Full-feature phase. */
  FullFeature: 3,
} as const;
/** One of the values of {@link LoginStage}. */
export type LoginStage = typeof LoginStage[keyof typeof LoginStage];

/** Length of an ISID in bytes. */
export const ISID_LENGTH: number = 6;

/** The part of a login PDU that byte 1 holds. */
export interface LoginFlags {
  /** T bit: ready to go to `nextStage`. */
  transit: boolean;
  /** C bit: the text goes on in the next PDU. */
  continue: boolean;
  /** CSG: 0, 1 or 3, see {@link LoginStage}. */
  currentStage: number;
  /** NSG: 0, 1 or 3; means something only with T. */
  nextStage: number;
}

/** Makes byte 1 of a login PDU. */
export function encodeLoginFlags(pdu: LoginFlags): number {
  return (pdu.transit ? FINAL_BIT : 0) | (pdu.continue ? CONTINUE_BIT : 0) | ((pdu.currentStage & 3) << 2) |
    (pdu.nextStage & 3);
}

/** Takes byte 1 of a login PDU apart, without any check. */
export function decodeLoginFlags(flags: number): LoginFlags {
  return {
    transit: (flags & FINAL_BIT) !== 0,
    continue: (flags & CONTINUE_BIT) !== 0,
    currentStage: (flags >>> 2) & 3,
    nextStage: flags & 3,
  };
}

/**
 * Checks that T and C are not both set, and that neither stage in use is 2.
 *
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR`
 */
export function checkLoginFlags(pdu: LoginFlags, opcode: number): void {
  if (pdu.transit && pdu.continue) throw formatError(opcode, "T and C bits", "both", "not both set");
  if (pdu.currentStage === 2) throw formatError(opcode, "CSG", 2, "0, 1 or 3");
  if (pdu.transit && pdu.nextStage === 2) throw formatError(opcode, "NSG", 2, "0, 1 or 3");
}

/**
 * Puts an ISID into bytes 8-13 of a login PDU.
 *
 * @throws `TypeError` `ERR_INVALID_ARG_VALUE` unless it has 6 bytes
 */
export function writeIsid(header: Uint8Array, isid: Uint8Array): void {
  if (isid.length !== ISID_LENGTH) {
    throw wrongValue("isid", `have ${ISID_LENGTH} bytes`, String(isid.length));
  }
  header.set(isid, 8);
}
