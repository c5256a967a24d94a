import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connectTcp, listenTcp, type TcpConnection } from "../../../src/runtime/mod.ts";
import { pattern } from "../../lib/bytes.ts";
import { rejection } from "../../lib/rejections.ts";
import { Collector, deferred, pair } from "./tcp_fixtures.ts";

/** A server whose connections the test handles by itself; and a client of ours connected to it. */
async function raw(size?: number): Promise<{ client: TcpConnection; sink: Collector; socket: Socket; server: Server }> {
  const accepted = deferred<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    accepted.resolve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const sink = new Collector(size);
  const client = await connectTcp({ host: "127.0.0.1", port, timeout: 5000, sink: () => sink });
  return { client, sink, socket: await accepted.promise, server };
}

/** Some turns of the event loop, for what should not happen. */
const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

test("destroy() ends both sides, closed() is called once and without an error", async () => {
  const both = await pair();
  let inside = true;
  both.clientSink.closed = ((closed) => (error?: Error) => {
    assert.is(inside, false, "not inside destroy()");
    closed.call(both.clientSink, error);
  })(both.clientSink.closed);
  both.client.destroy();
  both.client.destroy();
  inside = false;
  assert.is(await both.clientSink.ended, undefined);
  assert.is(await both.serverSink.ended, undefined);
  await turns();
  assert.is(both.clientSink.closings.length, 1);
  assert.is(both.serverSink.closings.length, 1);
  await both.close();
});

test("after destroy() no byte is put into a buffer, although some were on their way", async () => {
  for (let round = 0; round < 20; round++) {
    const { client, sink, socket, server } = await raw(65536);
    socket.write(pattern(100));
    await sink.has(100);
    const pending = sink.buffers.at(-1)!;
    const written = new Promise((resolve) => socket.write(new Uint8Array(300_000).fill(1), resolve));
    // Lets the bytes reach our side, without a turn of our event loop.
    for (const until = performance.now() + 2; performance.now() < until;);
    const before = pending.slice();
    client.destroy();
    await sink.ended;
    await turns();
    assert.equal(pending, before);
    assert.is(sink.length, 100);
    socket.destroy();
    await written;
    server.close();
  }
});

test("destroy() inside received() stops the reading at once", async () => {
  const both = await pair({ client: 10 });
  both.clientSink.onReceived = () => both.client.destroy();
  both.server.write(pattern(10_000));
  await both.clientSink.ended;
  assert.is(both.clientSink.length, 10);
  both.server.destroy();
  await both.serverSink.ended;
  await both.listener.close();
});

test("destroy() inside received() of an accepted connection stops the reading at once", async () => {
  const both = await pair({ server: 10 });
  both.serverSink.onReceived = () => both.server.destroy();
  both.client.write(pattern(10_000));
  await both.serverSink.ended;
  assert.is(both.serverSink.length, 10);
  await both.clientSink.ended;
  await both.listener.close();
});

test("destroy() lets drained() resolve, and write() after it is ignored", async () => {
  const { client, sink, socket, server } = await raw();
  for (let i = 0; i < 32; i++) client.write(new Uint8Array(1 << 20));
  const drained = client.drained();
  client.destroy();
  await drained;
  client.write(new Uint8Array(10));
  client.end();
  assert.is(client.pendingBytes, 0);
  await client.drained();
  assert.is(await sink.ended, undefined);
  socket.destroy();
  server.close();
});

test("end() sends what is queued first, and the connection ends when the peer has closed too", async () => {
  const { client, sink, socket, server } = await raw();
  const total = 8 << 20;
  let came = 0;
  const fin = new Promise<void>((resolve) => socket.on("end", resolve));
  socket.on("data", (chunk: Uint8Array) => came += chunk.length);
  client.write(pattern(total));
  client.end();
  client.write(pattern(10));
  await fin;
  assert.is(came, total);
  assert.is(sink.closings.length, 0);
  socket.write(pattern(77));
  await sink.has(77);
  socket.end();
  assert.is(await sink.ended, undefined);
  server.close();
});

test("the peer's FIN ends the connection without an error", async () => {
  const { client, sink, socket, server } = await raw();
  socket.end(pattern(33));
  assert.is(await sink.ended, undefined);
  assert.is(sink.length, 33);
  client.write(pattern(10));
  await client.drained();
  assert.is(sink.closings.length, 1);
  server.close();
});

test("what was queued before the peer's FIN still goes out", async () => {
  const both = await pair();
  both.serverSink.onReceived = () => both.server.write(pattern(5000));
  both.client.write(pattern(10));
  both.client.end();
  assert.is(await both.clientSink.ended, undefined);
  assert.is(both.clientSink.length, 5000);
  await both.close();
});

test("a peer that has sent FIN and takes nothing is given up after a while", async () => {
  const { client, sink, socket, server } = await raw();
  for (let i = 0; i < 64; i++) client.write(new Uint8Array(1 << 20));
  socket.end();
  await sink.ended;
  await client.drained();
  socket.destroy();
  server.close();
});

test("a reset by the peer is an error with a code", async () => {
  const { client, sink, socket, server } = await raw();
  socket.write(pattern(10));
  await sink.has(10);
  socket.resetAndDestroy();
  const error = await sink.ended as Error & { code: string };
  assert.is(error.code, "ISCSI_CONNECTION_LOST");
  assert.match(error.message, `The connection to ${client.remoteAddress} was lost: the peer reset the connection`);
  assert.is(sink.closings.length, 1);
  server.close();
});

test("a reset while we send is an error with a code, and lets drained() resolve", async () => {
  const { client, sink, socket, server } = await raw();
  for (let i = 0; i < 64; i++) client.write(new Uint8Array(1 << 20));
  const drained = client.drained();
  await turns();
  socket.resetAndDestroy();
  const error = await sink.ended as Error & { code: string };
  assert.is(error.code, "ISCSI_CONNECTION_LOST");
  await drained;
  server.close();
});

test("an idle connection that is reset does not end the process", async () => {
  const { sink, socket, server } = await raw();
  await turns();
  socket.resetAndDestroy();
  assert.is((await sink.ended as { code?: string } | undefined)?.code, "ISCSI_CONNECTION_LOST");
  await turns();
  server.close();
});

test("a listener that is closed accepts no more, and its connections go on", async () => {
  const both = await pair();
  await both.listener.close();
  await both.listener.close();
  const error = await rejection(
    connectTcp({ host: "127.0.0.1", port: both.listener.port, timeout: 5000, sink: () => new Collector() }),
  );
  assert.is(error.code, "ISCSI_CONNECT_REFUSED");
  both.client.write(pattern(10));
  await both.serverSink.has(10);
  await both.close();
});

test("a port in use cannot be listened on", async () => {
  const listener = await listenTcp({ port: 0, sink: () => new Collector() });
  const error = await rejection(listenTcp({ port: listener.port, sink: () => new Collector() }));
  assert.is(error.code, "ISCSI_LISTEN_FAILED");
  assert.is(error.message, `Cannot listen on 127.0.0.1:${listener.port}: the address is in use`);
  await listener.close();
});

test.run();
