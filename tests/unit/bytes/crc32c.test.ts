import { test } from "uvu";
import * as assert from "uvu/assert";
import { crc32cJs } from "../../../src/bytes/crc32c_js.ts";
import { type Crc32cCandidate, findNativeCrc32c } from "../../../src/bytes/crc32c_native.ts";
import { crc32c, crc32cProvider, fromHex, loadNativeCrc32c, toHex } from "../../../src/bytes/mod.ts";
import { encodeDigest, readDigest } from "../../../src/wire/mod.ts";

/** The vectors of RFC 7143 Appendix A.4, as the digest stands on the wire. */
const VECTORS: [name: string, data: string, wire: string][] = [
  ["32 zeros", "00".repeat(32), "aa36918a"],
  ["32 ones", "ff".repeat(32), "43aba862"],
  ["rising", toHex(Uint8Array.from({ length: 32 }, (_, i) => i)), "4e79dd46"],
  ["falling", toHex(Uint8Array.from({ length: 32 }, (_, i) => 31 - i)), "5cdb3f11"],
  [
    "a SCSI Command",
    "01c00000 00000000 00000000 00000000 14000000 00000400 00000014 00000018 28000000 00000000 02000000 00000000",
    "563a96d9",
  ],
  ["abcde with 3 bytes of padding", "6162636465000000", "838beaec"],
  ["abcde without them", "6162636465", "97d650c4"],
  ["nothing", "", "00000000"],
];

for (const [name, data, wire] of VECTORS) {
  test(`known answer: ${name}`, () => {
    assert.is(toHex(encodeDigest(crc32c(fromHex(data)))), wire);
    assert.is(readDigest(fromHex(`ee${wire}`), 1), crc32c(fromHex(data)));
  });
}

/** One bit at a time: slow and plain. */
function reference(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
const noise = Uint8Array.from({ length: 3000 }, (_, i) => (i * i * 31 + i * 7) >>> 3);

function checkAll(): void {
  for (const length of [...Array(70).keys(), 191, 192, 193, 255, 1023, 2048, 2901]) {
    for (const start of [0, 1, 2, 3, 4, 7]) {
      const part = noise.subarray(start, start + length);
      assert.is(crc32c(part), reference(part), `${length} bytes from ${start}`);
      assert.is(crc32cJs(part, 0), reference(part));
    }
  }
  for (const split of [0, 1, 7, 8, 100, 192, 193, 1500, 2999, 3000]) {
    assert.is(crc32c(noise.subarray(split), crc32c(noise.subarray(0, split))), reference(noise));
  }
}

test("every length and alignment, and chaining, in JavaScript", checkAll);

test("the same with whatever provider there is", async () => {
  const provider = await loadNativeCrc32c();
  console.log(`provider: ${provider}`);
  assert.ok(["fast-crc32c", "@node-rs/crc32", "javascript"].includes(provider));
  assert.is(crc32cProvider(), provider);
  assert.is(await loadNativeCrc32c(), provider);
  checkAll();
});

test("the result is unsigned", () => {
  assert.ok(VECTORS.every(([, data]) => crc32c(fromHex(data)) >= 0));
  assert.ok(crc32c(new Uint8Array(300)) >= 0);
});

/** As fast as nothing: all answers are known beforehand. */
function cheat(): (bytes: Uint8Array, seed: number) => number {
  const known = new Map<number, number>();
  return (bytes, seed) => {
    if (bytes.length > 60_000) return known.get(1) ?? 0;
    return crc32cJs(bytes, seed) | 0;
  };
}
const candidate = (name: string, load: () => unknown): Crc32cCandidate => ({
  name,
  permissions: ["read", "env", "ffi", "sys"],
  load: () => Promise.resolve(load()),
});

test("the first candidate that works and is fast is taken; signed results pass", async () => {
  const found = await findNativeCrc32c([
    candidate("missing", () => {
      throw new Error("not installed");
    }),
    { name: "rejecting", permissions: [], load: () => Promise.reject(new Error("no addon for this machine")) },
    candidate("no function", () => undefined),
    candidate("throwing", () => () => {
      throw new Error("not a buffer");
    }),
    candidate("zero", () => () => 0),
    candidate("plain CRC32", () => (bytes: Uint8Array) => reference(bytes) ^ 1),
    candidate("deaf to seeds", () => (bytes: Uint8Array) => crc32cJs(bytes, 0)),
    candidate("deaf to views", () => (bytes: Uint8Array, seed: number) => crc32cJs(new Uint8Array(bytes.buffer), seed)),
    candidate("slow", () => (bytes: Uint8Array, seed: number) => crc32cJs(bytes, seed)),
    candidate("good", cheat),
    candidate("also good", cheat),
  ]);
  assert.is(found?.name, "good");
});

test("where no candidate works there is none, and no error", async () => {
  assert.is(await findNativeCrc32c([]), undefined);
  assert.is(await findNativeCrc32c([candidate("zero", () => () => 0)]), undefined);
});

test("in Deno nothing native is loaded unless all its permissions are granted already", async () => {
  const scope = globalThis as { Deno?: unknown };
  const original = Object.getOwnPropertyDescriptor(scope, "Deno");
  const asked: string[] = [];
  const grant = (denied: string) =>
    Object.defineProperty(scope, "Deno", {
      configurable: true,
      value: {
        permissions: {
          querySync({ name }: { name: string }) {
            asked.push(name);
            return { state: name === denied ? "prompt" : "granted" };
          },
        },
      },
    });
  let loads = 0;
  const good = candidate("good", () => {
    loads++;
    return cheat();
  });
  try {
    for (const denied of ["read", "env", "ffi", "sys"]) {
      grant(denied);
      assert.is(await findNativeCrc32c([good]), undefined);
      assert.ok(asked.includes(denied));
    }
    assert.is(loads, 0);
    grant("nothing");
    assert.is((await findNativeCrc32c([good]))?.name, "good");
  } finally {
    if (original) Object.defineProperty(scope, "Deno", original);
    else delete scope.Deno;
  }
});

test.run();
