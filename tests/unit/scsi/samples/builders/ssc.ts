// Options for every builder of SSC (tapes).
import fc from "fast-check";
import { blob, flag, u } from "../writer.ts";
import { blocks, type BuilderCase, IMMED, lba64, make, one, opt } from "./options.ts";

export const SSC_BUILDERS: readonly BuilderCase[] = [
  one("tapeRead6", "READ(6)", "never", blocks({ suppressIncorrectLength: opt(flag()) }, ["dataIn"]), "SSC"),
  one("tapeRead6", "READ(6)", "never", make({ dataIn: blob(0, 64) }), "SSC"),
  one("tapeWrite6", "WRITE(6)", "never", blocks({}, ["dataOut"]), "SSC"),
  one("tapeWrite6", "WRITE(6)", "never", make({ dataOut: blob(0, 64) }), "SSC"),
  one("writeFilemarks6", "WRITE FILEMARKS(6)", "never", make({ ...IMMED, count: u(24), setmarks: opt(flag()) }), "SSC"),
  one(
    "writeFilemarks16",
    "WRITE FILEMARKS(16)",
    "never",
    make({ ...IMMED, count: u(24), partition: opt(u(8)), objectIdentifier: opt(lba64) }),
    "SSC",
  ),
  one("erase6", "ERASE(6)", "never", make({ ...IMMED, long: opt(flag()) }), "SSC"),
  one(
    "space6",
    "SPACE(6)",
    "never",
    make({ code: u(4), count: opt(fc.integer({ min: -0x800000, max: 0x7fffff })) }),
    "SSC",
  ),
  one(
    "space16",
    "SPACE(16)",
    "never",
    make({ code: u(4), count: opt(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })) }),
    "SSC",
  ),
  one(
    "locate10",
    "LOCATE(10)",
    "never",
    make({ ...IMMED, objectIdentifier: u(32), partition: opt(u(8)), changePartition: opt(flag()) }),
    "SSC",
  ),
  one(
    "locate16",
    "LOCATE(16)",
    "never",
    make({
      ...IMMED,
      objectIdentifier: lba64,
      partition: opt(u(8)),
      destinationType: opt(u(2)),
      explicitAddress: opt(u(1)),
    }),
    "SSC",
  ),
  one("rewind", "REWIND", "never", make(IMMED), "SSC"),
  one(
    "loadUnload",
    "LOAD UNLOAD",
    "never",
    make({ ...IMMED, load: flag(), retension: opt(flag()), endOfTape: opt(flag()), hold: opt(flag()) }),
    "SSC",
  ),
  {
    ...one("readPosition", "READ POSITION", "safe", make({ form: opt(fc.constantFrom(0, 1, 6)) }), "SSC"),
    otherUnits: true,
  },
  one("readPosition", "READ POSITION", "safe", make({ form: fc.constant(8) }), "SSC"),
  one("readBlockLimits", "READ BLOCK LIMITS", "safe", make({ maxObjectIdentifier: opt(flag()) }), "SSC"),
];
