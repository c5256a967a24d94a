import { Buffer } from "node:buffer";

/** Pieces of up to this many bytes are gathered: a piece of its own costs more than the copy. */
export const SMALL = 1024;
/** Room for pieces that wait for the same write. */
const ROOM = 64 * 1024;

/**
 * Joins small pieces that are to be written one after the other. (Memory that V8 has on its own heap must be moved out of it
 * before the system can read it: for a header of 48 bytes that costs more than everything else.)
 */
export class Gather {
  #room = Buffer.allocUnsafeSlow(ROOM);
  #start = 0;
  #end = 0;

  /** Bytes that are gathered and not yet taken. */
  get length(): number {
    return this.#end - this.#start;
  }

  /**
   * Adds a piece. If there is no room, nothing is added and the result is false: then the gathered pieces must be taken
   * first.
   */
  add(piece: Uint8Array): boolean {
    if (piece.length > ROOM - this.#end) {
      if (this.length > 0) return false;
      // The socket may still hold views of what was taken.
      this.#room = Buffer.allocUnsafeSlow(ROOM);
      this.#start = this.#end = 0;
    }
    this.#room.set(piece, this.#end);
    this.#end += piece.length;
    return true;
  }

  /** Takes what has been gathered. It stays as it is until {@link Gather.reuse}. */
  take(): Uint8Array {
    const taken = this.#room.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return taken;
  }

  /** Nothing that was taken is needed any more. */
  reuse(): void {
    if (this.#start === this.#end) this.#start = this.#end = 0;
  }
}
