/**
 * Free TCP ports for servers that cannot be given port 0.
 *
 * @module
 */

import { createServer } from "node:net";

/** Below the range from which Linux takes the ports of outgoing connections, so that a restart finds its port free. */
const FIRST = 20_000;
const LAST = 32_000;

/** Resolves with whether a server can listen there. */
function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host }, () => server.close(() => resolve(true)));
  });
}

/** A port on which nothing listens at any of the hosts. Another process may take it before you do: be ready to try again. */
export async function freePort(...hosts: string[]): Promise<number> {
  const all = hosts.length === 0 ? ["127.0.0.1"] : hosts;
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    const free = await Promise.all(all.map((host) => canListen(port, host)));
    if (free.every(Boolean)) return port;
  }
  throw new Error(`Found no free port on ${all.join(", ")}`);
}
