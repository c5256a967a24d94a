/**
 * Asynchronous messages of the target (RFC 7143 §11.9).
 *
 * @module
 */

import {
  AsyncEventCode,
  type AsyncMessage,
  decodeScsiResponseData,
  MAX_DATA_SEGMENT_LENGTH,
  Opcode,
  parseNumber,
  parseTextKeys,
} from "../../wire/mod.ts";
import { breach } from "../failures.ts";
import type { Link } from "./link.ts";
import type { Logout } from "./logout.ts";
import type { AsyncEvent } from "./owner.ts";
import type { Texts } from "./text.ts";

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

/**
 * Does what an asynchronous message asks for.
 *
 * @param requestTimeout milliseconds for the answer to a request
 */
export function followAsync(event: AsyncEvent, link: Link, logout: Logout, texts: Texts, requestTimeout: number): void {
  if (logout.closing) return;
  const [first, second, third] = event.parameters;
  switch (event.code) {
    case AsyncEventCode.LogoutRequest:
      return logout.leave(third * 1000);
    case AsyncEventCode.DropConnection:
      if (first === link.cid) logout.drop(second);
      return;
    case AsyncEventCode.DropSession:
      return logout.drop(second);
    case AsyncEventCode.Negotiate: {
      const limit = Math.min(requestTimeout, Math.max(1, third * 1000));
      negotiate(link, texts, limit).catch(() => logout.leave(0));
      return;
    }
    default:
      return;
  }
}

/**
 * Answers the target's request for a negotiation with an empty text, and takes the one key that a target may declare now.
 *
 * @param limit milliseconds
 * @throws what `Texts.exchange()` throws; `ISCSI_PROTOCOL_ERROR` for a text that is none
 */
async function negotiate(link: Link, texts: Texts, limit: number): Promise<void> {
  const answer = await texts.exchange(new Uint8Array(0), limit);
  for (const [key, value] of parseTextKeys(answer)) {
    if (key !== "MaxRecvDataSegmentLength") continue;
    const range = { min: 512, max: MAX_DATA_SEGMENT_LENGTH };
    link.parameters.targetMaxRecvDataSegmentLength = parseNumber(key, value, range);
  }
}
