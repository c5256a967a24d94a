/**
 * A connection in the login phase: one request, one response.
 *
 * @module
 */

import { connectionLost } from "../failures.ts";
import type { Connection, PduHandler } from "../connection/connection.ts";
import type { LoginChannel } from "./channel.ts";

interface Answer {
  header: Uint8Array;
  data: Uint8Array;
}

/**
 * Carries login PDUs. After each response the connection is paused, so that what follows the last one is framed by the
 * rules of the full-feature phase.
 */
export class ConnectionLoginChannel implements LoginChannel, PduHandler {
  readonly #connection: Connection;
  #waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  #end: Error | undefined;

  /** Becomes the connection's handler. */
  constructor(connection: Connection) {
    this.#connection = connection;
    connection.pause();
    connection.setHandler(this);
  }

  /**
   * Sends one login PDU and resolves with the next one received, as private copies. Rejects when the connection ends.
   */
  exchange(request: Uint8Array, data: Uint8Array): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end);
      this.#waiting = { resolve, reject };
      this.#connection.send(request, data);
      this.#connection.resume();
    });
  }

  header(): undefined {
    return undefined;
  }

  pdu(header: Uint8Array, data: Uint8Array): void {
    this.#connection.pause();
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve({ header: header.slice(), data });
  }

  closed(error: Error | undefined): void {
    this.#end = error ?? connectionLost("The target closed the connection during login");
    this.#waiting?.reject(this.#end);
    this.#waiting = undefined;
  }
}
