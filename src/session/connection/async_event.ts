/**
 * Asynchronous messages of the target (RFC 7143 §11.9).
 *
 * @module
 */

import { AsyncEventCode, type AsyncMessage, decodeScsiResponseData, Opcode } from "../../wire/mod.ts";
import { breach } from "../failures.ts";
import type { AsyncEvent } from "./owner.ts";

/**
 * Makes the event of a PDU.
 *
 * @throws `ISCSI_PROTOCOL_ERROR` for one that was not negotiated, or whose data are malformed
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
