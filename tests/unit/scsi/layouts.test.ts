// Every CDB layout: its fields do not overlap, any values come back from parseCdb, what does not fit is refused.
import fc from "fast-check";
import { readFileSync } from "node:fs";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeCdb } from "../../../src/scsi/cdb/layout.ts";
import { CDB_NAMES } from "../../../src/scsi/cdb/names.ts";
import { MMC_LAYOUTS } from "../../../src/scsi/commands/mmc/registry.ts";
import { SBC_LAYOUTS } from "../../../src/scsi/commands/sbc/registry.ts";
import { SMC_LAYOUTS } from "../../../src/scsi/commands/smc/registry.ts";
import { SPC_LAYOUTS } from "../../../src/scsi/commands/spc/registry.ts";
import { SSC_LAYOUTS } from "../../../src/scsi/commands/ssc/registry.ts";
import { ZBC_LAYOUTS } from "../../../src/scsi/commands/zbc/registry.ts";
import { CDB_LAYOUTS, type CdbLayout, cdbName, findLayout, parseCdb } from "../../../src/scsi/mod.ts";

const seed = Number(process.env["TEST_SEED"] ?? Date.now() % 1e9);
console.log(`seed ${seed}`);

const REGISTRIES: Record<string, readonly CdbLayout[]> = {
  SPC: SPC_LAYOUTS,
  SBC: SBC_LAYOUTS,
  ZBC: ZBC_LAYOUTS,
  SSC: SSC_LAYOUTS,
  SMC: SMC_LAYOUTS,
  MMC: MMC_LAYOUTS,
};

/** The device type whose command set this is. */
const DEVICE_TYPES: Record<string, number> = { SPC: 0, SBC: 0, ZBC: 0x14, SSC: 1, MMC: 5, SMC: 8 };
const GROUP_LENGTHS: Record<number, number> = { 0: 6, 1: 10, 2: 10, 4: 16, 5: 12 };

type Field = CdbLayout["fields"][number];

function valueOf(field: Field): fc.Arbitrary<number | bigint | boolean> {
  if (field.kind === "flag") return fc.boolean();
  if (field.zeroMeans !== undefined) return fc.integer({ min: 1, max: field.zeroMeans });
  const bits = BigInt(field.bits);
  const [min, max] = field.kind === "signed"
    ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]
    : [0n, (1n << bits) - 1n];
  const any = fc.oneof(fc.bigInt({ min, max }), fc.constant(min), fc.constant(max));
  return field.bits > 48 ? any : any.map(Number);
}

for (const layout of CDB_LAYOUTS) {
  test(`${layout.name} (${layout.set})`, () => {
    const used = new Uint8Array(layout.length);
    const take = (byte: number, bit: number): void => {
      assert.is((used[byte]! >> bit) & 1, 0, `${layout.name}: byte ${byte} bit ${bit} twice`);
      used[byte]! |= 1 << bit;
    };
    for (let bit = 0; bit < 8; bit++) take(0, bit);
    if (layout.opcode === 0x7f) [7, 8, 9].forEach((byte) => [0, 1, 2, 3, 4, 5, 6, 7].forEach((bit) => take(byte, bit)));
    else if (layout.serviceAction !== undefined) [0, 1, 2, 3, 4].forEach((bit) => take(1, bit));
    for (const field of layout.fields) {
      for (let i = 0; i < field.bits; i++) {
        const at = field.byte * 8 + (7 - field.bit) + i;
        assert.ok(at < layout.length * 8, `${layout.name}: ${field.name} is outside`);
        take(at >> 3, 7 - (at & 7));
      }
    }
    const group = GROUP_LENGTHS[layout.opcode >> 5];
    if (layout.opcode !== 0x7f) assert.is(layout.length, group, `${layout.name}: length`);
    assert.match(layout.source, /^(SPC-[245]|SBC-[234]|SSC-3|SMC-3|MMC-6|ZBC) /);

    const deviceType = DEVICE_TYPES[layout.set]!;
    const values = fc.record(Object.fromEntries(layout.fields.map((field) => [field.name, valueOf(field)])), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(values, fc.uint8Array({ maxLength: 8 }), (fields, padding) => {
        const cdb = encodeCdb(layout, fields);
        assert.is(cdb.length, layout.length);
        const padded = new Uint8Array([...cdb, ...padding]);
        for (const bytes of [cdb, padded]) {
          const parsed = parseCdb(bytes, { deviceType });
          assert.is(parsed.name, layout.name);
          assert.is(parsed.length, layout.length);
          assert.is(parsed.serviceAction, layout.serviceAction);
          assert.equal(parsed.fields, fields);
          assert.is(parsed.lba, fields["lba"] === undefined ? undefined : BigInt(fields["lba"]));
        }
        assert.is(findLayout(cdb, deviceType), layout);
        for (let length = 0; length < cdb.length; length++) {
          assert.throws(
            () => parseCdb(cdb.slice(0, length), { deviceType }),
            (e: { code: string }) => e.code === "SCSI_BAD_DATA",
          );
        }
      }),
      { seed, numRuns: 40 },
    );
  });

  test(`${layout.name} (${layout.set}) refuses what does not fit`, () => {
    const whole = Object.fromEntries(
      layout.fields.map((field) => [field.name, field.kind === "flag" ? false : field.zeroMeans ?? 0]),
    );
    for (const field of layout.fields) {
      const bad = (value: unknown, code: string): void => {
        try {
          encodeCdb(layout, { ...whole, [field.name]: value });
        } catch (error) {
          assert.is((error as { code: string }).code, code);
          assert.ok((error as Error).message.includes(field.name) && (error as Error).message.includes(layout.name));
          return;
        }
        assert.unreachable(`${layout.name} took ${value} as ${field.name}`);
      };
      if (field.kind === "flag") {
        bad(1, "ERR_INVALID_ARG_TYPE");
        continue;
      }
      const max = field.zeroMeans !== undefined
        ? BigInt(field.zeroMeans)
        : (1n << BigInt(field.kind === "signed" ? field.bits - 1 : field.bits)) - 1n;
      bad(max + 1n, "ERR_OUT_OF_RANGE");
      bad(field.kind === "signed" ? -max - 2n : -1, "ERR_OUT_OF_RANGE");
      bad(0.5, "ERR_OUT_OF_RANGE");
      bad(Number.MAX_SAFE_INTEGER + 1, "ERR_OUT_OF_RANGE");
      bad("1", "ERR_INVALID_ARG_TYPE");
      if (field.required) bad(undefined, "ERR_INVALID_ARG_TYPE");
    }
  });
}

test("each standard's registry lists its own commands, out of its own folder", () => {
  for (const [set, layouts] of Object.entries(REGISTRIES)) {
    assert.equal([...new Set(layouts.map((layout) => layout.set))], [set]);
    const text = readFileSync(`src/scsi/commands/${set.toLowerCase()}/registry.ts`, "utf8");
    assert.not.match(text, /from "(?!\.\/\w+\.ts"|\.\.\/\.\.\/cdb\/layout\.ts")/);
  }
  assert.equal(Object.values(REGISTRIES).flat(), CDB_LAYOUTS);
});

test("names and layouts are unique within a command set", () => {
  const seen = new Set<string>();
  for (const { set, opcode, serviceAction } of CDB_LAYOUTS) {
    const key = `${set} ${opcode} ${serviceAction}`;
    assert.not.ok(seen.has(key), key);
    seen.add(key);
  }
});

test("opcodes that depend on the device type", () => {
  const name = (hex: string, deviceType?: number): string =>
    cdbName(Uint8Array.from(hex.match(/../g) ?? [], (x) => parseInt(x, 16)), deviceType);
  const six = "080000000000";
  assert.is(findLayout(Uint8Array.of(0x08, 0, 0, 0, 0, 0), 0)?.set, "SBC");
  assert.is(findLayout(Uint8Array.of(0x08, 0, 0, 0, 0, 0), 1)?.set, "SSC");
  assert.is(name(six, 1), "READ(6)");
  assert.is(name("1b0000000100", 0), "START STOP UNIT");
  assert.is(name("1b0000000100", 1), "LOAD UNLOAD");
  assert.is(name("010000000000", 1), "REWIND");
  assert.is(name("010000000000", 0), "opcode 0x01");
  assert.is(name("010000000000"), "REWIND");
  assert.is(name("2b00000000000000" + "0000", 8), "POSITION TO ELEMENT");
  assert.is(name("2b00000000000000" + "0000", 1), "LOCATE(10)");
  assert.is(name("c1"), "opcode 0xc1");
  assert.is(name("9e1f"), "opcode 0x9e");
  assert.is(name(""), "empty CDB");
});

test("the names that errors use are those of the layouts", () => {
  const named = Object.entries(CDB_NAMES).flatMap(([set, rows]) =>
    rows.map(([opcode, action, name]) => `${set} ${opcode} ${action} ${name}`)
  );
  const layouts = CDB_LAYOUTS.map((one) => `${one.set} ${one.opcode} ${one.serviceAction ?? -1} ${one.name}`);
  assert.equal(named.sort(), layouts.sort());
});

test("an unknown opcode is no error", () => {
  assert.equal(parseCdb(Uint8Array.from([0xc1, 1, 2, 3])), {
    name: undefined,
    opcode: 0xc1,
    serviceAction: undefined,
    length: 4,
    fields: {},
    lba: undefined,
    blocks: undefined,
    allocationLength: undefined,
    parameterListLength: undefined,
  });
});

test.run();
