/**
 * Tells a peer that speaks something else (HTTP, SSH, TLS, a mail server) from one that speaks iSCSI, by its first bytes.
 *
 * @module
 */

import { ErrorCode, ProtocolError } from "../errors.ts";
import { FINAL_BIT } from "./bhs.ts";
import { isInitiatorOpcode, isTargetOpcode, Opcode } from "./opcodes.ts";

/** Whose PDUs are received: `target` in an initiator, `initiator` in a target. */
export type PeerRole = "target" | "initiator";

/** Bytes that the check looks at. */
const SHAPE_LENGTH = 4;

/**
 * Checks the first bytes of a connection as soon as they are there: a peer that greets in another protocol sends a line
 * and waits, so a whole header may never come. What passes may still be no legal PDU.
 *
 * @param bytes holds the first bytes from index `start` on; only `length` of them, 1 or more, have come
 * @throws `ProtocolError` `ISCSI_NOT_ISCSI`
 */
export function checkFirstBytes(bytes: Uint8Array, start: number, length: number, peer: PeerRole): void {
  const byte0 = bytes[start]!;
  const opcode = byte0 & 0x3f;
  // Bit 0x80 is reserved in every PDU, and the I bit in those of a target. No sender sets them in practice.
  const known = peer === "target"
    ? byte0 === opcode && isTargetOpcode(opcode)
    : byte0 < 0x80 && isInitiatorOpcode(opcode);
  if (!known) throw notIscsi(bytes, start, length, peer);
  // Some opcodes are ASCII: `2` is an Asynchronous Message, `C` a Login Request. Of the target's PDUs all but these three
  // have a fixed 1 in the top bit of byte 1, and no first PDU has four bytes of text.
  const free = opcode === Opcode.LoginResponse || opcode === Opcode.TextResponse || opcode === Opcode.DataIn;
  if (length >= 2 && peer === "target" && !free && (bytes[start + 1]! & FINAL_BIT) === 0) {
    throw notIscsi(bytes, start, length, peer);
  }
  if (length >= SHAPE_LENGTH && isText(bytes, start)) throw notIscsi(bytes, start, length, peer);
}

function isText(bytes: Uint8Array, start: number): boolean {
  for (let i = start; i < start + SHAPE_LENGTH; i++) {
    const byte = bytes[i]!;
    const printable = byte >= 0x20 && byte < 0x7f;
    if (!printable && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false;
  }
  return true;
}

function notIscsi(bytes: Uint8Array, start: number, length: number, peer: PeerRole): ProtocolError {
  const shown = Array.from(
    bytes.subarray(start, start + Math.min(length, 12)),
    (byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
  return new ProtocolError(
    `Expected the first bytes of an iSCSI ${peer}, got "${shown}": something else answers at this address`,
    { field: "first bytes", got: shown, limit: `a PDU of an iSCSI ${peer}` },
    { code: ErrorCode.NotIscsi },
  );
}
