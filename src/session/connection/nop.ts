/**
 * NOP-Out and NOP-In (RFC 7143 §11.18, §11.19).
 *
 * @module
 */

import { decodeNopIn, encodeNopOut, type NopIn, Opcode, RESERVED_TAG } from "../../wire/mod.ts";
import { OneAtATime } from "../../async/one_at_a_time.ts";
import { breach } from "../failures.ts";
import type { Link } from "./link.ts";
import { request } from "../tasks/requests.ts";

/** Most answers to the target's pings that the socket may hold: a target that sends more and reads none is hostile. */
const MAX_PENDING_ANSWERS = 64;

/** Pings in both directions. */
export class Nops {
  readonly #link: Link;
  readonly #pings: OneAtATime = new OneAtATime();
  #pendingAnswers = 0;
  #queuedAnswers = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  /**
   * Pings the target. Only one ping is outstanding at a time.
   *
   * @param limit milliseconds
   * @throws `ISCSI_REQUEST_TIMEOUT`, `ISCSI_REJECTED`, or the error that ended the connection
   */
  ping(limit: number): Promise<void> {
    return this.#pings.run(async () => {
      const link = this.#link;
      const { header, data } = await request(link, "nop", limit, "A ping", (itt) => ({
        header: encodeNopOut({
          immediate: true,
          lun: 0n,
          initiatorTaskTag: itt,
          targetTransferTag: RESERVED_TAG,
          cmdSN: link.window.cmdSN,
          expStatSN: link.statuses.expStatSN,
          dataSegmentLength: 0,
        }),
      }));
      const echo = decodeNopIn(header);
      if (echo.targetTransferTag === RESERVED_TAG && data.length === 0) return;
      const error = breach("The answer to a ping is not its echo", {
        opcode: Opcode.NopIn,
        field: "TargetTransferTag",
        got: echo.targetTransferTag,
        limit: RESERVED_TAG,
      });
      link.connection.fail(error);
      throw error;
    });
  }

  /** Answers a NOP-In that asks for an answer. */
  answer(pdu: NopIn): void {
    if (pdu.dataSegmentLength > 0) {
      throw breach("A NOP-In that answers nothing carries data", {
        opcode: Opcode.NopIn,
        field: "DataSegmentLength",
        got: pdu.dataSegmentLength,
        limit: 0,
      });
    }
    if (pdu.targetTransferTag === RESERVED_TAG) return;
    const link = this.#link;
    link.connection.send(encodeNopOut({
      immediate: true,
      lun: pdu.lun,
      initiatorTaskTag: RESERVED_TAG,
      targetTransferTag: pdu.targetTransferTag,
      cmdSN: link.window.cmdSN,
      expStatSN: link.statuses.expStatSN,
      dataSegmentLength: 0,
    }));
    this.#count();
  }

  #count(): void {
    this.#pendingAnswers++;
    if (this.#pendingAnswers > MAX_PENDING_ANSWERS && this.#link.connection.handedOverBytes < this.#queuedAnswers) {
      throw breach("The target pings without taking our answers", {
        opcode: Opcode.NopIn,
        field: "NOP-In",
        got: this.#pendingAnswers,
        limit: MAX_PENDING_ANSWERS,
      });
    }
    if (this.#pendingAnswers > 1) return;
    this.#queuedAnswers = this.#link.connection.queuedBytes;
    void this.#link.connection.drained().then(() => this.#pendingAnswers = 0);
  }
}
