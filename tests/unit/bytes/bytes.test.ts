import { test } from "uvu";
import * as assert from "uvu/assert";
import * as bytes from "../../../src/bytes/mod.ts";

test("integers are big-endian and unsigned", () => {
  const data = Uint8Array.of(0xff, 0xfe, 0xfd, 0xfc, 0x80, 1, 2, 3, 4, 5);
  assert.is(bytes.readU16(data, 0), 0xfffe);
  assert.is(bytes.readU24(data, 0), 0xfffefd);
  assert.is(bytes.readU32(data, 0), 0xfffefdfc);
  assert.is(bytes.readU32(data, 4), 0x80010203);
  assert.is(bytes.readU64(data, 0), 0xfffefdfc80010203n);
  assert.is(bytes.readU64(data, 2), 0xfdfc800102030405n);
  assert.is(bytes.readU64(new Uint8Array(8), 0), 0n);
  assert.is(bytes.readU64(Uint8Array.of(0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff), 0), 0xffffffffn);
  assert.is(bytes.readU64(Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0), 0), 0x100000000n);
});

test("writing touches only the bytes of the integer", () => {
  const write = (length: number, run: (data: Uint8Array) => void) => {
    const data = new Uint8Array(length + 2).fill(0xaa);
    run(data);
    assert.is(data[0], 0xaa);
    assert.is(data[length + 1], 0xaa);
    return bytes.toHex(data.subarray(1, length + 1));
  };
  assert.is(write(2, (data) => bytes.writeU16(data, 1, 0xfffe)), "fffe");
  assert.is(write(3, (data) => bytes.writeU24(data, 1, 0xfffefd)), "fffefd");
  assert.is(write(4, (data) => bytes.writeU32(data, 1, 0xfffefdfc)), "fffefdfc");
  assert.is(write(8, (data) => bytes.writeU64(data, 1, 0xfffefdfcfbfaf9f8n)), "fffefdfcfbfaf9f8");
  assert.is(write(8, (data) => bytes.writeU64(data, 1, 0n)), "0000000000000000");
  assert.is(write(8, (data) => bytes.writeU64(data, 1, 1n)), "0000000000000001");
});

test("serial numbers wrap (RFC 1982)", () => {
  assert.is(bytes.serialAdd(0xffffffff, 1), 0);
  assert.is(bytes.serialAdd(0xfffffff0, 0x20), 0x10);
  assert.is(bytes.serialAdd(0, -1), 0xffffffff);
  assert.is(bytes.serialDistance(0xffffffff, 1), 2);
  assert.is(bytes.serialDistance(1, 0), 0xffffffff);
  assert.is(bytes.serialDistance(7, 7), 0);
});

test("serial order across the wrap, and at a distance of 2^31", () => {
  const before: [number, number][] = [
    [0, 1],
    [0xffffffff, 0],
    [0xfffffffe, 5],
    [0x7fffffff, 0x80000000],
    [0, 0x7fffffff],
    [0x80000001, 0],
    [0xffffffff, 0x7ffffffe],
  ];
  for (const [a, b] of before) {
    assert.is(bytes.serialLess(a, b), true, `${a} < ${b}`);
    assert.is(bytes.serialLessOrEqual(a, b), true);
    assert.is(bytes.serialLess(b, a), false, `not ${b} < ${a}`);
    assert.is(bytes.serialLessOrEqual(b, a), false);
  }
  for (const a of [0, 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
    assert.is(bytes.serialLess(a, a), false);
    assert.is(bytes.serialLessOrEqual(a, a), true);
    const opposite = bytes.serialAdd(a, 0x80000000);
    assert.is(bytes.serialLess(a, opposite) || bytes.serialLess(opposite, a), false);
    assert.is(bytes.serialLessOrEqual(a, opposite), false);
  }
});

test("hexadecimal text, both ways", () => {
  assert.is(bytes.toHex(Uint8Array.of(0, 0x0f, 0xa0, 0xff)), "000fa0ff");
  assert.is(bytes.toHex(new Uint8Array(0)), "");
  assert.equal(bytes.fromHex(" 00 0F\na0 ff"), Uint8Array.of(0, 0x0f, 0xa0, 0xff));
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  assert.equal(bytes.fromHex(bytes.toHex(all)), all);
});

test("what is no hexadecimal text is refused", () => {
  for (const text of ["0", "000", "0g", "g0", "0x", "::", "@A", "/0", "`a"]) {
    assert.throws(
      () => bytes.fromHex(text),
      (error: Error & { code: string }) => error instanceof TypeError && error.code === "ERR_INVALID_ARG_VALUE",
    );
  }
});

test.run();
