/**
 * TCP in Node, over `node:net`: `onread` puts the bytes into the destination that the sink names, and what is queued in one
 * turn of the event loop leaves by one `writev`, headers and payloads unjoined.
 *
 * @module
 */

import { type AddressInfo, connect, createServer } from "node:net";
import { onAbort } from "../async/on_abort.ts";
import { attempt } from "./attempt.ts";
import { listenError } from "./connect_error.ts";
import { NodeConnection } from "./node_connection.ts";
import type { ConnectTcpOptions, ListenTcpOptions, TcpConnection, TcpListener } from "./tcp.ts";

/** Milliseconds after which the next address of a host is tried. Node's own 250 gives up on hosts that are far away. */
const NEXT_ADDRESS = 1000;

/** Connects, as {@link "./tcp.ts".ConnectTcp} says. */
export function connectTcp(options: ConnectTcpOptions): Promise<TcpConnection> {
  const { host, port, sink } = options;
  return attempt(
    options,
    (giveUp) =>
      new Promise((resolve, reject) => {
        const connection = new NodeConnection();
        const socket = connect({
          host,
          port,
          noDelay: true,
          keepAlive: true,
          allowHalfOpen: true,
          autoSelectFamily: true,
          autoSelectFamilyAttemptTimeout: NEXT_ADDRESS,
          onread: connection.onread,
        });
        const failed = (error: Error): void => reject(error);
        socket.once("error", failed);
        socket.once("connect", () => {
          socket.off("error", failed);
          connection.start(socket, sink);
          resolve(connection);
        });
        onAbort(giveUp, () => socket.destroy());
      }),
    (late) => late.destroy(),
  );
}

/** Listens, as {@link "./tcp.ts".ListenTcp} says. */
export function listenTcp(options: ListenTcpOptions): Promise<TcpListener> {
  const host = options.host ?? "127.0.0.1";
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true, keepAlive: true, allowHalfOpen: true }, (socket) => {
      new NodeConnection().accept(socket, options.sink);
    });
    server.on("error", (error) => reject(listenError(error, host, options.port)));
    server.listen(options.port, host, () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        host,
        port,
        close(): Promise<void> {
          // Its callback would also wait for the accepted connections, which go on.
          server.close();
          return Promise.resolve();
        },
      });
    });
  });
}
