import { connectTcp, listenTcp } from "../../../src/runtime/mod.ts";
import type { ByteSink, TcpConnection, TcpListener } from "../../../src/runtime/mod.ts";

/** A promise with its handles. */
export interface Deferred<Value> {
  promise: Promise<Value>;
  resolve(value: Value): void;
}

export function deferred<Value>(): Deferred<Value> {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((done) => resolve = done);
  return { promise, resolve };
}

/** A sink that collects what comes into buffers of `size` bytes, and lets tests wait for a count or the end. */
export class Collector implements ByteSink {
  readonly chunks: Uint8Array[] = [];
  readonly buffers: Uint8Array[] = [];
  length = 0;
  closings: (Error | undefined)[] = [];
  /** Called after each portion. */
  onReceived: (length: number) => void = () => {};
  readonly #size: () => number;
  readonly #ended = deferred<Error | undefined>();
  #waiting: { target: number; done: Deferred<void> }[] = [];

  constructor(size: number | (() => number) = 65536) {
    this.#size = typeof size === "number" ? () => size : size;
  }

  nextBuffer(): Uint8Array {
    const buffer = new Uint8Array(this.#size());
    this.buffers.push(buffer);
    return buffer;
  }

  received(length: number): void {
    this.chunks.push(this.buffers.at(-1)!.subarray(0, length));
    this.length += length;
    this.onReceived(length);
    for (const { done } of this.#waiting.filter(({ target }) => target <= this.length)) done.resolve();
  }

  closed(error?: Error): void {
    this.closings.push(error);
    this.#ended.resolve(error);
  }

  /** Resolves with what `closed()` was called with. */
  get ended(): Promise<Error | undefined> {
    return this.#ended.promise;
  }

  /** Resolves when `target` bytes have come. */
  async has(target: number): Promise<void> {
    if (this.length >= target) return;
    const done = deferred<void>();
    this.#waiting.push({ target, done });
    await done.promise;
  }

  /** All that came, in one piece. */
  bytes(): Uint8Array {
    const all = new Uint8Array(this.length);
    let offset = 0;
    for (const chunk of this.chunks) {
      all.set(chunk, offset);
      offset += chunk.length;
    }
    return all;
  }
}

/** Both ends of a connection over loopback. */
export interface Pair {
  client: TcpConnection;
  clientSink: Collector;
  server: TcpConnection;
  serverSink: Collector;
  listener: TcpListener;
  /** Ends everything. */
  close(): Promise<void>;
}

export async function pair(
  sizes: { client?: number | (() => number); server?: number | (() => number); host?: string } = {},
): Promise<Pair> {
  const host = sizes.host ?? "127.0.0.1";
  const serverSink = new Collector(sizes.server);
  const clientSink = new Collector(sizes.client);
  const accepted = deferred<TcpConnection>();
  const listener = await listenTcp({
    host,
    port: 0,
    sink: (connection) => {
      accepted.resolve(connection);
      return serverSink;
    },
  });
  const client = await connectTcp({ host, port: listener.port, timeout: 5000, sink: () => clientSink });
  const server = await accepted.promise;
  return {
    client,
    clientSink,
    server,
    serverSink,
    listener,
    async close(): Promise<void> {
      client.destroy();
      server.destroy();
      await Promise.all([clientSink.ended, serverSink.ended, listener.close()]);
    },
  };
}

/** A port of 127.0.0.1 on which nothing listens. */
export async function freePort(): Promise<number> {
  const listener = await listenTcp({ port: 0, sink: () => new Collector() });
  await listener.close();
  return listener.port;
}
