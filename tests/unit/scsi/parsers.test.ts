// Every parser: what the test's own encoder made must come back, and no answer, however short or false about its
// lengths, may do more than throw SCSI_BAD_DATA or leave things out and say so.
import fc from "fast-check";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../../src/scsi/mod.ts";
import { BLOCK } from "./samples/block.ts";
import { COPY } from "./samples/copy.ts";
import { INQUIRY } from "./samples/inquiry.ts";
import { PAGES } from "./samples/pages.ts";
import { PRIMARY } from "./samples/primary.ts";
import { REMOVABLE } from "./samples/removable.ts";
import { VPD_BLOCK } from "./samples/vpd_block.ts";
import type { Family } from "./samples/writer.ts";

const FAMILIES: Family[] = [...BLOCK, ...PRIMARY, ...COPY, ...REMOVABLE, ...INQUIRY, ...VPD_BLOCK, ...PAGES];
const seed = Number(process.env["TEST_SEED"] ?? Date.now() % 1e9);
console.log(`seed ${seed}`);

type Told = { missing?: number; problems?: readonly string[] };

function parseOrRefuse(family: Family, bytes: Uint8Array): unknown {
  try {
    return family.parse(bytes);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    assert.is(code, "SCSI_BAD_DATA", `${family.name}: ${message}`);
    return undefined;
  }
}

/** The same bytes in the midst of other memory: a parser that reads past its end sees the poison. */
function poisoned(bytes: Uint8Array): Uint8Array {
  const memory = new Uint8Array(bytes.length + 128).fill(0xa5);
  memory.set(bytes, 64);
  return memory.subarray(64, 64 + bytes.length);
}

for (const family of FAMILIES) {
  test(`${family.name}: round trip`, () => {
    fc.assert(
      fc.property(family.samples, ({ bytes, expected }) => {
        const result = family.parse(bytes) as Record<string, unknown>;
        for (const [name, value] of Object.entries(expected)) {
          assert.equal(result[name], value, `${family.name} ${name}`);
        }
        assert.is((result as Told).missing ?? 0, 0, `${family.name}: nothing is missing`);
        assert.equal((result as Told).problems ?? [], [], `${family.name}: no problems`);
      }),
      { seed, numRuns: 60 },
    );
  });

  test(`${family.name}: cut at every length`, () => {
    fc.assert(
      fc.property(family.samples, ({ bytes }) => {
        for (let length = 0; length <= bytes.length; length++) {
          const cut = bytes.slice(0, length);
          const result = parseOrRefuse(family, cut) as Told | undefined;
          assert.is(
            result === undefined,
            length < family.minimum,
            `${family.name}: ${length} bytes of ${bytes.length}`,
          );
          assert.equal(parseOrRefuse(family, poisoned(cut)), result, `${family.name}: reads past ${length} bytes`);
          if (result === undefined || family.unannounced) continue;
          assert.is(
            result.missing! > 0,
            length < bytes.length,
            `${family.name}: missing at ${length} of ${bytes.length}`,
          );
          assert.is(result.problems!.length > 0, length < bytes.length);
        }
      }),
      { seed, numRuns: family.name === "VPD 89h" ? 2 : 8 },
    );
  });

  test(`${family.name}: bytes that lie`, () => {
    const liar = fc.tuple(
      family.samples,
      fc.array(fc.tuple(fc.nat(), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)), { minLength: 1, maxLength: 6 }),
    );
    fc.assert(
      fc.property(liar, ([{ bytes }, lies]) => {
        const bad = bytes.slice();
        for (const [at, value] of lies) if (bad.length > 0) bad[at % Math.min(bad.length, 48)] = value;
        assert.equal(
          parseOrRefuse(family, poisoned(bad)),
          parseOrRefuse(family, bad),
          `${family.name}: reads past its end`,
        );
      }),
      { seed, numRuns: 100 },
    );
  });
}

test("arbitrary bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 96 }), (bytes) => {
      for (const family of FAMILIES) {
        assert.equal(parseOrRefuse(family, poisoned(bytes)), parseOrRefuse(family, bytes), family.name);
      }
    }),
    { seed, numRuns: 100 },
  );
});

test("every parser of the library is among the samples", () => {
  const elsewhere = new Set(["parseCdb", "parseLun"]);
  const parsers = Object.keys(scsi).filter((name) => name.startsWith("parse") && !elsewhere.has(name));
  const sampled = new Set(FAMILIES.map((family) => family.parser));
  assert.equal(parsers.filter((name) => !sampled.has(name)), []);
});

test.run();
