/**
 * A target that says whatever a test wants: it listens on loopback and hands out its connections.
 *
 * @module
 */

import { type AddressInfo, createServer, type Server } from "node:net";
import { PeerConnection } from "./peer_connection.ts";
import { within } from "./within.ts";

/** A listening peer. */
export class Peer {
  readonly #server: Server;
  readonly #arrived: PeerConnection[] = [];
  #waiting: ((connection: PeerConnection) => void) | undefined;
  /** Every connection so far. */
  readonly all: PeerConnection[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      const connection = new PeerConnection(socket);
      this.all.push(connection);
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting !== undefined) waiting(connection);
      else this.#arrived.push(connection);
    });
  }

  /** Listens on a free port of loopback. */
  static listen(): Promise<Peer> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true });
      server.on("error", reject);
      server.listen(0, "127.0.0.1", () => resolve(new Peer(server)));
    });
  }

  /** Its port. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The next connection. */
  accept(): Promise<PeerConnection> {
    const arrived = this.#arrived.shift();
    if (arrived !== undefined) return Promise.resolve(arrived);
    return within(new Promise<PeerConnection>((resolve) => this.#waiting = resolve), () => "a connection");
  }

  /** Ends everything. */
  close(): Promise<void> {
    for (const { socket } of this.all) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
