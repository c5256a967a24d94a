/**
 * A TCP relay on loopback that can go silent: it neither closes nor answers, as a network that drops everything. It can be slow too.
 *
 * @module
 */

import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** One connection through the relay. */
class Pair {
  readonly #sockets: readonly [Socket, Socket];
  #held = false;
  /** Bytes that came after the hold; they stay in order. */
  #kept: [to: Socket, chunk: Uint8Array][] = [];

  /** @param rate most bytes per second in each direction */
  constructor(near: Socket, far: Socket, rate: number) {
    this.#sockets = [near, far];
    for (const [from, to] of [[near, far], [far, near]] as const) {
      from.on("data", (chunk: Uint8Array) => {
        if (this.#held) return void this.#kept.push([to, chunk]);
        if (rate < Infinity) return void this.#trickle(from, to, chunk, rate);
        if (!to.write(chunk)) {
          from.pause();
          to.once("drain", () => this.#held || from.resume());
        }
      });
      from.on("error", () => {});
      // A silent network does not pass a FIN on either: the far end learns of it when the silence is over.
      from.on("end", () => this.#held || to.end());
      from.on("close", () => this.#held || to.destroy());
    }
  }

  /** Passes a chunk on little by little, and takes nothing more meanwhile: what follows waits in the sockets. */
  async #trickle(from: Socket, to: Socket, chunk: Uint8Array, rate: number): Promise<void> {
    from.pause();
    const step = Math.max(1, Math.floor(rate / 100));
    for (let at = 0; at < chunk.length && !to.destroyed; at += step) {
      to.write(chunk.subarray(at, at + step));
      await wait(10);
    }
    if (!this.#held) from.resume();
  }

  /** Passes nothing on, and takes hardly anything more. */
  hold(): void {
    this.#held = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Passes on what was kept, and goes on. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    const [near, far] = this.#sockets;
    for (const [to, chunk] of this.#kept.splice(0)) to.write(chunk);
    near.resume();
    far.resume();
    if (near.destroyed || near.readableEnded) far.end();
    if (far.destroyed || far.readableEnded) near.end();
  }

  destroy(): void {
    this.#held = false;
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** A listening relay. */
export class Relay {
  readonly #server: Server;
  readonly #pairs: Set<Pair> = new Set();
  #silent = false;
  /** Most bytes per second in each direction of connections that are made from now on. */
  rate = Infinity;
  #connections = 0;

  private constructor(server: Server, target: { host: string; port: number }) {
    this.#server = server;
    server.on("connection", (near: Socket) => {
      this.#connections++;
      const pair = new Pair(near, connect({ host: target.host, port: target.port }), this.rate);
      this.#pairs.add(pair);
      near.on("close", () => this.#pairs.delete(pair));
      if (this.#silent) pair.hold();
    });
  }

  /** Relays a free port of loopback to `target`. */
  static start(target: { host: string; port: number }): Promise<Relay> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true });
      server.on("error", reject);
      server.listen(0, "127.0.0.1", () => resolve(new Relay(server, target)));
    });
  }

  /** The port it listens on. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections taken so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Nothing passes any more: neither on the connections there are nor on those that come. */
  silence(): void {
    this.#silent = true;
    for (const pair of this.#pairs) pair.hold();
  }

  /** The end of the silence: what was kept arrives now. */
  speak(): void {
    this.#silent = false;
    for (const pair of this.#pairs) pair.release();
  }

  /** Holds the connections there are now, and only those; the function that is returned lets what they kept arrive. */
  holdPresent(): () => void {
    const pairs = [...this.#pairs];
    for (const pair of pairs) pair.hold();
    return () => {
      for (const pair of pairs) pair.release();
    };
  }

  /** Cuts the connections there are now. */
  cut(): void {
    for (const pair of this.#pairs) pair.destroy();
  }

  /** Ends everything. */
  close(): Promise<void> {
    for (const pair of this.#pairs) pair.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
