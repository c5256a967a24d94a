import { test } from "uvu";
import * as assert from "uvu/assert";
import { memoryDevice } from "../../../src/devices/mod.ts";
import { copy, type CopyProgress, deviceSink, deviceSource, nullSink, stdinSource } from "../../../src/copy/mod.ts";
import { pattern, same } from "../../lib/bytes.ts";
import { failure, fakeSink, fakeSource, randomFrom } from "./fixtures.ts";

const SIZES = [0, 1, 511, 4096, 4097, 3 * 4096, 40_000, 65_536 * 3 + 17];
for (const from of ["random", "ordered"]) {
  for (const to of ["random", "ordered"]) {
    test(`${from} to ${to}, whatever the size, the request size and the depth`, async () => {
      const random = randomFrom(99);
      for (const size of SIZES) {
        for (const depth of [1, 2, 7, 32]) {
          const requestSize = [1024, 4096, 5000, 1 << 20][random(4)]!;
          const bytes = pattern(size);
          const source = fakeSource(bytes, { ordered: from === "ordered", seed: random(1e9) });
          const sink = fakeSink({ ordered: to === "ordered", seed: random(1e9) });
          const result = await copy(source, sink, { requestSize, depth });
          const what = `${size} bytes, requests of ${requestSize}, depth ${depth}`;
          assert.ok(same(sink.bytes(), bytes), what);
          assert.is(result.transferred, size, what);
          assert.is(result.contiguous, size, what);
          assert.ok(sink.finished, what);
          assert.ok(source.most <= depth && sink.most <= depth, what);
        }
      }
    });
  }
}

test("many requests are under way at once where both ends allow it", async () => {
  const source = fakeSource(pattern(64 * 1024));
  const sink = fakeSink();
  await copy(source, sink, { requestSize: 1024, depth: 16 });
  assert.is(source.most, 16);
  assert.ok(sink.most > 2, `${sink.most}`);
});

test("a pipe is read ahead while the sink is busy", async () => {
  let open!: () => void;
  const gate = new Promise<void>((resolve) => open = resolve);
  const sink = fakeSink({ ordered: true, before: () => gate });
  const source = fakeSource(pattern(64 * 1024), {
    before: (position) => {
      if (position === 7 * 1024) open();
    },
  });
  await copy(source, sink, { requestSize: 1024, depth: 8 });
  assert.ok(same(sink.bytes(), pattern(64 * 1024)));
});

test("progress goes up by what was acknowledged and ends with all of it, which is flushed only then", async () => {
  const seen: CopyProgress[] = [];
  const done = await copy(fakeSource(pattern(10_000)), fakeSink(), {
    requestSize: 1000,
    depth: 4,
    onProgress: (progress) => seen.push(progress),
  });
  assert.is(seen.length, 10);
  assert.equal(seen.map(({ transferred }) => transferred), Array.from({ length: 10 }, (_, i) => (i + 1) * 1000));
  assert.ok(seen.every(({ contiguous, transferred, size }) => contiguous <= transferred && size === 10_000));
  assert.is(seen.at(-1)!.contiguous, 10_000);
  assert.ok(seen.every(({ flushed }) => flushed === 0));
  assert.equal(done, { transferred: 10_000, contiguous: 10_000, flushed: 10_000, size: 10_000 });
});

test("a copy that fails tells up to where everything was acknowledged", async () => {
  let last: CopyProgress | undefined;
  const sink = fakeSink({
    before: (position) => {
      if (position === 3000) throw new Error("broken");
    },
  });
  const error = await failure(
    copy(fakeSource(pattern(10_000)), sink, { requestSize: 1000, depth: 3, onProgress: (now) => last = now }),
  );
  assert.is(error.message, "broken");
  assert.ok(last!.contiguous <= 3000);
});

test("a source that is known to be too large: nothing is begun", async () => {
  const source = fakeSource(pattern(1001));
  const sink = fakeSink({ capacity: 1000 });
  const error = await failure(copy(source, sink));
  assert.is(error.code, "COPY_SOURCE_TOO_LARGE");
  assert.is(error.message, "the source has 1001 bytes, and the sink can hold 1000");
  assert.is(sink.begun, false);
  assert.is(source.reads, 0);
});

test("a pipe that has more than fits is an error, and no write goes beyond the end", async () => {
  const sink = fakeSink({ capacity: 10_000 });
  const error = await failure(copy(fakeSource(pattern(10_001), { ordered: true }), sink, { requestSize: 4096 }));
  assert.is(error.code, "COPY_SOURCE_TOO_LARGE");
  assert.is(error.message, "the source has 10001 or more bytes, and the sink can hold 10000");
  assert.is(sink.finished, false);
});

test("a pipe that fits exactly is no error", async () => {
  const sink = fakeSink({ capacity: 8192 });
  await copy(fakeSource(pattern(8192), { ordered: true }), sink, { requestSize: 4096, depth: 4 });
  assert.ok(same(sink.bytes(), pattern(8192)));
});

test("a source that ends before its size is an error", async () => {
  for (const ordered of [false, true]) {
    const source = { ...fakeSource(pattern(5000), { ordered }), size: 6000 };
    const sink = fakeSink();
    const error = await failure(copy(source, sink, { requestSize: 1000, depth: 2 }));
    assert.is(error.code, "COPY_SOURCE_SHORT");
    assert.is(error.message, "the source ended after 5000 bytes, and has 6000 by its size");
    assert.is(sink.finished, false);
  }
});

test("source and destination that are the same place are refused", async () => {
  const sink = { ...fakeSink(), identity: "x" };
  const error = await failure(copy({ ...fakeSource(pattern(10)), identity: "x" }, sink));
  assert.is(error.code, "ERR_INVALID_ARG_VALUE");
  assert.is(sink.begun, false);
});

for (const from of [false, true]) {
  for (const to of [false, true]) {
    const ends = `${from ? "ordered" : "random"} to ${to ? "ordered" : "random"}`;
    test(`${ends}: an error of a read ends the copy, aborts the others, and nothing is in flight after it`, async () => {
      const signals: AbortSignal[] = [];
      const source = fakeSource(pattern(100_000), {
        ordered: from,
        before: (position, signal) => {
          signals.push(signal);
          if (position === 20_000) throw new Error("medium error");
        },
      });
      const sink = fakeSink({ ordered: to });
      const error = await failure(copy(source, sink, { requestSize: 1000, depth: 8 }));
      assert.is(error.message, "medium error");
      assert.is(sink.active + source.active, 0);
      assert.is(sink.finished, false);
      assert.ok(signals.every((signal) => signal.aborted));
      assert.ok(source.reads < 40, `${source.reads} reads`);
    });

    test(`${ends}: an error of a write does the same`, async () => {
      const source = fakeSource(pattern(100_000), { ordered: from });
      const sink = fakeSink({
        ordered: to,
        before: (position) => {
          if (position === 20_000) throw new Error("no space");
        },
      });
      const error = await failure(copy(source, sink, { requestSize: 1000, depth: 8 }));
      assert.is(error.message, "no space");
      assert.is(sink.active + source.active, 0);
      assert.is(sink.finished, false);
      assert.ok(sink.writes < 40, `${sink.writes} writes`);
    });

    test(`${ends}: an abort ends the copy, even when every request waits`, async () => {
      const abort = new AbortController();
      const stuck = (_position: number, signal: AbortSignal): Promise<void> =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
          queueMicrotask(() => abort.abort(new Error("Ctrl-C")));
        });
      const source = fakeSource(pattern(100_000), { ordered: from, before: stuck });
      const error = await failure(copy(source, fakeSink({ ordered: to }), { requestSize: 1000, signal: abort.signal }));
      assert.is(error.code, "ABORT_ERR");
      assert.is((error.cause as Error).message, "Ctrl-C");
      assert.is(source.active, 0);
    });
  }
}

test("a signal that has fired already lets nothing be read", async () => {
  const source = fakeSource(pattern(10));
  const error = await failure(copy(source, fakeSink(), { signal: AbortSignal.abort() }));
  assert.is(error.code, "ABORT_ERR");
  assert.is(source.reads, 0);
});

test("an error of the flush is an error of the copy", async () => {
  const sink = { ...fakeSink(), finish: () => Promise.reject(new Error("flush failed")) };
  assert.is((await failure(copy(fakeSource(pattern(10)), sink))).message, "flush failed");
});

test("device to device, with an end that is no whole block", async () => {
  const from = memoryDevice(1_000_448, { blockSize: 512 });
  await from.write(pattern(1_000_448), 0);
  const to = memoryDevice(2_000_384, { blockSize: 512 });
  const result = await copy(deviceSource(from, { name: "a" }), deviceSink(to, { name: "b" }), { requestSize: 4096 });
  assert.is(result.transferred, 1_000_448);
  assert.ok(same(await to.read(0, 1_000_448), pattern(1_000_448)));
});

test("a read-only device is no destination", () => {
  const device = memoryDevice(512, { readOnly: true });
  assert.throws(
    () => deviceSink(device, { name: "iscsi://h/t/1" }),
    (error: { code: string; message: string }) =>
      error.code === "BLOCK_READ_ONLY" && error.message === "iscsi://h/t/1 is read-only",
  );
});

test("null: takes everything", async () => {
  assert.is((await copy(fakeSource(pattern(100_000)), nullSink())).transferred, 100_000);
});

test("pieces of standard input of any size become whole requests", async () => {
  const random = randomFrom(5);
  const bytes = pattern(200_000);
  async function* input(): AsyncGenerator<Uint8Array> {
    for (let position = 0; position < bytes.length;) {
      const length = random(9000);
      yield bytes.subarray(position, position + length);
      position += length;
      await undefined;
    }
  }
  const lengths: number[] = [];
  const sink = fakeSink();
  const { write } = sink;
  sink.write = (buffer, position, operation) => {
    lengths.push(buffer.length);
    return write(buffer, position, operation);
  };
  await copy(stdinSource({ stdin: input, writeStdout: () => Promise.resolve() }), sink, { requestSize: 4096 });
  assert.ok(same(sink.bytes(), bytes));
  assert.is(lengths.filter((length) => length !== 4096).length, 1);
});

test("a standard input that never says anything does not keep an aborted copy", async () => {
  const abort = new AbortController();
  let returned = false;
  const input: AsyncIterator<Uint8Array> = {
    next: () => {
      queueMicrotask(() => abort.abort());
      return new Promise(() => {});
    },
    return: () => {
      returned = true;
      return new Promise(() => {});
    },
  };
  const source = stdinSource({ stdin: () => input, writeStdout: () => Promise.resolve() });
  assert.is((await failure(copy(source, fakeSink(), { signal: abort.signal }))).code, "ABORT_ERR");
  await source.close();
  await source.close();
  assert.ok(returned);
});

test.run();
