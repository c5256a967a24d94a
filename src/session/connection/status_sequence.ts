/**
 * StatSN: the numbering of the target's responses on one connection (RFC 7143 §4.2.2.2).
 *
 * @module
 */

import { serialAdd, serialDistance, serialLess } from "../../bytes/serial.ts";
import { ProtocolError } from "../../errors.ts";

/**
 * A StatSN further than this from the expected one does not mean that a few PDUs are missing, but that the target is
 * broken. (The RFC's limit is 2^31-1.)
 */
const MAX_STATUS_DISTANCE = 0x1_0000;

/** The responses received so far, which every PDU of the initiator acknowledges. */
export class StatusSequence {
  #expStatSN: number;

  /** @param statSN StatSN of the final Login Response */
  constructor(statSN: number) {
    this.#expStatSN = serialAdd(statSN, 1);
  }

  /** The next StatSN, which PDUs of the initiator carry as ExpStatSN. */
  get expStatSN(): number {
    return this.#expStatSN;
  }

  /**
   * Takes the StatSN of a response that has one of its own. False: a duplicate, to be discarded.
   *
   * @throws `ISCSI_PROTOCOL_ERROR` for a gap: at error recovery level 0 a lost answer ends the connection
   */
  accept(statSN: number, opcode: number): boolean {
    if (statSN === this.#expStatSN) {
      this.#expStatSN = serialAdd(statSN, 1);
      return true;
    }
    if (serialLess(statSN, this.#expStatSN) && serialDistance(statSN, this.#expStatSN) <= MAX_STATUS_DISTANCE) {
      return false;
    }
    throw new ProtocolError(
      `The target's answer has StatSN ${statSN} where ${this.#expStatSN} was expected: an answer is lost`,
      { opcode, field: "StatSN", got: statSN, limit: this.#expStatSN },
    );
  }
}
