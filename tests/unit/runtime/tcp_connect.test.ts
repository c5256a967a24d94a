import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { attempt } from "../../../src/runtime/attempt.ts";
import { connectTcp, listenTcp, type TcpConnection } from "../../../src/runtime/mod.ts";
import { where } from "../../peers/peer.ts";
import { pattern } from "../../lib/bytes.ts";
import { rejection } from "../../lib/rejections.ts";
import { Collector, deferred, freePort, pair } from "./tcp_fixtures.ts";

const sink = (): Collector => new Collector();

/** A port on which nobody listens. */
test("nobody listens", async () => {
  const port = await freePort();
  const error = await rejection(connectTcp({ host: "127.0.0.1", port, timeout: 5000, sink }));
  assert.is(error.name, "TransportError");
  assert.is(error.code, "ISCSI_CONNECT_REFUSED");
  assert.is(error.message, `Nothing listens at 127.0.0.1:${port}: connection refused`);
  assert.ok(error.cause);
});

test("nobody listens at any address of the host", async () => {
  const port = await freePort();
  const error = await rejection(connectTcp({ host: "localhost", port, timeout: 5000, sink }));
  assert.is(error.code, "ISCSI_CONNECT_REFUSED");
});

test("the host name is unknown", async () => {
  const error = await rejection(connectTcp({ host: "no-such-host.invalid", port: 3260, timeout: 20_000, sink }));
  assert.is(error.code, "ISCSI_HOST_NOT_FOUND");
  assert.is(error.message, "The host name no-such-host.invalid cannot be resolved");
});

test("a host that has IPv6 and IPv4 is reached by the one on which something listens", async () => {
  const listener = await listenTcp({ host: "127.0.0.1", port: 0, sink });
  const connection = await connectTcp({ host: "localhost", port: listener.port, timeout: 5000, sink });
  assert.is(connection.remoteAddress, `127.0.0.1:${listener.port}`);
  connection.destroy();
  await listener.close();
});

const hasIpv6 = Object.values(networkInterfaces()).flat().some((address) => address?.address === "::1");
where(hasIpv6, "IPv6", test)("IPv6", async () => {
  const both = await pair({ host: "::1" });
  assert.is(both.client.remoteAddress, `[::1]:${both.listener.port}`);
  both.client.write(pattern(10));
  await both.serverSink.has(10);
  await both.close();
});

test("an attempt that takes too long is given up", async () => {
  const options = { host: "::1", port: 3260, timeout: 20, sink };
  let signal: AbortSignal | undefined;
  const opened = deferred<string>();
  const discarded = deferred<string>();
  const open = (giveUp: AbortSignal): Promise<string> => {
    signal = giveUp;
    return opened.promise;
  };
  const error = await rejection(attempt(options, open, discarded.resolve));
  assert.is(error.name, "TimeoutError");
  assert.is(error.code, "ISCSI_CONNECT_TIMEOUT");
  assert.is((error as Error & { timeout?: number }).timeout, 20);
  assert.is(error.message, "No connection to [::1]:3260 within 20 ms");
  assert.ok(signal!.aborted);
  opened.resolve("too late");
  assert.is(await discarded.promise, "too late");
});

test("an abort ends the attempt with the reason of the signal", async () => {
  const abort = new AbortController();
  const options = { host: "::1", port: 3260, timeout: 5000, signal: abort.signal, sink };
  const waiting = rejection(attempt(options, () => new Promise<never>(() => {}), () => {}));
  const reason = new Error("changed my mind");
  abort.abort(reason);
  assert.is(await waiting, reason);
});

test("a signal that has fired already lets nothing begin", async () => {
  const reason = new Error("too late");
  const never = (): Collector => {
    throw new Error("A connection was made");
  };
  const listener = await listenTcp({ port: 0, sink: never });
  const waiting = connectTcp({
    host: "127.0.0.1",
    port: listener.port,
    timeout: 5000,
    signal: AbortSignal.abort(reason),
    sink: never,
  });
  assert.is(await rejection(waiting), reason);
  await listener.close();
});

test("an abort in mid-connect ends it, and after the connect it does nothing", async () => {
  const server = createServer((socket) => socket.on("error", () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const early = new AbortController();
  const waiting = rejection(connectTcp({ host: "127.0.0.1", port, timeout: 5000, signal: early.signal, sink }));
  early.abort();
  assert.is((await waiting).name, "AbortError");

  const late = new AbortController();
  const taker = new Collector();
  const connection = await connectTcp({
    host: "127.0.0.1",
    port,
    timeout: 200,
    signal: late.signal,
    sink: () => taker,
  });
  late.abort();
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.is(taker.closings.length, 0);
  connection.write(pattern(10));
  await connection.drained();
  connection.destroy();
  await taker.ended;
  server.close();
});

test("the sink is made once, with the connection, before the first byte", async () => {
  const server = createServer((socket) => socket.on("error", () => {}).end("hello"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const given: TcpConnection[] = [];
  const taker = new Collector(2);
  const connection = await connectTcp({
    host: "127.0.0.1",
    port,
    timeout: 5000,
    sink: (own) => {
      given.push(own);
      return taker;
    },
  });
  assert.is(taker.length, 0);
  assert.equal(given.length, 1);
  assert.is(given[0], connection);
  await taker.ended;
  assert.is(new TextDecoder().decode(taker.bytes()), "hello");
  server.close();
});

test.run();
