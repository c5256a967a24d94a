// Eight bytes of a LUN (SAM-5 §4.7).
import { test } from "uvu";
import * as assert from "uvu/assert";
import fc from "fast-check";
import {
  decodeLun,
  encodeLun,
  formatLun,
  type LunAddress,
  lunHex,
  parseLun,
  parseLunText,
  singleLevelNumber,
} from "../../../src/bytes/lun.ts";

/** The field, what it decodes to, its method, and the number by which a target looks for its unit. */
const FIELDS: readonly (readonly [string, LunAddress, string, number | undefined])[] = [
  // Peripheral device addressing, bus 0.
  ["0000000000000000", 0, "peripheral", 0],
  ["0001000000000000", 1, "peripheral", 1],
  ["00ff000000000000", 255, "peripheral", 255],
  // A bus of its own.
  ["0100000000000000", 0x0100000000000000n, "peripheral", undefined],
  ["3f01000000000000", 0x3f01000000000000n, "peripheral", undefined],
  // Flat space addressing: the same unit as by peripheral addressing below 256, and other bytes.
  ["4000000000000000", 0x4000000000000000n, "flat", 0],
  ["4001000000000000", 0x4001000000000000n, "flat", 1],
  ["40ff000000000000", 0x40ff000000000000n, "flat", 255],
  ["4100000000000000", 256, "flat", 256],
  ["7fff000000000000", 16383, "flat", 16383],
  // Logical unit addressing: bus 1, target 2, LUN 3.
  ["8223000000000000", 0x8223000000000000n, "logicalUnit", undefined],
  // Extended: well known, flat of 24 bits, flat of 40 bits, not specified.
  ["c101000000000000", 0xc101000000000000n, "wellKnown", undefined],
  ["d200000500000000", 0xd200000500000000n, "extended", undefined],
  ["e200000000000500", 0xe200000000000500n, "extended", undefined],
  ["ffffffffffffffff", 0xffffffffffffffffn, "extended", undefined],
  // More levels than one.
  ["0101000200000000", 0x0101000200000000n, "peripheral", undefined],
  ["0001000000000001", 0x0001000000000001n, "peripheral", undefined],
  ["4100000100000000", 0x4100000100000000n, "flat", undefined],
];

test("every form of addressing is read as a number or kept as it is", () => {
  for (const [hex, address, method, single] of FIELDS) {
    const raw = BigInt(`0x${hex}`);
    assert.is(decodeLun(raw), address, hex);
    assert.equal(parseLun(raw), { raw, method, number: typeof address === "number" ? address : undefined }, hex);
    assert.is(singleLevelNumber(raw), single, hex);
    assert.is(lunHex(encodeLun(address)), hex);
    assert.is(lunHex(encodeLun(decodeLun(raw))), hex);
  }
});

const first16 = fc.nat(0xffff).map((high) => BigInt(high) << 48n);
const fields = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), first16);

test("encoding what was decoded gives the same eight bytes, through text too", () => {
  fc.assert(
    fc.property(fields, (raw) => {
      const address = decodeLun(raw);
      assert.is(encodeLun(address), raw);
      assert.is(encodeLun(parseLunText(formatLun(address))!), raw);
      const { number } = parseLun(raw);
      assert.is(encodeLun(number ?? raw), raw);
    }),
    { numRuns: 2000 },
  );
});

test("every number is decoded from what it is encoded as", () => {
  for (let number = 0; number <= 16383; number++) {
    const raw = encodeLun(number);
    if (decodeLun(raw) !== number || singleLevelNumber(raw) !== number) assert.unreachable(`${number}: ${lunHex(raw)}`);
  }
});

test("numbers of other ranges and other types are refused", () => {
  const wanted = "lun must be an integer from 0 to 16383, or a bigint of its 8 bytes";
  const refusals: readonly [unknown, string, string][] = [
    [16384, "ERR_OUT_OF_RANGE", "16384"],
    [-1, "ERR_OUT_OF_RANGE", "-1"],
    [0.5, "ERR_OUT_OF_RANGE", "0.5"],
    [NaN, "ERR_OUT_OF_RANGE", "NaN"],
    [-1n, "ERR_OUT_OF_RANGE", "-1n"],
    [2n ** 64n, "ERR_OUT_OF_RANGE", "18446744073709551616n"],
    ["1", "ERR_INVALID_ARG_TYPE", '"1"'],
  ];
  for (const [lun, code, got] of refusals) {
    try {
      encodeLun(lun as LunAddress);
    } catch (error) {
      assert.equal([(error as { code?: string }).code, (error as Error).message], [code, `${wanted}, got ${got}`]);
      continue;
    }
    assert.unreachable(String(lun));
  }
});

test("text", () => {
  assert.is(formatLun(16383), "16383");
  assert.is(formatLun(0x4001000000000000n), "0x4001000000000000");
  assert.is(formatLun(5n), "0x0000000000000005");
  assert.is(parseLunText("007"), 7);
  assert.is(parseLunText("0XD200000500000000"), 0xd200000500000000n);
  for (const text of ["", "16384", "-1", "1.0", "0x1", "0x4001", "0x40010000000000000", "0xg001000000000000", "1n"]) {
    assert.is(parseLunText(text), undefined, text);
  }
});

test.run();
