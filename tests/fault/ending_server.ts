/**
 * A server on loopback whose connections end as a test wants. It never waits for ever: what our side has not closed in time
 * is told, and then ended from here.
 *
 * @module
 */

import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { PeerConnection } from "../protocol/peer_connection.ts";
import { socketsTo, soon } from "./sockets.ts";

/** How a peer ends a connection: FIN, both directions at once, or RST. */
export const ENDINGS = ["end", "destroy", "resetAndDestroy"] as const;
/** One of {@link ENDINGS}. */
export type Ending = typeof ENDINGS[number];

/** Milliseconds that our side may take to close its sockets after a session: far above what it needs. */
const PATIENCE = 5_000;

/** The server. */
export class EndingServer {
  readonly #server: Server;
  /** All connections so far. */
  readonly connections: PeerConnection[] = [];

  private constructor(accepted: (connection: PeerConnection, number: number) => void) {
    // Half-open: that the peer has sent its FIN closes nothing by itself, our side has to do that.
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      const connection = new PeerConnection(socket);
      this.connections.push(connection);
      accepted(connection, this.connections.length - 1);
    });
  }

  /** Listens on a free port. `accepted` gets each connection, counted from 0. */
  static listen(accepted: (connection: PeerConnection, number: number) => void): Promise<EndingServer> {
    const ending = new EndingServer(accepted);
    return new Promise((resolve, reject) => {
      ending.#server.on("error", reject);
      ending.#server.listen(0, "127.0.0.1", () => resolve(ending));
    });
  }

  /** Its port. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends everything. Returns what was wrong: sockets that our side had not closed by then. */
  async close(): Promise<string[]> {
    const { port } = this;
    await soon(PATIENCE, () => socketsTo(port).length === 0);
    const wrong = socketsTo(port).map((state) => `a socket of ours is left, ${state}`);
    const sockets = this.connections.map(({ socket }) => socket);
    // One that does not read never learns that the other side has closed.
    for (const socket of sockets) socket.resume();
    const seen = Promise.all(sockets.map(ended));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve("the peer does not see that our side has closed"), PATIENCE);
    });
    const more = await Promise.race([seen, late]);
    clearTimeout(timer);
    if (typeof more === "string") wrong.push(more);
    for (const socket of sockets) socket.destroy();
    // Its callback waits for what those sockets still have to do, which is no matter of ours.
    this.#server.close();
    return wrong;
  }
}

function ended(socket: Socket): Promise<void> {
  if (socket.destroyed || socket.readableEnded) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once("end", resolve);
    socket.once("close", () => resolve());
  });
}

/** Ends a connection when it has sent so many bytes, exactly: the peer goes on reading. */
export function endAfterSent({ socket }: PeerConnection, bytes: number, ending: Ending): void {
  const write = socket.write.bind(socket) as (chunk: Uint8Array, done?: () => void) => boolean;
  let left = bytes;
  socket.write = ((chunk: Uint8Array): boolean => {
    if (left < 0) return false;
    if (chunk.length < left) {
      left -= chunk.length;
      return write(chunk);
    }
    const part = chunk.subarray(0, left);
    left = -1;
    // They leave before the end, although a reset may overtake them. An empty chunk may never be reported as written.
    const end = socket.end.bind(socket);
    // The peer's own FIN, after the answer to a logout, must not come between: Node (20) refuses a reset while a FIN is on
    // its way, forgets the socket, and at its end turns in a circle for ever, waiting for it to close.
    socket.end = () => socket;
    const finish = (): unknown => ending === "end" ? end() : socket[ending]();
    if (part.length === 0) finish();
    else write(part, finish);
    return false;
  }) as typeof socket.write;
}

/** Ends a connection when so many bytes have come, or a few more: as they come in, so they are counted. */
export function endAfterReceived({ socket }: PeerConnection, bytes: number, ending: Ending): void {
  let left = bytes;
  socket.on("data", (chunk: Uint8Array) => {
    if (left < 0) return;
    left -= chunk.length;
    if (left < 0) socket[ending]();
  });
}
