/**
 * Writes PDUs to a connection: header, digest, data, padding, digest.
 *
 * @module
 */

import { crc32c } from "../../bytes/mod.ts";
import type { TcpConnection } from "../../runtime/mod.ts";
import { DIGEST_LENGTH, encodeDigest, paddingOf } from "../../wire/mod.ts";

const PADS: readonly Uint8Array[] = [new Uint8Array(0), new Uint8Array(1), new Uint8Array(2), new Uint8Array(3)];

/** The sending half of one connection. */
export class PduWriter {
  readonly #tcp: TcpConnection;
  #headerDigest = false;
  #dataDigest = false;

  constructor(tcp: TcpConnection) {
    this.#tcp = tcp;
  }

  /** Sets the digests of all PDUs from now on. */
  setDigests(digests: { header: boolean; data: boolean }): void {
    this.#headerDigest = digests.header;
    this.#dataDigest = digests.data;
  }

  /** Sends one PDU. The data must not change until {@link PduWriter.drained} has resolved. */
  send(header: Uint8Array, data?: Uint8Array): void {
    if (this.#headerDigest) {
      const whole = new Uint8Array(header.length + DIGEST_LENGTH);
      whole.set(header);
      whole.set(encodeDigest(crc32c(header)), header.length);
      this.#tcp.write(whole);
    } else {
      this.#tcp.write(header);
    }
    if (data === undefined || data.length === 0) return;
    this.#tcp.write(data);
    const pad = PADS[paddingOf(data.length)]!;
    if (pad.length > 0) this.#tcp.write(pad);
    if (this.#dataDigest) this.#tcp.write(encodeDigest(crc32c(pad, crc32c(data))));
  }

  /** Resolves when the operating system has everything, or the connection has ended. */
  drained(): Promise<void> {
    return this.#tcp.drained();
  }
}
