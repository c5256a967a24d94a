/**
 * What the login needs of a connection: one request out, one response in.
 *
 * @module
 */

/** One PDU as it came. */
export interface LoginPdu {
  /** The basic header segment, 48 bytes, and any additional header segments. A private copy. */
  header: Uint8Array;
  /** The data segment without its padding. A private copy. */
  data: Uint8Array;
}

/** A connection that is still in its login phase. Time limits are its own. */
export interface LoginChannel {
  /**
   * Sends one Login Request and resolves with the next PDU that comes, of whatever opcode. Rejects with a `TransportError`
   * where the connection ends first, and with a `TimeoutError` where no answer comes in time.
   *
   * @param request the 48-byte header
   * @param data the data segment, 0 to 8192 bytes; padding is the channel's
   */
  exchange(request: Uint8Array, data: Uint8Array): Promise<LoginPdu>;
}
