/**
 * The data that go to the initiator for one command (RFC 7143 §11.7): cut into PDUs of the size that it accepts, and
 * into sequences of MaxBurstLength. The last PDU is held back until the status is known, and then carries it.
 *
 * @module
 */

import { encodeDataIn, RESERVED_TAG } from "../../wire/mod.ts";
import type { Residual } from "./residual.ts";

/** Settings of a {@link DataInSender}. */
interface DataInSettings {
  /** Tag of the command. */
  readonly initiatorTaskTag: number;
  /** Longest data segment that the initiator accepts, in bytes. */
  readonly maxSegmentLength: number;
  /** Longest sequence, in bytes. */
  readonly maxBurstLength: number;
  /** Current ExpCmdSN and MaxCmdSN. */
  numbers(): { expCmdSN: number; maxCmdSN: number };
  /** Takes the next StatSN. */
  nextStatSN(): number;
  send(header: Uint8Array, data: Uint8Array): void;
}

/** Status and residual count of a command that ends with its data. */
interface DataInStatus extends Residual {
  readonly status: number;
}

/** Sends the data of one command. */
export class DataInSender {
  readonly #settings: DataInSettings;
  /** A multiple of 4, so that there is padding only at the very end of the data. */
  readonly #segmentLength: number;
  readonly #burstLength: number;
  #held: Uint8Array | undefined;
  #offset = 0;
  #sequence = 0;
  #dataSN = 0;

  /** Nothing has been sent. */
  constructor(settings: DataInSettings) {
    this.#settings = settings;
    this.#segmentLength = settings.maxSegmentLength & ~3;
    this.#burstLength = settings.maxBurstLength & ~3;
  }

  /** Data-In PDUs sent so far: ExpDataSN of the response. */
  get count(): number {
    return this.#dataSN;
  }

  /** Whether a PDU is held back. */
  get holding(): boolean {
    return this.#held !== undefined;
  }

  /**
   * Sends the next bytes of the command's data; the last PDU of the `last` bytes is held back. They must not change
   * until the connection has drained.
   */
  push(data: Uint8Array, { last }: { last: boolean }): void {
    for (let done = 0; done < data.length;) {
      const length = Math.min(data.length - done, this.#segmentLength, this.#burstLength - this.#sequence);
      const segment = data.subarray(done, done + length);
      done += length;
      if (last && done === data.length) this.#held = segment;
      else this.#send(segment, undefined, false);
    }
  }

  /**
   * Sends the PDU that is held back: with the status of the command, or without it where a SCSI Response carries the
   * status.
   */
  finish(status?: DataInStatus): void {
    if (this.#held !== undefined) this.#send(this.#held, status, true);
    this.#held = undefined;
  }

  #send(data: Uint8Array, status: DataInStatus | undefined, last: boolean): void {
    const { initiatorTaskTag, nextStatSN, numbers, send } = this.#settings;
    this.#sequence += data.length;
    const burstEnds = this.#sequence >= this.#burstLength;
    if (burstEnds) this.#sequence = 0;
    const header = encodeDataIn({
      final: last || burstEnds,
      acknowledge: false,
      overflow: status?.overflow ?? false,
      underflow: status?.underflow ?? false,
      statusPresent: status !== undefined,
      status: status?.status ?? 0,
      dataSegmentLength: data.length,
      lun: 0n,
      initiatorTaskTag,
      targetTransferTag: RESERVED_TAG,
      statSN: status === undefined ? 0 : nextStatSN(),
      ...numbers(),
      dataSN: this.#dataSN++,
      bufferOffset: this.#offset,
      residualCount: status?.residualCount ?? 0,
    });
    this.#offset += data.length;
    send(header, data);
  }
}
