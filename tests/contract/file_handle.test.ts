/**
 * Node's own handles and streams over a file are the reference. What they gave is recorded in node_fs_record.json, for runs in
 * Deno, whose node:fs differs from it in places; Node compares the record with what it does itself. RECORD=1 in Node writes
 * it anew.
 */
import { createReadStream as fsReadStream, createWriteStream as fsWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createReadStream, createWriteStream } from "../../src/streams/mod.ts";
import { Random } from "./random.ts";
import {
  compareHandles,
  device,
  type Handle,
  json,
  outcome,
  plain,
  reference,
  SIZE,
  type Stream,
  writeRecorded,
} from "./node_fs.ts";

type Read = (...args: unknown[]) => Promise<unknown>;

function handleTest(name: string, script: (handle: Handle) => Promise<unknown>): void {
  test(name, () => compareHandles(name, script));
}

handleTest("read: positions, lengths, offsets, the end", async (handle) => {
  const results: unknown[] = [];
  const reads: unknown[][] = [
    [new Uint8Array(10), 0, 10, 0],
    [new Uint8Array(10), 2, 5, 77],
    [new Uint8Array(10), 0, 10, SIZE - 3],
    [new Uint8Array(10), 0, 10, SIZE],
    [new Uint8Array(10), 0, 10, SIZE + 1000],
    [new Uint8Array(10), 0, 0, 5],
    [new Uint8Array(10), null, null, 5],
    [new Uint8Array(10), 3, undefined, 5],
    [new Uint16Array(4), 0, 8, 1000],
    [new DataView(new ArrayBuffer(8)), 0, 8, 1000],
    [{ buffer: new Uint8Array(6), position: 100 }],
    [new Uint8Array(6), { offset: 1, length: 3, position: 100 }],
  ];
  for (const args of reads) results.push(await outcome(() => (handle.read as never as Read)(...args)));
  return results;
});

handleTest("read: the cursor moves by what was read, and not by reads at a position", async (handle) => {
  const results: unknown[] = [];
  results.push(await outcome(() => handle.read(new Uint8Array(10), 0, 10, null)));
  results.push(await outcome(() => handle.read(new Uint8Array(10), 0, 10, 5000)));
  results.push(await outcome(() => handle.read(new Uint8Array(10), 0, 10, -1)));
  results.push(await outcome(() => handle.read(new Uint8Array(10))));
  results.push(await outcome(() => handle.write(new Uint8Array([1, 2, 3]), 0, 3, null)));
  results.push(await outcome(() => handle.read(new Uint8Array(10), 0, 10)));
  results.push(await outcome(() => handle.read(new Uint8Array(SIZE), 0, SIZE)));
  results.push(await outcome(() => handle.read(new Uint8Array(10), 0, 10)));
  return results;
});

handleTest(
  "bad arguments of methods have the same classes and codes, and what is none is taken",
  async (handle) => {
    const results: unknown[] = [];
    const bytes = new Uint8Array(4);
    const { signal } = new AbortController();
    const calls: [method: string, ...args: unknown[]][] = [
      ["read", []],
      ["read", bytes, 0, -1, 0],
      ["read", bytes, { offset: -1 }],
      ["read", bytes, { length: 5 }],
      ["read", { buffer: 5 }],
      ["read", bytes, { offset: undefined, length: undefined, position: null }],
      ["read", bytes, 0, 4, 10n],
      ["read", bytes, 0, 0, null],
      ["read", Object.assign(Object.create(null), { buffer: bytes, position: 7 })],
      ["write", 5],
      ["write", null],
      ["write", {}],
      ["write", bytes, "0"],
      ["write", bytes, -1],
      ["write", bytes, 0, 5],
      ["write", bytes, 0, 0],
      ["write", bytes, 0, 4, 10n],
      ["write", "text", null, "utf8"],
      ["write", "text", null, ""],
      ["readv", "x"],
      ["readv", [bytes, "x"]],
      ["readv", Object.assign([bytes], { 2: bytes })],
      ["readv", [bytes], null],
      ["writev", 5],
      ["writev", [bytes, 5]],
      ["writev", [bytes], undefined],
      ["writev", [bytes], 10n],
      ["stat", undefined],
      ["truncate", "x"],
      ["truncate", null],
      ["truncate", 1.5],
      ["truncate", NaN],
      ["truncate", 5n],
      ["truncate", SIZE],
      ["readFile", 5],
      ["readFile", true],
      ["readFile", "x"],
      ["readFile", { encoding: 5 }],
      ["readFile", { encoding: Symbol("s") }],
      ["readFile", { encoding: Object.create(null) }],
      ["readFile", { signal: null }],
      ["readFile", { signal: {} }],
      ["readFile", Object.assign(Object.create(null), { encoding: undefined, signal, flag: "r" })],
      ["readFile", null],
      ["readFile", ""],
      ["readFile", { encoding: "" }],
      ["writeFile", 5],
      ["writeFile", "text", 5],
      ["writeFile", "text", "x"],
      ["writeFile", "text", { encoding: 5 }],
      ["writeFile", "text", { signal: 5 }],
      ["writeFile", "", { encoding: null, signal: undefined, mode: 0o600 }],
      ["writeFile", "", null],
    ];
    for (const [method, ...args] of calls) {
      const call = (handle as unknown as Record<string, Read>)[method]!.bind(handle);
      // The bytes are of no interest here, and `read` gives a Buffer in Node.
      const result = await outcome(async () => {
        await call(...args);
        return "taken";
      });
      results.push({ [method]: result });
    }
    return results;
  },
);

handleTest("read: bad arguments have the same classes and codes", async (handle) => {
  const results: unknown[] = [];
  const reads: unknown[][] = [
    ["text", 0, 1, 0],
    [5],
    [new Uint8Array(10), -1, 1, 0],
    [new Uint8Array(10), 11, 1, 0],
    [new Uint8Array(10), 0, 11, 0],
    [new Uint8Array(10), 5, 6, 0],
    [new Uint8Array(10), 0, -1, 0],
    [new Uint8Array(10), 0.5, 1, 0],
    [new Uint8Array(10), "0", 1, 0],
  ];
  for (const args of reads) results.push(await outcome(() => (handle.read as never as Read)(...args)));
  return results;
});

handleTest("write: positions, text, and what is read back", async (handle) => {
  const results: unknown[] = [];
  const writes: unknown[][] = [
    [new Uint8Array([1, 2, 3, 4]), 0, 4, 10],
    [new Uint8Array([1, 2, 3, 4]), 1, 2, 20],
    [new Uint8Array([1, 2, 3, 4]), 1],
    [new Uint8Array([1, 2, 3, 4]), null, null, 30],
    [new Uint8Array([5, 6]), { offset: 1, position: 40 }],
    [new Uint16Array([1, 2]), 0, 4, 50],
    ["héllo", 60],
    ["héllo", 70, "utf8"],
    ["tail"],
    [new Uint8Array(0), 0, 0, 5],
    [new Uint8Array(4), 0, 5, 0],
    [new Uint8Array(4), 5, 0, 0],
    [{}, 0],
    [7],
  ];
  for (const args of writes) results.push(await outcome(() => (handle.write as never as Read)(...args)));
  results.push(await outcome(() => handle.read(new Uint8Array(120), 0, 120, 0)));
  results.push(await outcome(() => handle.sync()), await outcome(() => handle.datasync()));
  return results;
});

handleTest("readv and writev", async (handle) => {
  const results: unknown[] = [];
  results.push(await outcome(() => handle.readv([new Uint8Array(3), new Uint8Array(5)], 10)));
  results.push(await outcome(() => handle.readv([new Uint8Array(3), new Uint8Array(5)])));
  results.push(await outcome(() => handle.readv([new Uint8Array(3), new Uint8Array(5)], SIZE - 4)));
  results.push(await outcome(() => handle.writev([new Uint8Array([1]), new Uint8Array([2, 3])], 100)));
  results.push(await outcome(() => handle.writev([new Uint8Array([4]), new Uint8Array([5, 6])])));
  results.push(await outcome(() => handle.read(new Uint8Array(120), 0, 120, 0)));
  return results;
});

handleTest("readv and writev of nothing, and of no array", async (handle) => {
  const codeless = async (work: () => Promise<unknown>): Promise<boolean> => {
    const result = await outcome(work);
    return typeof result === "object" && result !== null && "error" in result;
  };
  const results: unknown[] = [];
  // Node says EINVAL there.
  for (const position of [undefined, 5]) results.push(await codeless(() => handle.readv([], position)));
  results.push(await outcome(() => handle.writev([])), await outcome(() => handle.writev([], 5)));
  for (const buffers of [undefined, null, "x", 5, [1]]) {
    results.push(
      await outcome(() => handle.readv(buffers as never)),
      await outcome(() => handle.writev(buffers as never)),
    );
  }
  results.push(await outcome(() => handle.read(new Uint8Array(4))));
  return results;
});

handleTest("stat in bigints", async (handle) => {
  const results: unknown[] = [];
  for (const options of [{ bigint: true }, { bigint: false }, {}, undefined, { bigint: "yes" }]) {
    const stats = await handle.stat(options as { bigint: true });
    results.push(String(stats.size), stats.isDirectory());
    for (const name of ["size", "mode", "blksize", "blocks", "dev", "ino", "nlink", "uid", "gid", "rdev"] as const) {
      results.push(`${name}: ${typeof stats[name]}`);
    }
  }
  return results;
});

handleTest("writeFile: text, bytes and iterables, from the cursor on", async (handle) => {
  const results: unknown[] = [];
  await handle.read(new Uint8Array(3));
  const datas: unknown[] = [
    "héllo",
    new Uint8Array([1, 2, 3]),
    new Uint16Array([7, 8]),
    new DataView(new ArrayBuffer(2)),
    "",
    ["one", new Uint8Array([9])],
    (async function* () {
      yield "two";
      yield await Promise.resolve(new Uint8Array([10]));
    })(),
    5,
    {},
    undefined,
    null,
  ];
  for (const data of datas) results.push(await outcome(() => handle.writeFile(data as string)));
  for (const options of ["utf8", "bogus", { encoding: "utf-8" }, { encoding: null }, null]) {
    results.push(await outcome(() => handle.writeFile("x", options)));
  }
  const { error, code } = await outcome(() => handle.writeFile("x", { signal: AbortSignal.abort() })) as Error & {
    error: string;
    code: string;
  };
  results.push(error, code);
  results.push(await outcome(() => handle.read(new Uint8Array(100), 0, 100, 0)), (await handle.stat()).size);
  return results;
});

handleTest("readLines: what ends a line, the range, and what is left open", async (handle) => {
  const results: unknown[] = [];
  const text = "one\ntwo\r\n\nfour\rfive\u2028six é\u2029\r\r\nend";
  const tail = new TextEncoder().encode(text);
  await handle.write(tail, 0, tail.length, SIZE - tail.length);
  for (const options of [{}, { highWaterMark: 1 }, { highWaterMark: 3 }, { end: SIZE - 3 }, { encoding: "latin1" }]) {
    const lines: string[] = [];
    const start = SIZE - tail.length;
    for await (const line of handle.readLines({ autoClose: false, start, ...options })) lines.push(line);
    results.push(lines);
  }
  // From the cursor.
  await handle.read(new Uint8Array(SIZE - 5), 0, SIZE - 5, null);
  for await (const line of handle.readLines({ autoClose: false })) results.push(line);
  for await (const line of handle.readLines({ start: SIZE - 3 })) results.push(line);
  results.push(await handle.stat().then(() => "open", () => "closed"));
  return results;
});

handleTest("readableWebStream: one in the life of a handle", async (handle) => {
  const second = (): unknown => {
    try {
      handle.readableWebStream();
    } catch (error) {
      return (error as { code?: string }).code;
    }
    return "another one";
  };
  const results: unknown[] = [];
  await handle.read(new Uint8Array(100));
  const reader = handle.readableWebStream().getReader();
  results.push(second());
  let length = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) length += chunk.value.byteLength;
  results.push(length, second());
  return results;
});

handleTest("stat tells the size; random reads and writes agree", async (handle) => {
  const results: unknown[] = [(await handle.stat()).size];
  const random = new Random(5);
  for (let i = 0; i < 300; i++) {
    const length = random.int(0, 3000);
    const position = random.int(0, SIZE - length);
    const at = random.chance(0.8) ? position : null;
    if (random.chance(0.5)) results.push(await outcome(() => handle.read(new Uint8Array(length + 1), 0, length, at)));
    else if (at !== null) {
      const data = random.fill(new Uint8Array(length));
      results.push(await outcome(() => handle.write(data, 0, length, at)));
    }
  }
  return results;
});

handleTest("streams of a handle: from the cursor, which they move, or from a start", async (handle) => {
  const results: unknown[] = [];
  const read = async (options: object) => {
    const list: number[] = [];
    for await (const chunk of handle.createReadStream({ autoClose: false, ...options })) list.push(...chunk);
    return Uint8Array.from(list);
  };
  const write = (text: string, options: object) =>
    new Promise<void>((resolve, reject) => {
      const stream = handle.createWriteStream({ autoClose: false, ...options });
      stream.on("error", reject).on("finish", resolve);
      stream.write(text);
      stream.end("!");
    });
  const next = () => handle.read(new Uint8Array(2));
  results.push(await next(), await read({ end: 99 }), await next(), await read({ start: 7, end: 20 }), await next());
  results.push(await write("one", {}), await next(), await write("two", { start: 40 }), await next());
  results.push(await outcome(() => handle.write("three")), await handle.read(new Uint8Array(300), 0, 300, 0));
  results.push(await read({}), await next(), await read({}));
  results.push(await handle.writev([]), await handle.write(new Uint8Array(0), 0, 0, 2 * SIZE));
  return results.map(plain);
});

/** Events in order, chunks joined: their borders are not part of the contract. */
async function readEvents(stream: Stream, act?: (stream: Stream, seen: number) => void): Promise<unknown> {
  const events: string[] = [];
  let seen = 0;
  const hash: number[] = [];
  stream.on("data", (chunk) => {
    if (events.at(-1) !== "data") events.push("data");
    for (const byte of chunk as Uint8Array) hash[seen % 64] = ((hash[seen++ % 64] ?? 0) * 31 + byte) | 0;
    act?.(stream, seen);
  });
  for (const name of ["open", "ready", "end"]) stream.on(name, () => events.push(name));
  stream.on("error", (error) => events.push(`error ${(error as { code?: string }).code ?? (error as Error).message}`));
  await new Promise<void>((resolve) => void stream.on("close", () => resolve()));
  events.push("close");
  return { events, seen: act === undefined ? seen : undefined, hash: act === undefined ? hash.join() : undefined };
}

test("createReadStream: the same events as fs.createReadStream", async () => {
  const cases: [object, ((stream: Stream, seen: number) => void) | undefined][] = [
    [{}, undefined],
    [{ start: 10, end: 5000 }, undefined],
    [{ start: SIZE }, undefined],
    [{ start: SIZE - 1, end: 2 * SIZE }, undefined],
    [{ highWaterMark: 100, end: 999 }, undefined],
    [{}, (stream) => stream.destroy()],
    [{}, (stream) => stream.destroy(new Error("mine"))],
  ];
  for (const [index, [options, act]] of cases.entries()) {
    const name = `createReadStream ${index} ${JSON.stringify(options)}`;
    const expected = await reference(name, (path) => readEvents(fsReadStream(path, options) as unknown as Stream, act));
    const got = await readEvents(createReadStream(await device(), options) as unknown as Stream, act);
    assert.equal(json(got), expected, name);
  }
});

async function writeEvents(stream: Stream, act: (stream: Stream) => void): Promise<unknown> {
  const events: string[] = [];
  for (const name of ["open", "ready", "finish"]) stream.on(name, () => events.push(name));
  stream.on("error", (error) => events.push(`error ${(error as { code?: string }).code ?? (error as Error).message}`));
  const closed = new Promise<void>((resolve) => void stream.on("close", () => resolve()));
  act(stream);
  await closed;
  events.push("close");
  return events;
}

test("createWriteStream: the same events and bytes as fs.createWriteStream", async () => {
  const cases: [object, (stream: Stream) => void][] = [
    [{}, (stream) => stream.end()],
    [{ start: 100 }, (stream) => stream.end("text")],
    [{ start: 5000 }, (stream) => {
      for (let i = 0; i < 20; i++) stream.write(new Uint8Array(1000).fill(i));
      stream.end(new Uint8Array(1));
    }],
    [{ start: 0 }, (stream) => {
      stream.write(new Uint8Array(70_000).fill(7));
      stream.end();
    }],
    // Once it is open: ours, destroyed earlier, does not open at all.
    [{}, (stream) => stream.on("open", () => stream.destroy())],
    [{}, (stream) => stream.on("ready", () => stream.destroy(new Error("mine")))],
  ];
  for (const [index, [options, act]] of cases.entries()) {
    const name = `createWriteStream ${index} ${JSON.stringify(options)}`;
    const expected = await reference(name, async (path) => [
      await writeEvents(fsWriteStream(path, { flags: "r+", ...options }) as unknown as Stream, act),
      plain(await readFile(path)),
    ]);
    const memory = await device();
    const events = await writeEvents(createWriteStream(memory, options) as unknown as Stream, act);
    assert.equal(json([events, plain(await memory.read(0, SIZE))]), expected, name);
  }
});

test.after(writeRecorded);

test.run();
