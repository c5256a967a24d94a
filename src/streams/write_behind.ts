/**
 * Writing behind the producer, with a bounded number of bytes that are accepted and not yet acknowledged.
 *
 * @module
 */

import type { BlockDevice } from "../block/device.ts";
import { WITHIN } from "../async/ledger.ts";
import { ErrorCode, IscsiError } from "../errors.ts";

/** A chunk of this size or more is written as it is if possible: gathering costs a copy and saves little. */
const DIRECT = 64 * 1024;

/** A position that writes must not pass yet. */
export interface WriteLimit {
  /** The current position; `Infinity`: no limit. */
  now(): number;
  /** Settles when it may have moved. */
  moved(): Promise<void>;
}

/** What a {@link WriteBehind} writes, and how. All sizes in bytes. */
interface WriteBehindPlan {
  position: number;
  /** Bytes that fit; more is an error. */
  length: number;
  /** Size into which small chunks are gathered. */
  requestSize: number;
  /** Most requests in flight: `depth * requestSize` bytes. */
  depth: number;
  /** Copy each chunk, so that its owner may change it as soon as it is accepted. */
  copy: boolean;
  /** Force each write to the medium. */
  fua: boolean;
  /** Nothing is accepted at or past this byte until it has moved on. Default: no limit. */
  limit?: WriteLimit | undefined;
  /** Another writer whose writes these are too: the handle of the stream. */
  within?: object | undefined;
  /** Called once with the first error, when a write fails while nobody waits. */
  failed: (error: unknown) => void;
}

/** Tells the writer of a chunk when its memory is no longer needed. */
class Token {
  /** One for the part not yet taken, one for each request that reads the chunk itself. */
  #holds = 1;
  constructor(readonly settled: (error?: Error | null) => void) {}

  hold(): void {
    this.#holds++;
  }

  release(error?: unknown): void {
    if (this.#holds === 0) return;
    this.#holds = error === undefined ? this.#holds - 1 : 0;
    if (this.#holds === 0) this.settled(error === undefined ? null : error as Error);
  }
}

/** Gathers chunks into requests and keeps them in flight. */
export class WriteBehind {
  readonly #device: BlockDevice;
  readonly #plan: WriteBehindPlan;
  readonly #abort = new AbortController();
  readonly #end: number;
  readonly #window: number;
  readonly #options: { signal: AbortSignal; fua: boolean; writer: object };
  /** Another writer whose writes these are too. */
  readonly [WITHIN]: object | undefined;
  /** Gathering buffers that are free. */
  readonly #spare: Uint8Array[] = [];
  #gather: Uint8Array | undefined;
  #gathered = 0;
  /** Where the next byte goes, after the gathered ones. */
  #position: number;
  #underWay = 0;
  #acknowledged = 0;
  #error: { reason: unknown } | undefined;
  #wake: (() => void) | undefined;
  /** The token of the chunk that is being taken. */
  #token: Token | undefined;

  constructor(device: BlockDevice, plan: WriteBehindPlan) {
    this.#device = device;
    this.#plan = plan;
    this.#position = plan.position;
    this.#end = plan.position + plan.length;
    this.#window = plan.requestSize * plan.depth;
    this[WITHIN] = plan.within;
    // The stream is a writer of its own: its flush tells of its writes, whoever else has flushed or will.
    this.#options = { signal: this.#abort.signal, fua: plan.fua, writer: this };
  }

  /** Bytes that the device has acknowledged, flushed or not. After an error there may be gaps between them. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /**
   * Takes a chunk: undefined if it was taken at once, else a promise that settles when it has been. Do not call it
   * again before that. `settled` is called when the chunk's memory is no longer needed, or the write has failed.
   */
  write(chunk: Uint8Array, settled?: (error?: Error | null) => void): Promise<void> | undefined {
    const token = settled === undefined ? undefined : new Token(settled);
    this.#token = token;
    const waiting = this.#accept(chunk);
    if (token === undefined) return waiting;
    if (waiting === undefined) token.release();
    else waiting.then(() => token.release(), (error) => token.release(error));
    return waiting;
  }

  #accept(chunk: Uint8Array): Promise<void> | undefined {
    if (this.#error !== undefined) return Promise.reject(this.#error.reason);
    if (chunk.length > this.#end - this.#position) return this.#tooMuch(chunk);
    const taken = this.#take(chunk, 0);
    return taken === chunk.length ? undefined : this.#takeRest(chunk, taken);
  }

  /** Writes what is gathered, waits until all is acknowledged, and flushes the device. */
  async finish(): Promise<void> {
    await this.#settle();
    await this.#device.flush({ signal: this.#abort.signal, writer: this });
  }

  /** Stops what is in flight, and settles when nothing is. Never rejects. */
  async cancel(reason?: unknown): Promise<void> {
    this.#fail(reason ?? new IscsiError(ErrorCode.Closed, "The stream was destroyed"));
    if (!this.#abort.signal.aborted) this.#abort.abort(reason);
    while (this.#underWay > 0) await this.#change();
    this.#gather = undefined;
    this.#spare.length = 0;
  }

  /** Waits until everything taken so far has been acknowledged. */
  async #settle(): Promise<void> {
    this.#submitGathered();
    while (this.#underWay > 0) await this.#change();
    if (this.#error !== undefined) throw this.#error.reason;
  }

  async #tooMuch(chunk: Uint8Array): Promise<never> {
    const room = this.#end - this.#position;
    if (room > 0) {
      const head = chunk.subarray(0, room);
      const taken = this.#take(head, 0);
      if (taken < room) await this.#takeRest(head, taken);
    }
    await this.finish();
    const error = new IscsiError(
      ErrorCode.EndOfDevice,
      `The data go past the end at ${this.#end}: the ${this.#acknowledged} bytes before it have been written`,
    );
    this.#fail(error);
    throw error;
  }

  async #takeRest(chunk: Uint8Array, from: number): Promise<void> {
    let taken = from;
    while (taken < chunk.length) {
      if (this.#error !== undefined) throw this.#error.reason;
      if (this.#underWay >= this.#window) await this.#change();
      else if (this.#position >= this.#limit()) await this.#plan.limit?.moved();
      else taken = this.#take(chunk, taken);
    }
  }

  /** Takes what it can without waiting; returns how much of the chunk has been taken in all. */
  #take(chunk: Uint8Array, from: number): number {
    const { requestSize, copy } = this.#plan;
    let taken = from;
    while (taken < chunk.length) {
      const ahead = this.#limit() - this.#position;
      if (this.#underWay >= this.#window || ahead <= 0) return taken;
      const left = Math.min(chunk.length - taken, ahead);
      const direct = !copy && left >= DIRECT;
      if (direct && this.#gathered === 0 && this.#position % this.#device.blockSize === 0) {
        const whole = left - left % this.#device.blockSize;
        this.#submit(chunk.subarray(taken, taken + whole), undefined);
        taken += whole;
        continue;
      }
      this.#gather ??= this.#spare.pop() ?? new Uint8Array(requestSize);
      // Requests end at multiples of their size; before a chunk that is written as it is, at the next block.
      const unit = direct ? Math.min(this.#device.blockSize, requestSize) : requestSize;
      const room = Math.min(unit - this.#position % unit, requestSize - this.#gathered);
      const step = Math.min(room, left);
      this.#gather.set(chunk.subarray(taken, taken + step), this.#gathered);
      this.#gathered += step;
      this.#position += step;
      taken += step;
      if (step === room) this.#submitGathered();
    }
    return taken;
  }

  #limit(): number {
    return this.#plan.limit?.now() ?? Infinity;
  }

  #submitGathered(): void {
    const gather = this.#gather;
    if (gather === undefined || this.#gathered === 0) return;
    const bytes = gather.subarray(0, this.#gathered);
    this.#gather = undefined;
    this.#gathered = 0;
    this.#position -= bytes.length;
    this.#submit(bytes, gather);
  }

  #submit(bytes: Uint8Array, gather: Uint8Array | undefined): void {
    const position = this.#position;
    this.#position += bytes.length;
    if (this.#error !== undefined) return;
    // A gathering buffer counts in full, however little it holds: the bound is on memory.
    const held = gather?.length ?? bytes.length;
    this.#underWay += held;
    const token = gather === undefined ? this.#token : undefined;
    token?.hold();
    this.#device.write(bytes, position, this.#options).then(
      () => {
        this.#acknowledged += bytes.length;
        if (gather !== undefined) this.#spare.push(gather);
        token?.release();
        this.#leave(held);
      },
      (error) => {
        const first = this.#error === undefined;
        this.#fail(error);
        token?.release(error);
        this.#leave(held);
        if (first) this.#plan.failed(error);
      },
    );
  }

  #fail(reason: unknown): void {
    this.#error ??= { reason };
  }

  #leave(bytes: number): void {
    this.#underWay -= bytes;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /**
   * Settles when a request has ended. There is one waiter besides `cancel()`, which takes its place and wakes it in
   * turn.
   */
  #change(): Promise<void> {
    const before = this.#wake;
    return new Promise((resolve) => {
      this.#wake = before === undefined ? resolve : () => {
        before();
        resolve();
      };
    });
  }
}
