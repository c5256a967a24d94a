/**
 * Starts the relay of bench/relay.ts, and measures what it does by itself.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { median } from "./report/statistics.ts";

/** A running relay. */
export interface Relay {
  /** Where it listens, on 127.0.0.1. */
  port: number;
  /** Ends it. */
  stop(): void;
}

/** What the relay does to an echo and to a stream. */
export interface RelayFigures {
  /** Wanted, in milliseconds. */
  delay: number;
  /** A byte there and back, in milliseconds, median and most. */
  roundTrip: [number, number];
  /** One way through it, in bytes for each second. */
  rate: number;
}

const ECHOES = 50;
const STREAMED = 512 << 20;
const CHUNK = new Uint8Array(256 * 1024);

/** Starts a relay in front of a server. */
export async function startRelay(host: string, port: number, delay: number): Promise<Relay> {
  const script = fileURLToPath(new URL("./relay.ts", import.meta.url));
  const child: ChildProcess = spawn(Deno.execPath(), ["run", "-A", script, host, String(port), String(delay)], {
    // It ends with its standard input: with us, however we end.
    stdio: ["pipe", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout as NonNullable<typeof child.stdout> })) {
    return { port: Number(line), stop: () => void child.kill("SIGKILL") };
  }
  throw new Error("The relay has ended at its start");
}

async function listening(onSocket: (socket: Socket) => void): Promise<[Server, number]> {
  const server = createServer({ noDelay: true }, onSocket);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return [server, address.port];
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  return socket;
}

async function roundTrips(delay: number): Promise<[number, number]> {
  const [server, port] = await listening((socket) => socket.pipe(socket));
  const relay = await startRelay("127.0.0.1", port, delay);
  try {
    const socket = await connected(relay.port);
    const times: number[] = [];
    while (times.length < ECHOES) {
      const start = performance.now();
      const back = new Promise((resolve) => socket.once("data", resolve));
      socket.write("x");
      await back;
      times.push(performance.now() - start);
    }
    socket.destroy();
    return [median(times), Math.max(...times)];
  } finally {
    relay.stop();
    server.close();
  }
}

async function streamRate(delay: number): Promise<number> {
  let received = 0;
  let done = (): void => {};
  const all = new Promise<void>((resolve) => done = resolve);
  const [server, port] = await listening((socket) => {
    socket.on("data", (bytes: Uint8Array) => {
      received += bytes.length;
      if (received >= STREAMED) done();
    });
  });
  const relay = await startRelay("127.0.0.1", port, delay);
  try {
    const socket = await connected(relay.port);
    const start = performance.now();
    for (let sent = 0; sent < STREAMED; sent += CHUNK.length) {
      if (!socket.write(CHUNK)) await new Promise((resolve) => socket.once("drain", resolve));
    }
    await all;
    const rate = received / (performance.now() - start) * 1000;
    socket.destroy();
    return rate;
  } finally {
    relay.stop();
    server.close();
  }
}

/** Measures a relay of some latency: an echo, and a stream. */
export async function measureRelay(delay: number): Promise<RelayFigures> {
  return { delay, roundTrip: await roundTrips(delay), rate: await streamRate(delay) };
}
