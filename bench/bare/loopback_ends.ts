/**
 * The two ends of a bare connection, as `loopback.ts` uses them in either runtime.
 *
 * @module
 */

/** One end. */
export interface End {
  /** Resolves when the system has all of the bytes. */
  write(bytes: Uint8Array): Promise<void>;
}

/** The end of the one that listens. */
export interface AcceptedEnd extends End {
  /** Receives, again and again into the same buffer if the runtime can; `received` is told how much. */
  receive(buffer: Uint8Array, received: (length: number) => void): Promise<void>;
}

/** What a runtime has for it. The process ends with the connection. */
export interface Ends {
  /** Listens on loopback, and gives the port. */
  listen(accept: (end: AcceptedEnd) => Promise<void>): Promise<number>;
  /** Connects, and receives into this buffer again and again. */
  connect(port: number, buffer: Uint8Array, received: (length: number) => void): Promise<End>;
}
