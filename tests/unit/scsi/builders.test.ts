// Every builder, with values that fast-check chooses: the CDB parses back to what was given, the buffers are passed on.
import fc from "fast-check";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../../src/scsi/mod.ts";
import { BUILDERS } from "./samples/builders.ts";

const seed = Number(process.env["TEST_SEED"] ?? Date.now() % 1e9);
console.log(`seed ${seed}`);

const DEVICE_TYPES: Record<string, number> = { SPC: 0, SBC: 0, ZBC: 0x14, SSC: 1, MMC: 5, SMC: 8 };
const used = new Set<string>();

for (const builder of BUILDERS) {
  test(`${builder.name}()`, () => {
    fc.assert(
      fc.property(builder.options, (options) => {
        const make = (scsi as unknown as Record<string, (options: unknown) => scsi.ScsiCommand>)[builder.name]!;
        const command = make(options);
        const deviceType = DEVICE_TYPES[builder.set ?? "SBC"]!;
        const parsed = scsi.parseCdb(command.cdb, { deviceType });
        assert.is(parsed.name, builder.command, builder.name);
        used.add(`${builder.set ?? "SBC"} ${parsed.name}`);
        for (const [name, value] of Object.entries(options as Record<string, unknown>)) {
          if (name === "dataIn" || name === "dataOut") {
            const given = value as Uint8Array | undefined;
            if (given === undefined || given.length === 0) assert.is(command[name], undefined);
            else assert.is(command[name], given, `${builder.name}: ${name} is passed on, not copied`);
          } else if (name === "attribute") assert.is(command.attribute, value);
          else if (
            name in parsed.fields && value !== undefined && !(name === "allocationLength" && builder.otherUnits)
          ) {
            assert.is(String(parsed.fields[name]), String(value), `${builder.name}: ${name}`);
          }
        }
        if (parsed.allocationLength !== undefined && !builder.otherUnits) {
          assert.is(parsed.allocationLength, command.dataIn?.length ?? 0, `${builder.name}: allocation length`);
        }
        if (parsed.parameterListLength !== undefined && !builder.otherUnits) {
          assert.is(parsed.parameterListLength, command.dataOut?.length ?? 0, `${builder.name}: parameter list length`);
        }
        assert.is(command.replay, builder.replay, `${builder.name}: replay`);
      }),
      { seed, numRuns: 40 },
    );
  });
}

test("every builder of the library is in the table", () => {
  // A builder is a function whose result has a CDB; these are no builders, or are tested elsewhere.
  const others =
    /^(parse|encode|decode|find|describe|is|sense|status|asc|cdb|run|execute|drain|device|vpd|log|mode|version|inquiry|reservation|access|block|iscsi|scsi)[A-Z]|Name$|Smallest$|^(run|rawCommand)$/;
  const builders = Object.keys(scsi).filter((name) =>
    /^[a-z]/.test(name) && typeof (scsi as Record<string, unknown>)[name] === "function" && !others.test(name)
  );
  const tested = new Set(BUILDERS.map((builder) => builder.name));
  assert.equal(builders.filter((name) => !tested.has(name)), []);
});

test("every layout has a builder", () => {
  const inTable = new Set(BUILDERS.map((builder) => builder.command));
  assert.equal(scsi.CDB_LAYOUTS.filter((layout) => !inTable.has(layout.name)).map((layout) => layout.name), []);
});

test("a raw CDB is taken as it is", () => {
  const cdb = Uint8Array.from({ length: 260 }, (_, i) => i & 255);
  const command = scsi.rawCommand({ cdb, dataIn: 7, dataOut: Uint8Array.of(1) });
  assert.equal(command.cdb, cdb);
  assert.is.not(command.cdb, cdb);
  assert.is(command.dataIn!.length, 7);
  assert.is(command.replay, "never");
  for (const length of [0, 261]) {
    assert.throws(
      () => scsi.rawCommand({ cdb: new Uint8Array(length) }),
      (e: { code: string }) => e.code === "ERR_OUT_OF_RANGE",
    );
  }
});

test.run();
