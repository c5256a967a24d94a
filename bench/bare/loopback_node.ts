/**
 * Bare connections of Node.
 *
 * @module
 */

import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import process from "node:process";
import type { Ends } from "./loopback_ends.ts";

const host = "127.0.0.1";

function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => socket.write(bytes, (error) => error ? reject(error) : resolve()));
}

export const listen: Ends["listen"] = (accept) =>
  new Promise((resolve) => {
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on("error", () => process.exit());
      socket.on("close", () => process.exit());
      void accept({
        write: (bytes) => write(socket, bytes),
        receive: (_buffer, received) => {
          socket.on("data", (chunk) => received(chunk.length));
          return Promise.resolve();
        },
      });
    });
    server.listen(0, host, () => resolve((server.address() as AddressInfo).port));
  });

export const connect: Ends["connect"] = (port, buffer, received) =>
  new Promise((resolve) => {
    const callback = (length: number): boolean => {
      received(length);
      return true;
    };
    const socket = connectSocket({ host, port, noDelay: true, onread: { buffer, callback } }, () => {
      resolve({ write: (bytes) => write(socket, bytes) });
    });
  });
