import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connectTcp } from "../../../src/runtime/mod.ts";
import { pattern } from "../../lib/bytes.ts";
import { Collector, deferred, pair } from "./tcp_fixtures.ts";

const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

test("bytes come in order, whatever the sizes of the pieces and of the buffers", async () => {
  let seed = 20240611;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  for (const direction of ["client", "server"] as const) {
    const both = await pair({ client: () => 1 + random(5000), server: () => 1 + random(200_000) });
    const [from, to] = direction === "client" ? [both.client, both.serverSink] : [both.server, both.clientSink];
    const all: Uint8Array[] = [];
    let sent = 0;
    for (let i = 0; i < 300; i++) {
      const length = [0, 1, 48, 48 + random(100), random(20_000), random(300_000)][random(6)]!;
      const piece = pattern(length, sent);
      sent += length;
      all.push(piece);
      from.write(piece);
      if (random(3) === 0) await undefined;
      if (random(20) === 0) await from.drained();
    }
    await to.has(sent);
    assert.is(to.length, sent);
    assert.ok(equal(to.bytes(), pattern(sent)), `sent by the ${direction}`);
    await both.close();
  }
});

test("the client's bytes are put into the memory that its sink gave, and nowhere else", async () => {
  const both = await pair({ client: 1000 });
  both.server.write(pattern(10_000));
  await both.clientSink.has(10_000);
  for (const chunk of both.clientSink.chunks) {
    assert.ok(both.clientSink.buffers.some((buffer) => buffer.buffer === chunk.buffer));
  }
  await both.close();
});

test("a view into a larger buffer is filled within its bounds", async () => {
  const whole = new Uint8Array(4096).fill(0xee);
  const both = await pair();
  both.clientSink.nextBuffer = () => {
    const view = whole.subarray(1000, 1010);
    both.clientSink.buffers.push(view);
    return view;
  };
  // The first buffer was asked for before the replacement: use it up.
  both.server.write(new Uint8Array(1));
  await both.clientSink.has(1);
  both.server.write(pattern(10, 7));
  await both.clientSink.has(11);
  assert.is(whole.subarray(0, 1000).findIndex((value) => value !== 0xee), -1);
  assert.is(whole.subarray(1010).findIndex((value) => value !== 0xee), -1);
  await both.close();
});

test("what is queued in one turn of the event loop leaves together", async () => {
  const both = await pair({ server: 1 << 20 });
  // The first portion tells that the connection is warm.
  both.client.write(new Uint8Array(1));
  await both.serverSink.has(1);
  for (let i = 0; i < 32; i++) both.client.write(pattern(48, i * 48));
  await both.serverSink.has(1 + 32 * 48);
  assert.is(both.serverSink.chunks.length, 2);
  await both.close();
});

test("what is queued by the promise jobs of one turn leaves together", async () => {
  const both = await pair({ server: 1 << 20 });
  both.client.write(new Uint8Array(1));
  await both.serverSink.has(1);
  await Promise.all(Array.from({ length: 32 }, async (_, i) => {
    await undefined;
    both.client.write(pattern(48, i * 48));
  }));
  await both.serverSink.has(1 + 32 * 48);
  assert.ok(both.serverSink.chunks.length <= 3, `${both.serverSink.chunks.length} portions`);
  await both.close();
});

test("pendingBytes counts what is queued, and drained() waits for what was queued before it", async () => {
  const both = await pair();
  assert.is(both.client.pendingBytes, 0);
  await both.client.drained();
  both.client.write(new Uint8Array(100));
  both.client.write(new Uint8Array(50));
  assert.is(both.client.pendingBytes, 150);
  await both.client.drained();
  assert.is(both.client.pendingBytes, 0);
  await both.serverSink.has(150);
  await both.close();
});

test("drained() resolves while later bytes are still queued", async () => {
  const both = await pair();
  const piece = new Uint8Array(1 << 20);
  let stop = false;
  const keepBusy = (async () => {
    while (!stop) {
      both.client.write(piece);
      both.client.write(piece);
      await both.client.drained();
    }
  })();
  for (let i = 0; i < 20; i++) {
    both.client.write(new Uint8Array(10));
    await both.client.drained();
  }
  stop = true;
  await keepBusy;
  await both.close();
});

test("a peer that does not read keeps the bytes pending, and they go when it reads", async () => {
  // A server of the test's own: ours always reads.
  const accepted = deferred<Socket>();
  const server = createServer((socket) => {
    socket.on("error", () => {});
    accepted.resolve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const sink = new Collector();
  const client = await connectTcp({ host: "127.0.0.1", port, timeout: 5000, sink: () => sink });
  const socket = await accepted.promise;
  const total = 64 << 20;
  const piece = pattern(1 << 20);
  for (let i = 0; i < total; i += piece.length) client.write(piece);
  let drained = false;
  const done = client.drained().then(() => drained = true);
  const sleep = new Promise((resolve) => setTimeout(resolve, 200));
  await sleep;
  assert.is(drained, false);
  assert.ok(client.pendingBytes > total / 2, `${client.pendingBytes} pending`);
  let came = 0;
  await new Promise<void>((resolve) =>
    socket.on("data", (chunk: Uint8Array) => {
      came += chunk.length;
      if (came === total) resolve();
    })
  );
  await done;
  assert.is(client.pendingBytes, 0);
  client.destroy();
  await sink.ended;
  server.close();
});

test("both directions at once, many megabytes", async () => {
  const both = await pair({ client: 262144, server: 262144 });
  const total = 32 << 20;
  const send = async (from: typeof both.client): Promise<void> => {
    for (let sent = 0; sent < total; sent += 262144) {
      from.write(new Uint8Array(48).fill(1));
      from.write(new Uint8Array(262144 - 48).fill(2));
      if (from.pendingBytes > 4 << 20) await from.drained();
    }
  };
  await Promise.all([send(both.client), send(both.server), both.clientSink.has(total), both.serverSink.has(total)]);
  for (const sink of [both.clientSink, both.serverSink]) {
    let ones = 0;
    for (const chunk of sink.chunks) for (const value of chunk) if (value === 1) ones++;
    assert.is(ones, 48 * (total / 262144));
  }
  await both.close();
});

test("addresses are host:port", async () => {
  const both = await pair();
  assert.is(both.client.remoteAddress, `127.0.0.1:${both.listener.port}`);
  assert.is(both.client.localAddress, both.server.remoteAddress);
  assert.is(both.server.localAddress, both.client.remoteAddress);
  await both.close();
});

test.run();
