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

/** Does what asynchronous messages ask for. */
export class AsyncFollower {
  readonly #link: Link;
  readonly #logout: Logout;
  readonly #texts: Texts;
  readonly #requestTimeout: number;
  #negotiating = false;
  /** Milliseconds for one more negotiation, for all requests that came during the one under way; undefined: none came. */
  #again: number | undefined;

  /** @param requestTimeout milliseconds for the answer to a request */
  constructor(link: Link, logout: Logout, texts: Texts, requestTimeout: number) {
    this.#link = link;
    this.#logout = logout;
    this.#texts = texts;
    this.#requestTimeout = requestTimeout;
  }

  /** Does what one message asks for. */
  follow(event: AsyncEvent): void {
    const logout = this.#logout;
    if (logout.closing) return;
    const [first, second, third] = event.parameters;
    switch (event.code) {
      case AsyncEventCode.LogoutRequest:
        return logout.leave(third * 1000);
      case AsyncEventCode.DropConnection:
        if (first === this.#link.cid) logout.drop(second);
        return;
      case AsyncEventCode.DropSession:
        return logout.drop(second);
      case AsyncEventCode.Negotiate:
        // 0: as soon as possible.
        return this.#negotiate(third === 0 ? this.#requestTimeout : Math.min(this.#requestTimeout, third * 1000));
      default:
        return;
    }
  }

  /** Negotiates now, or once more after the negotiation under way: a flood of requests makes no queue. */
  #negotiate(limit: number): void {
    if (this.#negotiating) {
      this.#again = limit;
      return;
    }
    this.#negotiating = true;
    void this.#negotiateAll(limit);
  }

  async #negotiateAll(limit: number): Promise<void> {
    try {
      for (let next: number | undefined = limit; next !== undefined; next = this.#again) {
        this.#again = undefined;
        await negotiate(this.#link, this.#texts, next);
      }
    } catch {
      this.#logout.leave(0);
    } finally {
      this.#negotiating = false;
    }
  }
}

/** Most keys of an answer to an empty text. */
const MAX_KEYS = 256;

/**
 * Answers the target's request for a negotiation with an empty text, and takes the one key that a target may declare now.
 *
 * @param limit milliseconds
 * @throws what `Texts.exchange()` throws; `ISCSI_PROTOCOL_ERROR` for a text that is none
 */
async function negotiate(link: Link, texts: Texts, limit: number): Promise<void> {
  const answer = await texts.exchange(new Uint8Array(0), limit);
  for (const [key, value] of parseTextKeys(answer, MAX_KEYS)) {
    if (key !== "MaxRecvDataSegmentLength") continue;
    const range = { min: 512, max: MAX_DATA_SEGMENT_LENGTH };
    link.parameters.targetMaxRecvDataSegmentLength = parseNumber(key, value, range);
  }
}
