/**
 * The part of a connection that the login uses: one request out, one response in.
 *
 * @module
 */

/** One received PDU. */
export interface LoginPdu {
  /** The basic header segment, 48 bytes, and any additional header segments. A private copy. */
  header: Uint8Array;
  /** The data segment without its padding. A private copy. */
  data: Uint8Array;
}

/** A connection in its login phase. It applies its own time limits. */
export interface LoginChannel {
  /**
   * Sends one Login Request and resolves with the next PDU, whatever its opcode. Rejects with a `TransportError` if the
   * connection ends first, and with a `TimeoutError` if there is no answer in time.
   *
   * @param request the 48-byte header
   * @param data the data segment, 0 to 8192 bytes; the channel adds the padding
   */
  exchange(request: Uint8Array, data: Uint8Array): Promise<LoginPdu>;
}
