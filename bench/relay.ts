/**
 * A relay that adds latency, in a process of its own: `deno run -A bench/relay.ts HOST PORT MILLISECONDS`. Whatever comes in goes on
 * after half of that time, in both directions; the rate is not limited. It prints its port.
 *
 * Timers of both runtimes count whole milliseconds, which is too coarse here; so it waits in libc's `usleep`.
 *
 * @module
 */

/** Bytes that may be under way in one direction: 50 ms at 2.5 GB/s. */
const MOST_UNDER_WAY = 128 << 20;
const CHUNK = 256 * 1024;

const libc = Deno.dlopen("libc.so.6", {
  usleep: { parameters: ["u32"], result: "i32", nonblocking: true },
});

interface Piece {
  due: number;
  bytes: Uint8Array<ArrayBuffer>;
}

/** A condition that one waits for and the other one signals. */
class Signal {
  #wake: () => void = () => {};

  wait(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  raise(): void {
    this.#wake();
  }
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await to.write(bytes.subarray(done));
}

/** One direction, until its source has ended or the destination takes no more. */
async function forward(from: Deno.TcpConn, to: Deno.TcpConn, delay: number): Promise<void> {
  const queue: Piece[] = [];
  const arrived = new Signal();
  const left = new Signal();
  let underWay = 0;
  let ended = false;
  const reading = (async () => {
    try {
      for (;;) {
        if (underWay > MOST_UNDER_WAY) await left.wait();
        const bytes = new Uint8Array(CHUNK);
        const length = await from.read(bytes);
        if (length === null) break;
        queue.push({ due: performance.now() + delay, bytes: bytes.subarray(0, length) });
        underWay += length;
        arrived.raise();
      }
    } finally {
      ended = true;
      arrived.raise();
    }
  })();
  reading.catch(() => {});
  for (;;) {
    const piece = queue.shift();
    if (piece === undefined) {
      if (ended) break;
      await arrived.wait();
      continue;
    }
    const wait = piece.due - performance.now();
    if (wait > 0) await libc.symbols.usleep(Math.round(wait * 1000));
    await writeAll(to, piece.bytes);
    underWay -= piece.bytes.length;
    left.raise();
  }
  await to.closeWrite();
}

async function connection(client: Deno.TcpConn, host: string, port: number, delay: number): Promise<void> {
  client.setNoDelay();
  try {
    const server = await Deno.connect({ hostname: host, port });
    server.setNoDelay();
    try {
      // Where one direction fails, the other one is of no use.
      await Promise.all([forward(client, server, delay), forward(server, client, delay)]);
    } finally {
      server.close();
    }
  } finally {
    client.close();
  }
}

const [host, port, milliseconds] = Deno.args;
if (host === undefined || !(Number(milliseconds) >= 0)) throw new Error("Usage: relay.ts HOST PORT MILLISECONDS");
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
// Whoever has started it is gone.
(async () => {
  while (await Deno.stdin.read(new Uint8Array(1)) !== null);
  Deno.exit();
})();
for await (const client of listener) {
  connection(client, host, Number(port), Number(milliseconds) / 2).catch(() => {
    // The client or the target is gone: so is the connection, and either notices.
  });
}
