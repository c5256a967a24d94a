/**
 * The data that an initiator sends for one command: in the command PDU, unsolicited, and in answer to R2Ts (RFC 7143
 * §4.2.5.2, §11.7, §11.8). Error recovery level 0: an error in the sequence ends the command.
 *
 * @module
 */

import { type DataOut, RESERVED_TAG } from "../../wire/mod.ts";
import { CheckCondition } from "../unit/sense.ts";
import { type Budget, type BufferPool, CHUNK } from "./buffers.ts";

/** Settings of a {@link DataOutReceiver}. */
export interface DataOutSettings {
  /** Data of the command PDU. */
  readonly immediate: Uint8Array;
  /** Where the unsolicited data end, in bytes; the length of the immediate data if none follow. */
  readonly unsolicitedEnd: number;
  /** Longest sequence, in bytes. */
  readonly maxBurstLength: number;
  readonly maxOutstandingR2T: number;
  readonly pool: BufferPool;
  /** Bytes requested by R2T, over all commands of the session. */
  readonly budget: Budget;
  /** Sends one R2T and returns its Target Transfer Tag. */
  sendR2T(r2tSN: number, offset: number, length: number): number;
}

/** One run of Data-Out PDUs, which ends with the F bit. */
class Sequence {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
  /** Bytes `[start, end)` of the command's data. */
  readonly buffer: Uint8Array;
  next: number;
  dataSN = 0;
  readonly complete: Promise<void>;
  settle!: () => void;

  constructor(tag: number, start: number, buffer: Uint8Array) {
    this.tag = tag;
    this.start = this.next = start;
    this.end = start + buffer.length;
    this.buffer = buffer;
    this.complete = new Promise((resolve) => this.settle = resolve);
  }
}

/** Assembles the data of one command. */
export class DataOutReceiver {
  readonly #settings: DataOutSettings;
  /** Sequences whose last PDU has not come. */
  readonly #open = new Map<number, Sequence>();
  readonly #unsolicited: Sequence | undefined;
  #r2tSN = 0;
  #failure: Error | undefined;

  /** Starts to wait for unsolicited data, if any are announced. */
  constructor(settings: DataOutSettings) {
    this.#settings = settings;
    const { immediate, unsolicitedEnd, pool } = settings;
    if (unsolicitedEnd > immediate.length) {
      this.#unsolicited = new Sequence(RESERVED_TAG, immediate.length, pool.take(unsolicitedEnd - immediate.length));
      this.#open.set(RESERVED_TAG, this.#unsolicited);
    }
  }

  /**
   * The header of a Data-Out has arrived: returns where its data go, or undefined to drop them. After an error all data
   * are dropped, and the command ends when its open sequences have ended.
   */
  place(pdu: DataOut): Uint8Array | undefined {
    const sequence = this.#open.get(pdu.targetTransferTag);
    if (sequence === undefined) return undefined;
    const { next, end, start, dataSN, buffer } = sequence;
    const fits = pdu.dataSN === dataSN && pdu.bufferOffset === next && pdu.dataSegmentLength <= end - next;
    if (!fits) this.fail(new CheckCondition({ key: 0xb, code: 0x4705 }));
    if (this.#failure !== undefined) return undefined;
    return buffer.subarray(next - start, next - start + pdu.dataSegmentLength);
  }

  /** A whole Data-Out has arrived. Returns false if it answers an R2T that was never sent. */
  arrived(pdu: DataOut): boolean {
    const sequence = this.#open.get(pdu.targetTransferTag);
    if (sequence === undefined) {
      // Unsolicited data that were not announced. What arrives after a failure was already on its way.
      if (pdu.targetTransferTag === RESERVED_TAG) this.fail(new CheckCondition({ key: 0xb, code: 0x0c0c }));
      return this.#failure !== undefined;
    }
    sequence.next += pdu.dataSegmentLength;
    sequence.dataSN++;
    if (!pdu.final) return true;
    // 0C/0D: not enough unsolicited data; 47/05: anything else that is missing.
    const missing = sequence === this.#unsolicited ? 0x0c0d : 0x4705;
    if (sequence.next !== sequence.end) this.fail(new CheckCondition({ key: 0xb, code: missing }));
    this.#open.delete(pdu.targetTransferTag);
    sequence.settle();
    return true;
  }

  /** Whether data that were announced or requested have not come. */
  get incomplete(): boolean {
    return this.#open.size > 0;
  }

  /** Throws the first error in the data so far. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The command will end with this error; what still arrives is dropped. */
  fail(error: Error): void {
    this.#failure ??= error;
  }

  /** Ends the command at once, without waiting for data that are on their way. */
  abort(error: Error): void {
    this.fail(error);
    for (const sequence of this.#open.values()) sequence.settle();
    this.#open.clear();
  }

  /** Resolves when every sequence has ended: the initiator has nothing more to send for this command. */
  async finish(): Promise<void> {
    while (this.#open.size > 0) for (const sequence of [...this.#open.values()]) await sequence.complete;
  }

  /**
   * The first `wanted` bytes in order, piece by piece; a piece is valid until the next one is requested. R2Ts are sent
   * ahead. Call it once, and run it to its end or close it.
   */
  async *pieces(wanted: number): AsyncGenerator<Uint8Array, void, void> {
    const { immediate, unsolicitedEnd, pool, budget } = this.#settings;
    if (immediate.length > 0 && wanted > 0) yield immediate.subarray(0, Math.min(immediate.length, wanted));
    if (this.#unsolicited !== undefined) {
      await this.#completed(this.#unsolicited);
      if (wanted > this.#unsolicited.start) {
        yield this.#unsolicited.buffer.subarray(0, wanted - this.#unsolicited.start);
      }
    }
    const asked: Sequence[] = [];
    let next = unsolicitedEnd;
    try {
      for (;;) {
        next = await this.#ask(asked, next, wanted);
        const sequence = asked[0];
        if (sequence === undefined) return;
        await this.#completed(sequence);
        // While this piece is processed, the next ones are already on their way.
        next = await this.#ask(asked, next, wanted);
        yield sequence.buffer;
        asked.shift();
        pool.give(sequence.buffer);
        budget.give(pool.held(sequence.buffer.length));
      }
    } finally {
      // The connection may still be reading into these buffers: they are dropped, not reused.
      for (const sequence of asked) budget.give(pool.held(sequence.buffer.length));
    }
  }

  /** Gives the memory of the unsolicited data back, after the last piece has been used; not after an abort. */
  release(): void {
    if (this.#unsolicited !== undefined && !this.#open.has(RESERVED_TAG)) {
      this.#settings.pool.give(this.#unsolicited.buffer);
    }
    this.#settings.pool.give(this.#settings.immediate);
  }

  /** Sends R2Ts as far as the limits allow, and waits for memory only while no R2T is outstanding. */
  async #ask(asked: Sequence[], start: number, wanted: number): Promise<number> {
    const { maxBurstLength, maxOutstandingR2T, pool, budget, sendR2T } = this.#settings;
    let next = start;
    while (next < wanted && this.#open.size < maxOutstandingR2T && this.#failure === undefined) {
      const length = Math.min(wanted - next, maxBurstLength & ~3, CHUNK);
      const held = pool.held(length);
      if (!budget.tryTake(held)) {
        if (asked.length > 0) break;
        await budget.take(held);
        if (this.#failure !== undefined) {
          budget.give(held);
          break;
        }
      }
      const sequence = new Sequence(sendR2T(this.#r2tSN++, next, length), next, pool.take(length));
      this.#open.set(sequence.tag, sequence);
      asked.push(sequence);
      next += length;
    }
    if (this.#failure !== undefined) throw this.#failure;
    return next;
  }

  async #completed(sequence: Sequence): Promise<void> {
    if (this.#open.has(sequence.tag) && this.#open.get(sequence.tag) === sequence) await sequence.complete;
    if (this.#failure !== undefined) throw this.#failure;
  }
}
