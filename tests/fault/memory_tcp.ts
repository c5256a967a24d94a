/**
 * TCP that is none: two ends in one process, so that a whole session takes a millisecond and every byte can be cut.
 *
 * @module
 */

import type { Socket } from "node:net";
import { ErrorCode, TransportError } from "../../src/errors.ts";
import type { ByteSink, ConnectTcp, TcpConnection } from "../../src/runtime/mod.ts";

/** What may be done to a connection. */
export interface MemoryOptions {
  /** Cuts the connection when the target has sent so many bytes. */
  cutAfterReceived?: number | undefined;
  /** Cuts the connection when the initiator has sent so many bytes. */
  cutAfterSent?: number | undefined;
  /** The cut is a reset: what the initiator has not read is lost. Else the target's end is closed. */
  reset?: boolean | undefined;
  /** Most bytes that one read gives; all there are where absent. */
  maxRead?: number | undefined;
  /** What becomes of each PDU of the target: sent in place of it. `number` counts from 0. */
  mutate?: ((frame: Uint8Array, number: number, send: (bytes: Uint8Array) => void) => void) | undefined;
}

type Listener = (chunk: Uint8Array) => void;

/** One connection: the initiator's end is this object, the target's end is {@link MemoryTcp.socket}. */
export class MemoryTcp implements TcpConnection {
  readonly localAddress = "127.0.0.1:1";
  readonly remoteAddress = "127.0.0.1:3260";
  /** Bytes that the target has sent. */
  received = 0;
  /** Bytes that the initiator has sent. */
  sent = 0;
  readonly #options: MemoryOptions;
  readonly #sink: ByteSink;
  readonly #listeners: Map<string, Listener[]> = new Map();
  #outbox: Uint8Array[] = [];
  #inbox: Uint8Array[] = [];
  #pending = 0;
  #drained: (() => void)[] = [];
  #ending = false;
  /** The target sends no more. */
  #finished = false;
  #destroyed = false;
  #closed = false;
  #error: Error | undefined;
  #reading = false;
  #writing = false;
  #frames = 0;

  constructor(options: MemoryOptions, sink: (connection: TcpConnection) => ByteSink) {
    this.#options = options;
    this.#sink = sink(this);
  }

  get pendingBytes(): number {
    return this.#pending;
  }

  write(bytes: Uint8Array): void {
    if (this.#destroyed || this.#ending || bytes.length === 0) return;
    this.#pending += bytes.length;
    this.#outbox.push(bytes);
    void this.#flush();
  }

  drained(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  end(): void {
    this.#ending = true;
    void this.#flush();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#inbox = [];
    this.#outbox = [];
    this.#settleDrained();
    queueMicrotask(() => this.#close());
  }

  #settleDrained(): void {
    this.#pending = 0;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sink.closed(this.#error);
    this.#tell("close");
  }

  async #flush(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    await undefined;
    for (let bytes = this.#outbox.shift(); bytes !== undefined; bytes = this.#outbox.shift()) {
      const left = (this.#options.cutAfterSent ?? Infinity) - this.sent;
      const part = bytes.slice(0, Math.min(bytes.length, left));
      this.sent += part.length;
      if (part.length > 0) this.#tell("data", part);
      this.#pending = Math.max(0, this.#pending - bytes.length);
      if (left <= bytes.length) this.#cut();
      if (this.#destroyed) break;
      await undefined;
    }
    this.#writing = false;
    if (this.#destroyed) return;
    if (this.#pending === 0) this.#settleDrained();
    if (this.#ending) this.#tell("end");
  }

  #tell(event: string, chunk: Uint8Array = new Uint8Array(0)): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(chunk);
  }

  #cut(): void {
    this.#finished = true;
    if (this.#options.reset === true) {
      this.#error = new TransportError(ErrorCode.ConnectionLost, "The connection was reset by the test");
      this.destroy();
    } else {
      void this.#read();
    }
  }

  #deliver(bytes: Uint8Array): void {
    if (this.#destroyed || this.#finished) return;
    const left = (this.#options.cutAfterReceived ?? Infinity) - this.received;
    const part = bytes.slice(0, Math.min(bytes.length, left));
    this.received += part.length;
    if (part.length > 0) this.#inbox.push(part);
    void this.#read();
    // What was sent before a reset may come or not: here it comes.
    if (left <= bytes.length) setTimeout(() => this.#cut(), 0);
  }

  async #read(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    await undefined;
    for (let chunk = this.#inbox.shift(); chunk !== undefined; chunk = this.#inbox.shift()) {
      for (let at = 0; at < chunk.length && !this.#destroyed;) {
        const buffer = this.#sink.nextBuffer();
        if (buffer.length === 0) throw new Error("The sink gave an empty buffer");
        const length = Math.min(buffer.length, chunk.length - at, this.#options.maxRead ?? Infinity);
        buffer.set(chunk.subarray(at, at + length));
        this.#sink.received(length);
        at += length;
        await undefined;
      }
    }
    this.#reading = false;
    if (this.#finished) this.destroy();
  }

  /** The target's end, as much of a `Socket` as the scripted peer uses. */
  socket(): Socket {
    const { mutate } = this.#options;
    const send = (bytes: Uint8Array) => this.#deliver(bytes);
    return {
      on: (event: string, listener: Listener) => {
        const list = this.#listeners.get(event) ?? [];
        list.push(listener);
        this.#listeners.set(event, list);
      },
      write: (frame: Uint8Array) => mutate === undefined ? send(frame) : mutate(frame, this.#frames++, send),
      end: () => {
        this.#finished = true;
        void this.#read();
      },
      destroy: () => {
        this.#finished = true;
        this.destroy();
      },
    } as unknown as Socket;
  }
}

/** Makes connections of this kind. `accept` gets each of them, with a number from 0, before the initiator has it. */
export function memoryConnect(
  options: (number: number) => MemoryOptions,
  accept: (socket: Socket, tcp: MemoryTcp, number: number) => void,
): ConnectTcp {
  let number = 0;
  return async ({ sink, signal }) => {
    await undefined;
    if (signal?.aborted) throw signal.reason;
    const one = number++;
    const tcp = new MemoryTcp(options(one), sink);
    accept(tcp.socket(), tcp, one);
    return tcp;
  };
}
