import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryDevice } from "../../src/devices/mod.ts";
import { httpDevice, type HttpDeviceOptions } from "../../src/devices/http.ts";
import { createReadStream, readable, writable } from "../../src/streams/mod.ts";
import { same } from "../lib/bytes.ts";
import { code, outcome } from "../lib/rejections.ts";
import { Random, runSeed } from "./random.ts";
import { deviceSuite } from "./suite.ts";

const SIZE = 20 * 1024 * 1024 + 100;
const bytes = new Random(9).fill(new Uint8Array(SIZE));
let tag: string | undefined = '"one"';
/** Looks at a request first; true: it has answered. */
let intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
let requests = 0;
let active = 0;

const server: Server = createServer((request, response) => {
  requests++;
  active++;
  response.on("close", () => active--);
  if (intercept?.(request, response) === true) return;
  const match = request.headers["if-match"];
  if (match !== undefined && match !== tag) return void response.writeHead(412).end();
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  const first = Number(range?.[1]);
  const last = Math.min(Number(range?.[2]), SIZE - 1);
  response.writeHead(206, {
    "content-range": `bytes ${first}-${last}/${SIZE}`,
    "content-length": last - first + 1,
    ...(tag === undefined ? {} : { etag: tag }),
  });
  response.end(bytes.subarray(first, last + 1));
});
const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/disk.img?x=1`;

test.before(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve)));
test.before.each(() => {
  intercept = undefined;
  tag = '"one"';
});

test("reads at random places, several at a time", async () => {
  const device = await httpDevice(url());
  assert.is(device.size, SIZE);
  assert.is(device.readOnly, true);
  const random = new Random(runSeed("http"));
  await Promise.all(Array.from({ length: 100 }, async () => {
    const length = random.chance(0.1) ? random.int(0, 10 * 1024 * 1024) : random.int(0, 10_000);
    const position = random.int(0, SIZE - length);
    assert.ok(same(await device.read(position, length), bytes.subarray(position, position + length)));
  }));
  await device.close();
});

test("copies as a stream to another device", async () => {
  const device = await httpDevice(url());
  const target = memoryDevice(SIZE, { blockSize: 4 });
  await readable(device).pipeTo(writable(target));
  assert.ok(same(await target.read(0, SIZE), bytes));
  await device.close();
});

test("goes on after lost connections and busy servers, asking for the rest only", async () => {
  const device = await httpDevice(url(), { retries: 3 });
  let asked = 0;
  let cuts = 0;
  intercept = (request, response) => {
    const [first, last] = /(\d+)-(\d+)/.exec(request.headers.range!)!.slice(1).map(Number) as [number, number];
    asked += last - first + 1;
    if (cuts++ >= 3) return false;
    if (cuts === 2) {
      response.writeHead(503).end();
      return true;
    }
    response.writeHead(206, { "content-range": `bytes ${first}-${last}/${SIZE}`, "content-length": last - first + 1 });
    response.write(bytes.subarray(first, first + 100_000), () => setTimeout(() => response.destroy(), 20));
    return true;
  };
  assert.ok(same(await device.read(5, 1_000_000), bytes.subarray(5, 1_000_005)));
  assert.is(cuts, 4);
  assert.ok(asked < 4_000_000 - 100_000, String(asked));
  await device.close();
});

test("gives up after its tries", async () => {
  const device = await httpDevice(url(), { retries: 1 });
  intercept = (_request, response) => {
    response.writeHead(500).end();
    return true;
  };
  assert.is(await code(device.read(0, 10)), "ISCSI_CONNECT_FAILED");
  await device.close();
});

test("notices another version of the file", async () => {
  const device = await httpDevice(url());
  tag = '"two"';
  assert.is(await code(device.read(0, 10)), "COPY_FILE");
  await device.close();
});

test("notices another version of the file behind a server that ignores If-Match", async () => {
  const answer = (headers: Record<string, string>) => (request: IncomingMessage, response: ServerResponse) => {
    const [first, last] = /(\d+)-(\d+)/.exec(request.headers.range!)!.slice(1).map(Number) as [number, number];
    response.writeHead(206, { "content-range": `bytes ${first}-${last}/${SIZE}`, ...headers });
    response.end(bytes.subarray(first, last + 1));
    return true;
  };
  const modified = (second: number) => ({ "last-modified": `Tue, 01 Sep 2026 10:00:0${second} GMT` });
  const changes: [Record<string, string>, Record<string, string>, string | undefined][] = [
    [{ etag: '"one"' }, { etag: '"two"' }, "COPY_FILE"],
    [{ etag: 'W/"one"' }, { etag: 'W/"two"' }, "COPY_FILE"],
    [modified(1), modified(2), "COPY_FILE"],
    [{ etag: '"one"', ...modified(1) }, { etag: '"one"', ...modified(2) }, undefined],
    [{ etag: '"one"', ...modified(1) }, {}, undefined],
  ];
  for (const [before, after, expected] of changes) {
    intercept = answer(before);
    const device = await httpDevice(url(), { retries: 0 });
    assert.is((await device.read(0, 10)).length, 10);
    intercept = answer(after);
    assert.is(await outcome(device.read(0, 10)), expected, JSON.stringify(after));
    await device.close();
  }
});

test("asks for the file as it is, and refuses an encoded one", async () => {
  const encodings: unknown[] = [];
  intercept = (request, response) => {
    encodings.push(request.headers["accept-encoding"]);
    const [first, last] = /(\d+)-(\d+)/.exec(request.headers.range!)!.slice(1).map(Number) as [number, number];
    const encoding = last === 0 ? "identity" : "gzip";
    response.writeHead(206, { "content-range": `bytes ${first}-${last}/${SIZE}`, "content-encoding": encoding });
    response.end(bytes.subarray(first, last + 1));
    return true;
  };
  const device = await httpDevice(url());
  assert.is(await code(device.read(0, 10)), "BLOCK_UNSUPPORTED");
  assert.equal(encodings, ["identity", "identity"]);
  await device.close();
});

test("refuses options and addresses that are not allowed", async () => {
  const wrong: [HttpDeviceOptions, string][] = [
    [{ retries: NaN }, "ERR_OUT_OF_RANGE"],
    [{ retries: -1 }, "ERR_OUT_OF_RANGE"],
    [{ connections: 0 }, "ERR_OUT_OF_RANGE"],
    [{ connections: 257 }, "ERR_OUT_OF_RANGE"],
    [{ timeout: 0.5 }, "ERR_OUT_OF_RANGE"],
    [{ blockSize: 3 }, "ERR_OUT_OF_RANGE"],
    [{ blockSize: 0 }, "ERR_OUT_OF_RANGE"],
    [{ retries: "4" as never }, "ERR_INVALID_ARG_TYPE"],
    [{ signal: {} as never }, "ERR_INVALID_ARG_TYPE"],
    [{ signal: AbortSignal.abort() }, "ABORT_ERR"],
  ];
  const before = requests;
  for (const [options, expected] of wrong) {
    assert.is(await code(httpDevice(url(), options)), expected, JSON.stringify(options));
  }
  for (const address of ["ftp://127.0.0.1/x", "disk.img", ""]) {
    assert.is(await code(httpDevice(address)), "ERR_INVALID_ARG_VALUE", address);
  }
  assert.is(requests, before);
});

test("refuses what is not the range asked for", async () => {
  const cases: [(request: IncomingMessage, response: ServerResponse) => void, string][] = [
    [(_, response) => response.writeHead(200).end(bytes.subarray(0, 100)), "BLOCK_UNSUPPORTED"],
    [(_, response) => response.writeHead(404).end(), "COPY_FILE"],
    [
      (_, response) => response.writeHead(206, { "content-range": `bytes 1-10/${SIZE}` }).end("x"),
      "HTTP_BAD_RESPONSE",
    ],
    [
      (_, response) => response.writeHead(206, { "content-range": `bytes 0-9/${SIZE + 1}` }).end("x"),
      "HTTP_BAD_RESPONSE",
    ],
    [
      (_, response) => response.writeHead(206, { "content-range": `bytes 0-9/${SIZE}` }).end("much too long a body"),
      "HTTP_BAD_RESPONSE",
    ],
  ];
  for (const [answer, expected] of cases) {
    const device = await httpDevice(url(), { retries: 0 });
    intercept = (request, response) => {
      answer(request, response);
      return true;
    };
    assert.is(await code(device.read(0, 10)), expected);
    intercept = undefined;
    await device.close();
  }
  intercept = (_, response) => void response.writeHead(200).end("whole") === undefined;
  assert.is(await code(httpDevice(url())), "BLOCK_UNSUPPORTED");
  intercept = (_, response) => void response.writeHead(404).end() === undefined;
  assert.is(await code(httpDevice(url())), "COPY_FILE");
  assert.is(await code(httpDevice("http://127.0.0.1:1/x", { retries: 0 })), "ISCSI_CONNECT_REFUSED");
});

test("an empty file is an empty device", async () => {
  intercept = (_, response) => void response.writeHead(416, { "content-range": "bytes */0" }).end() === undefined;
  const device = await httpDevice(url());
  assert.is(device.size, 0);
  assert.is((await device.read(0, 0)).length, 0);
  await device.close();
});

test("an abort ends what is in flight, and leaves no connection that works on", async () => {
  const device = await httpDevice(url());
  intercept = () => true;
  const controller = new AbortController();
  const stream = createReadStream(device, { signal: controller.signal, requestSize: 100_000 });
  const failed = new Promise<{ code: string }>((resolve) => stream.on("error", resolve));
  const closed = new Promise<void>((resolve) => void stream.on("close", () => resolve()));
  stream.resume();
  while (requests === 0 || active === 0) await new Promise<void>((resolve) => setTimeout(resolve, 1));
  controller.abort();
  assert.is((await failed).code, "ABORT_ERR");
  await closed;
  await device.close();
  while (active > 0) await new Promise<void>((resolve) => setTimeout(resolve, 1));
});

test.run();

const contract = deviceSuite({ name: "http", open: () => httpDevice(url()) });
contract.before(() => {
  intercept = undefined;
  tag = undefined;
});
contract.after(() => {
  server.closeAllConnections();
  server.close();
});
contract.run();
