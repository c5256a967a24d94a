/**
 * CmdSN and the target's command window (RFC 7143 §4.2.2.1).
 *
 * @module
 */

import { serialAdd, serialLess, serialLessOrEqual } from "../../bytes/serial.ts";
import { ProtocolError } from "../../errors.ts";

/** The numbers that say which commands the target accepts. One per session; all are unsigned 32-bit serial numbers. */
export class CommandWindow {
  #cmdSN: number;
  #expCmdSN: number;
  #maxCmdSN: number;

  /** Starts from the final Login Response: `cmdSN` is the one that the next command carries. */
  constructor(cmdSN: number, expCmdSN: number, maxCmdSN: number) {
    this.#cmdSN = cmdSN >>> 0;
    this.#expCmdSN = expCmdSN >>> 0;
    this.#maxCmdSN = maxCmdSN >>> 0;
  }

  /** CmdSN of the next non-immediate request; immediate ones carry it too and do not advance it. */
  get cmdSN(): number {
    return this.#cmdSN;
  }

  /** The next CmdSN that the target expects. */
  get expCmdSN(): number {
    return this.#expCmdSN;
  }

  /** The last CmdSN that the target accepts now. */
  get maxCmdSN(): number {
    return this.#maxCmdSN;
  }

  /** Whether a non-immediate request may be sent now. */
  get open(): boolean {
    return serialLessOrEqual(this.#cmdSN, this.#maxCmdSN);
  }

  /** Takes the number of one non-immediate request. */
  take(): number {
    const taken = this.#cmdSN;
    this.#cmdSN = serialAdd(taken, 1);
    return taken;
  }

  /**
   * Numbers from any PDU of the target. Late ones never shrink the window, and an impossible pair is ignored.
   *
   * @throws `ISCSI_PROTOCOL_ERROR` if the target expects a CmdSN that has not been assigned yet
   */
  update(expCmdSN: number, maxCmdSN: number): void {
    if (maxCmdSN === this.#maxCmdSN && expCmdSN === this.#expCmdSN) return;
    if (serialLess(maxCmdSN, serialAdd(expCmdSN, 0xffff_ffff))) return;
    if (serialLess(this.#expCmdSN, expCmdSN)) {
      if (serialLess(this.#cmdSN, expCmdSN)) {
        throw new ProtocolError(
          `The target expects command ${expCmdSN}, and the next one we number is ${this.#cmdSN}`,
          { field: "ExpCmdSN", got: expCmdSN, limit: this.#cmdSN },
        );
      }
      this.#expCmdSN = expCmdSN;
    }
    if (serialLess(this.#maxCmdSN, maxCmdSN)) this.#maxCmdSN = maxCmdSN;
  }
}
