/**
 * Text requests in the full-feature phase (RFC 7143 §6.4, §11.10, §11.11).
 *
 * @module
 */

import { ErrorCode, TimeoutError } from "../../errors.ts";
import { decodeTextResponse, encodeTextRequest, Opcode, RESERVED_TAG, TextJoiner } from "../../wire/mod.ts";
import { OneAtATime } from "../../async/one_at_a_time.ts";
import { timeLimit } from "../../async/time_limit.ts";
import { breach } from "../failures.ts";
import type { Link } from "./link.ts";
import { RejectedError } from "../tasks/requests.ts";
import { RequestTask } from "../tasks/task.ts";

/** Most bytes of one answer over all its parts. */
const MAX_TEXT_ANSWER = 4 * 1024 * 1024;

const NO_BYTES: Uint8Array = new Uint8Array(0);

/** Calls `send` when the command window lets one non-immediate request through; never if the connection ends first. */
export type TakeTurn = (send: () => void) => void;

function bad(field: string, got: number | string, limit: number | string, message: string): never {
  throw breach(message, { opcode: Opcode.TextResponse, field, got, limit });
}

/** Text exchanges of one connection: one at a time. */
export class Texts {
  readonly #link: Link;
  readonly #takeTurn: TakeTurn;
  readonly #queue: OneAtATime = new OneAtATime();
  /** Set when an exchange was given up: its tag is still in use, and there may be only one. */
  #stuck = false;

  constructor(link: Link, takeTurn: TakeTurn) {
    this.#link = link;
    this.#takeTurn = takeTurn;
  }

  /**
   * Sends one text, and gathers the answer over all its parts.
   *
   * @param limit milliseconds for the whole answer: with a limit for each part, a target could go on for ever
   * @throws `ISCSI_REQUEST_TIMEOUT`, `ISCSI_REJECTED`, `ISCSI_PROTOCOL_ERROR`, or what ended the connection
   */
  exchange(text: Uint8Array, limit: number): Promise<Uint8Array> {
    return this.#queue.run(() => {
      if (this.#stuck) {
        throw new TimeoutError(ErrorCode.RequestTimeout, "A text request before this one was never answered", limit);
      }
      return this.#exchange(text, limit);
    });
  }

  #exchange(text: Uint8Array, limit: number): Promise<Uint8Array> {
    const link = this.#link;
    return new Promise((resolve, reject) => {
      const joiner = new TextJoiner({ limit: MAX_TEXT_ANSWER, opcode: Opcode.TextResponse });
      const cancel = timeLimit(limit, () => {
        this.#stuck = true;
        const message = `A text request was not answered within ${limit} ms`;
        reject(new TimeoutError(ErrorCode.RequestTimeout, message, limit));
      });
      const itt = link.tasks.newTag();

      const send = (targetTransferTag: number, lun: bigint, data: Uint8Array) => {
        this.#takeTurn(() => {
          if (this.#stuck) return;
          link.connection.send(
            encodeTextRequest({
              immediate: false,
              final: true,
              continue: false,
              lun,
              initiatorTaskTag: itt,
              targetTransferTag,
              cmdSN: link.window.take(),
              expStatSN: link.statuses.expStatSN,
              dataSegmentLength: data.length,
            }),
            data,
          );
        });
      };

      const answered = (header: Uint8Array, data: Uint8Array) => {
        const pdu = decodeTextResponse(header);
        if (pdu.continue && pdu.final) bad("C", 1, 0, "A Text Response is both final and to be continued");
        if (!pdu.final && pdu.targetTransferTag === RESERVED_TAG) {
          bad(
            "TargetTransferTag",
            RESERVED_TAG,
            "not the reserved tag",
            "A Text Response wants to go on and has no tag",
          );
        }
        if (!this.#stuck) {
          joiner.add(data, { last: pdu.final });
          if (!pdu.final) return send(pdu.targetTransferTag, pdu.lun, NO_BYTES);
          cancel();
          resolve(joiner.take());
        }
        // Nobody waits for it any more, but with the end of a late answer the next exchange may begin.
        if (!pdu.final) return;
        link.tasks.delete(task);
        this.#stuck = false;
      };

      const task = new RequestTask("text", link.connection, itt, {
        answered,
        rejected: (reason) => {
          cancel();
          this.#stuck = false;
          reject(new RejectedError("A text request", reason));
        },
        lost: (error) => {
          cancel();
          reject(error);
        },
      });
      link.tasks.add(task);
      send(RESERVED_TAG, 0n, text);
    });
  }
}
