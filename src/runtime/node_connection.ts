import type { OnReadOpts, Socket } from "node:net";
import process from "node:process";
import { formatAddress } from "./address.ts";
import { lostError } from "./connect_error.ts";
import { DrainWaiters } from "./drain_waiters.ts";
import { Gather, SMALL } from "./gather.ts";
import type { ByteSink, TcpConnection } from "./tcp.ts";

/** How long, in milliseconds, one direction may go on when the other has ended. */
const LINGER = 1000;
/** Bytes that can arrive before the sink is known; they are copied to it. */
const EARLY = 4096;
/** Its `then` queues a promise job; `queueMicrotask` of Node makes an AsyncResource each time. */
const SETTLED = Promise.resolve();

/** One TCP connection over a socket of Node. */
export class NodeConnection implements TcpConnection {
  localAddress = "";
  remoteAddress = "";
  /** Where the socket is to put the bytes: to be given to `net.connect`. */
  readonly onread: OnReadOpts;
  readonly #drain = new DrainWaiters();
  #socket: Socket | undefined;
  #sink: ByteSink | undefined;
  /** Memory that the socket reads into until it has the sink's. */
  #early: Uint8Array | undefined;
  readonly #gather = new Gather();
  #flushing = false;
  #corked = false;
  #ending = false;
  #destroyed = false;
  #error: Error | undefined;
  #linger: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.onread = {
      buffer: () => this.#nextBuffer(),
      callback: (length, buffer) => this.#placed(length, buffer),
    };
  }

  /** Takes over a socket that has just connected, and was made with this object's `onread`. */
  start(socket: Socket, makeSink: (connection: TcpConnection) => ByteSink): void {
    this.#socket = socket;
    this.localAddress = formatAddress(socket.localAddress ?? "", socket.localPort ?? 0);
    this.remoteAddress = formatAddress(socket.remoteAddress ?? "", socket.remotePort ?? 0);
    socket.on("error", (error) => {
      if (!this.#destroyed) this.#error ??= lostError(error, this.remoteAddress);
    });
    socket.on("end", () => this.#peerEnded());
    socket.on("close", () => this.#closed());
    this.#sink = makeSink(this);
  }

  /** Takes over a socket that a server has accepted: such a socket cannot have an `onread`. */
  accept(socket: Socket, makeSink: (connection: TcpConnection) => ByteSink): void {
    this.start(socket, makeSink);
    socket.on("data", (chunk: Uint8Array) => this.#copy(chunk));
  }

  get pendingBytes(): number {
    return this.#drain.pending;
  }

  write(bytes: Uint8Array): void {
    const socket = this.#socket!;
    // A socket that has failed is destroyed some time before it says so: every write to it would make an error.
    if (this.#destroyed || this.#ending || socket.destroyed || bytes.length === 0) return;
    this.#drain.queued(bytes.length);
    if (!this.#flushing) {
      this.#flushing = true;
      // A turn ends when its promise jobs are done: a tick that is queued in one of them runs after all of them.
      SETTLED.then(this.#flushSoon);
    }
    if (bytes.length <= SMALL) {
      if (this.#gather.add(bytes)) return;
      this.#writeGathered();
      this.#gather.add(bytes);
      return;
    }
    if (!this.#corked) {
      this.#corked = true;
      socket.cork();
    }
    this.#writeGathered();
    socket.write(bytes, this.#written);
  }

  #writeGathered(): void {
    if (this.#gather.length > 0) this.#socket!.write(this.#gather.take(), this.#written);
  }

  drained(): Promise<void> {
    return this.#drain.wait();
  }

  end(): void {
    if (this.#destroyed || this.#ending) return;
    this.#ending = true;
    this.#flush();
    this.#socket!.end();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    clearTimeout(this.#linger);
    this.#drain.end();
    this.#socket!.destroy();
  }

  readonly #flushSoon = (): void => {
    process.nextTick(this.#flush);
  };

  readonly #flush = (): void => {
    if (!this.#flushing || this.#socket!.destroyed) return;
    this.#flushing = false;
    this.#writeGathered();
    if (!this.#corked) return;
    this.#corked = false;
    this.#socket!.uncork();
  };

  readonly #written = (): void => {
    if (this.#destroyed) return;
    const held = this.#socket!.writableLength;
    if (held === 0) this.#gather.reuse();
    this.#drain.taken(this.#drain.pending - held - this.#gather.length);
  };

  #nextBuffer(): Uint8Array {
    if (this.#sink === undefined || this.#destroyed) return this.#early ??= new Uint8Array(EARLY);
    return this.#sink.nextBuffer();
  }

  #placed(length: number, buffer: Uint8Array): boolean {
    if (this.#destroyed) return false;
    if (this.#early === undefined) {
      this.#sink!.received(length);
    } else {
      this.#early = undefined;
      this.#copy(buffer.subarray(0, length));
    }
    return !this.#destroyed;
  }

  #copy(chunk: Uint8Array): void {
    for (let offset = 0; offset < chunk.length && !this.#destroyed;) {
      const buffer = this.#sink!.nextBuffer();
      const length = Math.min(buffer.length, chunk.length - offset);
      buffer.set(chunk.subarray(offset, offset + length));
      this.#sink!.received(length);
      offset += length;
    }
  }

  /** The peer sends no more: what is queued may still go out, for a short while. */
  #peerEnded(): void {
    if (this.#destroyed) return;
    this.end();
    this.#linger ??= setTimeout(() => this.destroy(), LINGER);
  }

  #closed(): void {
    this.destroy();
    this.#sink!.closed(this.#error);
  }
}
