/**
 * A view of every PDU of a session.
 *
 * @module
 */

import { Opcode, opcodeOf } from "../../wire/mod.ts";

/** One PDU. Its memory belongs to the session: it is valid during the call, and must not be changed. */
export interface TappedPdu {
  /** `out`: sent; `in`: received. */
  readonly direction: "in" | "out";
  /** Basic header segment and additional ones, without digest. */
  readonly header: Uint8Array;
  /** Data segment without padding and digest. Empty in the security stage of a login: secrets are not shown. */
  readonly data: Uint8Array;
}

/** Called with one PDU. It must not throw. */
export type PduTap = (pdu: TappedPdu) => void;

const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Shows one PDU, without the data of the security stage. */
export function show(tap: PduTap, direction: "in" | "out", header: Uint8Array, data: Uint8Array): void {
  const opcode = opcodeOf(header);
  const login = opcode === Opcode.LoginRequest || opcode === Opcode.LoginResponse;
  const security = login && ((header[1] as number) & 0x0c) === 0;
  tap({ direction, header, data: security ? NO_BYTES : data });
}
