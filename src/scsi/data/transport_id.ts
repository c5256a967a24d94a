/**
 * TransportID: the name of an initiator port (SPC-4).
 *
 * @module
 */
import { checkBytes, checkString } from "../../arguments.ts";
import { toHex } from "../../bytes/hex.ts";
import { putUint } from "./put.ts";
import { asciiText } from "./answer.ts";

/** A TransportID, decoded as far as its protocol is known. */
export interface TransportId {
  /** Protocol identifier: 0 Fibre Channel, 4 SRP, 5 iSCSI, 6 SAS, 0xa SOP. */
  readonly protocol: number;
  /** iSCSI: name of the initiator. Others: the port's name in hexadecimal where the protocol is known, else empty. */
  readonly name: string;
  /** iSCSI: the ISID in hexadecimal (12 digits), where this form has one. */
  readonly isid: string | undefined;
  /** The bytes. */
  readonly bytes: Uint8Array;
}

/** Bytes of the port name by protocol: start and length. */
const NAMES: Readonly<Record<number, readonly [start: number, length: number]>> = { 0: [8, 8], 4: [8, 16], 6: [4, 8] };

/** Decodes a TransportID; fields that are cut off are left empty. @throws {TypeError} `ERR_INVALID_ARG_TYPE` */
export function parseTransportId(bytes: Uint8Array): TransportId {
  checkBytes("A TransportID", bytes);
  const protocol = (bytes[0] ?? 0) & 0x0f;
  const format = (bytes[0] ?? 0) >> 6;
  if (protocol === 5) {
    const length = Math.min((bytes[2] ?? 0) * 256 + (bytes[3] ?? 0), Math.max(0, bytes.length - 4));
    const all = bytes.subarray(4, 4 + length);
    const nul = all.indexOf(0);
    const text = asciiText(nul < 0 ? all : all.subarray(0, nul));
    const at = format === 1 ? text.indexOf(",i,0x") : -1;
    const name = at < 0 ? text : text.slice(0, at);
    return { protocol, name, isid: at < 0 ? undefined : text.slice(at + 5), bytes };
  }
  const place = NAMES[protocol];
  const name = place === undefined ? "" : toHex(bytes.subarray(place[0], place[0] + place[1]));
  return { protocol, name, isid: undefined, bytes };
}

/**
 * Makes the TransportID of an iSCSI initiator: with `isid` of one port (format 01b), without of all its ports.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE` for a name that is not 1 to 223 bytes long, or an ISID that is not 6
 */
export function iscsiTransportId(name: string, isid?: Uint8Array): Uint8Array {
  const text = checkBytes(
    "The name of an iSCSI TransportID",
    new TextEncoder().encode(checkString("name", name)),
    1,
    223,
  );
  const tail = isid === undefined ? "" : `,i,0x${toHex(checkBytes("The ISID of a TransportID", isid, 6, 6))}`;
  const size = text.length + tail.length + 1;
  const padded = Math.max(20, size + (4 - size % 4) % 4); // at least 20, a multiple of 4 (SPC-4)
  const bytes = new Uint8Array(4 + padded);
  bytes[0] = isid === undefined ? 0x05 : 0x45;
  putUint(bytes, 2, 2, padded);
  bytes.set(text, 4);
  bytes.set(new TextEncoder().encode(tail), 4 + text.length);
  return bytes;
}
