/**
 * Bare connections of Deno.
 *
 * @module
 */

import type { Ends } from "./loopback_ends.ts";

const hostname = "127.0.0.1";

async function write(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(at === 0 ? bytes : bytes.subarray(at));
}

async function receive(conn: Deno.Conn, buffer: Uint8Array, received: (length: number) => void): Promise<void> {
  for (let length = await conn.read(buffer); length !== null; length = await conn.read(buffer)) received(length);
  Deno.exit();
}

export const listen: Ends["listen"] = (accept) => {
  const listener = Deno.listen({ hostname, port: 0 });
  const serve = async (): Promise<void> => {
    const conn = await listener.accept();
    conn.setNoDelay(true);
    await accept({
      write: (bytes) => write(conn, bytes),
      receive: (buffer, received) => receive(conn, buffer, received),
    });
  };
  serve().catch(() => Deno.exit());
  return Promise.resolve(listener.addr.port);
};

export const connect: Ends["connect"] = async (port, buffer, received) => {
  const conn = await Deno.connect({ hostname, port });
  conn.setNoDelay(true);
  // The caller has the connection before the first bytes.
  queueMicrotask(() => void receive(conn, buffer, received));
  return { write: (bytes) => write(conn, bytes) };
};
