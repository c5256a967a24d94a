/**
 * TCP in Deno, over `Deno.connect` and `Deno.listen`: a read goes straight into the destination that the sink names. (The
 * runtime's `node:net` copies every chunk, and reads at about half the speed.) Needs `--allow-net=HOST:PORT` and nothing else.
 *
 * @module
 */

import { delay } from "../async/delay.ts";
import { formatAddress } from "./address.ts";
import { attempt } from "./attempt.ts";
import { listenError, lostError } from "./connect_error.ts";
import { DrainWaiters } from "./drain_waiters.ts";
import { denoApi, type DenoConn, type DenoListener } from "./platform.ts";
import type { ByteSink, ConnectTcpOptions, ListenTcpOptions, TcpConnection, TcpListener } from "./tcp.ts";
import { WriteQueue } from "./write_queue.ts";

/** How long, in milliseconds, one direction may go on when the other has ended. */
const LINGER = 1000;
/** Pause in milliseconds after an accept that failed, as when there are no file descriptors left. */
const ACCEPT_PAUSE = 100;

/** Connects as {@link "./tcp.ts".ConnectTcp} says. */
export async function connectTcp(options: ConnectTcpOptions): Promise<TcpConnection> {
  const { host: hostname, port } = options;
  const conn = await attempt(
    options,
    (signal) => denoApi().connect({ hostname, port, signal }),
    (late) => late.close(),
  );
  return new DenoConnection(conn, options.sink);
}

/** Listens, as {@link "./tcp.ts".ListenTcp} says. */
export function listenTcp(options: ListenTcpOptions): Promise<TcpListener> {
  const host = options.host ?? "127.0.0.1";
  let listener: DenoListener;
  try {
    listener = denoApi().listen({ hostname: host, port: options.port });
  } catch (error) {
    return Promise.reject(listenError(error, host, options.port));
  }
  let closed = false;
  const accept = async (): Promise<void> => {
    while (!closed) {
      let conn: DenoConn;
      try {
        conn = await listener.accept();
      } catch {
        if (!closed) await delay(ACCEPT_PAUSE);
        continue;
      }
      new DenoConnection(conn, options.sink);
    }
  };
  const accepting = accept();
  return Promise.resolve({
    host,
    port: listener.addr.port,
    close(): Promise<void> {
      if (!closed) {
        closed = true;
        listener.close();
      }
      // The system's socket stays open until the pending accept has ended.
      return accepting;
    },
  });
}

class DenoConnection implements TcpConnection {
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly #conn: DenoConn;
  readonly #sink: ByteSink;
  readonly #queue = new WriteQueue();
  readonly #drain = new DrainWaiters();
  #writing = false;
  /** Nothing more is sent: the FIN is queued, or sending has failed. */
  #ending = false;
  #destroyed = false;
  #error: Error | undefined;
  #linger: ReturnType<typeof setTimeout> | undefined;

  constructor(conn: DenoConn, sink: (connection: TcpConnection) => ByteSink) {
    this.#conn = conn;
    this.localAddress = formatAddress(conn.localAddr.hostname, conn.localAddr.port);
    this.remoteAddress = formatAddress(conn.remoteAddr.hostname, conn.remoteAddr.port);
    conn.setNoDelay(true);
    conn.setKeepAlive(true);
    this.#sink = sink(this);
    this.#read();
  }

  get pendingBytes(): number {
    return this.#drain.pending;
  }

  write(bytes: Uint8Array): void {
    if (this.#destroyed || this.#ending || bytes.length === 0) return;
    this.#drain.queued(bytes.length);
    this.#queue.push(bytes);
    this.#startWriting();
  }

  drained(): Promise<void> {
    return this.#drain.wait();
  }

  end(): void {
    if (this.#destroyed || this.#ending) return;
    this.#ending = true;
    this.#startWriting();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    clearTimeout(this.#linger);
    this.#queue.clear();
    this.#drain.end();
    // Cancels the pending read, whose end calls closed().
    this.#conn.close();
  }

  async #read(): Promise<void> {
    // The first read waits a turn, so that nothing of the sink is called before the caller has the connection.
    await undefined;
    try {
      while (!this.#destroyed) {
        const length = await this.#conn.read(this.#sink.nextBuffer());
        if (this.#destroyed) break;
        if (length === null) {
          await this.#finishWriting();
          break;
        }
        if (length > 0) this.#sink.received(length);
      }
    } catch (error) {
      if (!this.#destroyed) this.#error ??= lostError(error, this.remoteAddress);
    }
    this.destroy();
    this.#sink.closed(this.#error);
  }

  /** The peer sends no more: what is queued may still go out, for a short while. */
  #finishWriting(): Promise<void> {
    this.#ending = true;
    if (this.#drain.pending > 0) this.#destroySoon();
    return this.#drain.wait();
  }

  #destroySoon(): void {
    this.#linger ??= setTimeout(() => this.destroy(), LINGER);
  }

  #startWriting(): void {
    if (this.#writing) return;
    this.#writing = true;
    this.#write();
  }

  async #write(): Promise<void> {
    // What is queued in this turn of the event loop leaves together.
    await undefined;
    try {
      for (let portion = this.#queue.next(); portion !== undefined; portion = this.#queue.next()) {
        for (let offset = 0; offset < portion.length;) {
          const length = await this.#conn.write(offset === 0 ? portion : portion.subarray(offset));
          if (this.#destroyed) return;
          offset += length;
          this.#drain.taken(length);
        }
      }
      this.#writing = false;
      if (this.#ending) await this.#conn.closeWrite();
    } catch (error) {
      this.#writeFailed(error);
    }
  }

  /** The peer may have said why before it closed: the rest of what it sent is still read, for a short while. */
  #writeFailed(error: unknown): void {
    if (this.#destroyed) return;
    this.#ending = true;
    this.#error ??= lostError(error, this.remoteAddress);
    this.#queue.clear();
    this.#drain.end();
    this.#destroySoon();
  }
}
