/**
 * The data segment of a SCSI Response (RFC 7143 §11.4.7), and the start of that of an Asynchronous Message (§11.9.4).
 *
 * @module
 */

import { checkBytes } from "../arguments.ts";
import { readU16, writeU16 } from "../bytes/view.ts";
import { ProtocolError } from "../errors.ts";
import { Opcode } from "./opcodes.ts";

/** What a data segment with sense holds: views into it, no copies. */
export interface ScsiResponseData {
  /** The sense data; empty where there are none. */
  sense: Uint8Array;
  /** What follows the sense data: response data, or iSCSI event data. */
  responseData: Uint8Array;
}

/**
 * Makes a data segment: SenseLength (2 bytes), then the sense data. No sense: no data segment, 0 bytes.
 *
 * @param sense 0 to 65535 bytes
 * @throws `RangeError` `ERR_OUT_OF_RANGE` for longer sense data, `TypeError` `ERR_INVALID_ARG_TYPE` for something that is no bytes
 */
export function encodeScsiResponseData(sense: Uint8Array): Uint8Array {
  checkBytes("sense", sense, 0, 0xffff);
  if (sense.length === 0) return new Uint8Array(0);
  const data = new Uint8Array(2 + sense.length);
  writeU16(data, 0, sense.length);
  data.set(sense, 2);
  return data;
}

/**
 * Takes a data segment (without padding) apart. An empty one has no sense.
 *
 * @param opcode of the PDU that it came in, for the error
 * @throws `ProtocolError` `ISCSI_PROTOCOL_ERROR` when SenseLength is cut off or goes past the segment
 * @throws `TypeError` `ERR_INVALID_ARG_TYPE` for something that is no bytes
 */
export function decodeScsiResponseData(data: Uint8Array, opcode: number = Opcode.ScsiResponse): ScsiResponseData {
  checkBytes("data", data);
  if (data.length === 0) return { sense: data, responseData: data };
  if (data.length < 2) {
    throw new ProtocolError(`Expected a SenseLength of 2 bytes in the data segment, got ${data.length}`, {
      opcode,
      field: "SenseLength",
      got: `${data.length} of its bytes`,
      limit: "2 bytes",
    });
  }
  const length = readU16(data, 0);
  if (2 + length > data.length) {
    throw new ProtocolError(`Expected SenseLength to be at most ${data.length - 2} here, got ${length}`, {
      opcode,
      field: "SenseLength",
      got: length,
      limit: data.length - 2,
    });
  }
  return { sense: data.subarray(2, 2 + length), responseData: data.subarray(2 + length) };
}
