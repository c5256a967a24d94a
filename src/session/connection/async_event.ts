/**
 * Asynchronous messages of the target (RFC 7143 §11.9).
 *
 * @module
 */

import { AsyncEventCode, type AsyncMessage, decodeScsiResponseData, Opcode } from "../../wire/mod.ts";
import { breach } from "../failures.ts";

/** One asynchronous message, as listeners get it. */
export interface AsyncEvent {
  /** AsyncEvent, 0 to 255. */
  readonly code: number;
  /** AsyncVCode, 0 to 255: the vendor's own code where `code` is 248 to 255. */
  readonly vendorCode: number;
  /** The 8 bytes of the LUN field. */
  readonly lun: bigint;
  /** Parameter1, Parameter2, Parameter3: 0 to 65535, their meaning depends on `code`. */
  readonly parameters: readonly [number, number, number];
  /** Sense data; empty where none came. */
  readonly sense: Uint8Array;
  /** Event data after the sense data; empty where none came. */
  readonly data: Uint8Array;
}

/**
 * Makes the event of a PDU.
 *
 * @throws `ISCSI_PROTOCOL_ERROR` for one that we have not agreed to get, or whose data are malformed
 */
export function asyncEventOf(pdu: AsyncMessage, data: Uint8Array): AsyncEvent {
  if (pdu.asyncEvent === AsyncEventCode.TasksTerminated) {
    throw breach("The target ended tasks in the FastAbort way, which was not agreed", {
      opcode: Opcode.AsyncMessage,
      field: "AsyncEvent",
      got: pdu.asyncEvent,
      limit: "0 to 4",
    });
  }
  const { sense, responseData } = decodeScsiResponseData(data);
  return {
    code: pdu.asyncEvent,
    vendorCode: pdu.asyncVCode,
    lun: pdu.lun,
    parameters: [pdu.parameter1, pdu.parameter2, pdu.parameter3],
    sense,
    data: responseData,
  };
}
