// runtimes: deno
import { connect, createServer } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startRelay } from "../../../bench/relayed.ts";

test("the relay adds its latency once there and back, and changes no byte", async () => {
  const server = createServer((socket) => socket.pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const relay = await startRelay("127.0.0.1", port, 20);
  const socket = connect({ host: "127.0.0.1", port: relay.port });
  try {
    const sent = new Uint8Array(3 << 20).map((_, index) => index % 251);
    const start = performance.now();
    let first = 0;
    let received = 0;
    const back = new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.on("data", (bytes: Uint8Array) => {
        first ||= performance.now() - start;
        if (bytes.some((byte, index) => byte !== (received + index) % 251)) reject(new Error("The bytes differ"));
        received += bytes.length;
        if (received === sent.length) resolve();
      });
    });
    socket.write(sent);
    await back;
    assert.ok(first >= 20, `${first} ms`);
    const ended = new Promise((resolve) => socket.once("close", resolve));
    socket.end();
    // The end goes through too.
    await ended;
  } finally {
    socket.destroy();
    relay.stop();
    server.close();
  }
});

test.run();
