// Samples of mode data, log pages and sense data.
import fc from "fast-check";
import * as scsi from "../../../../src/scsi/mod.ts";
import { blob, type Family, flag, list, pack, record, type Sample, sample, u, u64, Writer } from "./writer.ts";

const modePage = record({
  pageCode: u(6),
  saveable: flag(),
  subpageCode: fc.integer({ min: 1, max: 255 }),
  long: flag(),
  data: blob(0, 20),
})
  .map(({ pageCode, saveable, subpageCode, long, data }) => {
    const w = new Writer().u8(pack(saveable, long, [6, pageCode]));
    if (long) w.u8(subpageCode).u16(data.length);
    else w.u8(data.length);
    const bytes = w.bytes(data).done();
    return { pageCode, saveable, subpageCode: long ? subpageCode : 0, bytes };
  });

function modeFamily(size: 6 | 10): Family {
  return {
    name: `MODE SENSE(${size})`,
    parser: `parseModeSense${size}`,
    parse: size === 6 ? (bytes) => scsi.parseModeSense6(bytes) : (bytes) => scsi.parseModeSense10(bytes),
    minimum: size === 6 ? 4 : 8,
    samples: sample(
      {
        mediumType: u(8),
        deviceSpecific: u(8),
        longLba: size === 6 ? fc.constant(false) : flag(),
        blocks: list(record({ blocks: u(32), blockLength: u(24) }), 2),
        pages: list(modePage),
      },
      ({ mediumType, deviceSpecific, longLba, blocks, pages }) => {
        const body = new Writer();
        for (const one of blocks) {
          if (longLba) body.u64(BigInt(one.blocks)).u32(0).u32(one.blockLength);
          else body.u32(one.blocks).u8(0).u24(one.blockLength);
        }
        const length = body.length;
        pages.forEach((one) => body.bytes(one.bytes));
        const w = size === 6
          ? new Writer().u8(3 + body.length, mediumType, deviceSpecific, length)
          : new Writer().u16(6 + body.length).u8(mediumType, deviceSpecific, longLba ? 1 : 0, 0).u16(length);
        return {
          bytes: w.bytes(body.done()).done(),
          expected: {
            mediumType,
            deviceSpecific,
            writeProtected: (deviceSpecific & 0x80) !== 0,
            dpoFua: (deviceSpecific & 0x10) !== 0,
            longLba,
            blockDescriptors: blocks.map((one) => ({ ...one, densityCode: 0, blocks: BigInt(one.blocks) })),
            pages,
          },
        };
      },
    ),
  };
}

interface Parameter {
  code: number;
  value: number[];
}
function logPage(pageCode: number, parameters: Parameter[]): Uint8Array {
  const body = new Writer();
  for (const one of parameters) body.u16(one.code).u8(0x03, one.value.length).u8(...one.value);
  return new Writer().u8(pageCode, 0).u16(body.length).bytes(body.done()).done();
}
function log<T>(name: string, model: { [K in keyof T]: fc.Arbitrary<T[K]> }, make: (model: T) => Sample): Family {
  return {
    name,
    parser: "parseLogPage",
    parse: (bytes) => scsi.parseLogPage(bytes),
    minimum: 4,
    samples: sample(model, make),
  };
}
const bytesOf = (value: bigint, size: number): number[] => [...new Writer().uint(size, value).done()];
const NAMES = [
  "correctedWithoutDelay",
  "correctedWithDelay",
  "retries",
  "corrected",
  "corrections",
  "bytesProcessed",
  "uncorrected",
];

const LOGS: Family[] = [
  log("log page 00h", { pages: list(u(6), 12) }, ({ pages }) => ({
    bytes: new Writer().u16(0).u16(pages.length).u8(...pages).done(),
    expected: { kind: "supportedPages", pages: pages.map((pageCode) => ({ pageCode, subpageCode: 0 })) },
  })),
  log("log page 00h, FFh", { pages: list(record({ pageCode: u(6), subpageCode: u(8) }), 6) }, ({ pages }) => {
    const w = new Writer().u8(0x40, 0xff).u16(pages.length * 2);
    pages.forEach((one) => w.u8(one.pageCode, one.subpageCode));
    return { bytes: w.done(), expected: { kind: "supportedPages", pages } };
  }),
  log(
    "log pages 02h to 05h",
    {
      page: fc.integer({ min: 2, max: 5 }),
      counters: fc.array(fc.option(u64(), { nil: undefined }), { minLength: 7, maxLength: 7 }),
    },
    ({ page, counters }) => ({
      bytes: logPage(
        page,
        counters.flatMap((one, code) => one === undefined ? [] : [{ code, value: bytesOf(one, 8) }]),
      ),
      expected: {
        kind: "errorCounters",
        pageCode: page,
        operation: ["write", "read", "readReverse", "verify"][page - 2],
        ...Object.fromEntries(NAMES.map((name, i) => [name, counters[i]])),
      },
    }),
  ),
  log("log page 06h", { count: u(32) }, ({ count }) => ({
    bytes: logPage(0x06, [{ code: 0, value: bytesOf(BigInt(count), 4) }]),
    expected: { kind: "nonMediumErrors", count: BigInt(count) },
  })),
  log("log page 0Dh", { current: u(8), reference: u(8) }, ({ current, reference }) => ({
    bytes: logPage(0x0d, [{ code: 0, value: [0, current] }, { code: 1, value: [0, reference] }]),
    expected: {
      kind: "temperature",
      current: current === 255 ? undefined : current,
      reference: reference === 255 ? undefined : reference,
    },
  })),
  log("log page 0Eh", {
    year: fc.stringMatching(/^20\d\d$/),
    week: fc.stringMatching(/^\d\d$/),
    counters: fc.array(u(32), { minLength: 4, maxLength: 4 }),
  }, ({
    year,
    week,
    counters,
  }) => ({
    bytes: logPage(0x0e, [
      { code: 1, value: [...new Writer().text(year + week).done()] },
      ...counters.map((one, i) => ({ code: 3 + i, value: bytesOf(BigInt(one), 4) })),
    ]),
    expected: {
      kind: "startStop",
      manufactured: { year, week },
      accounting: undefined,
      specifiedCycles: BigInt(counters[0]!),
      cycles: BigInt(counters[1]!),
      specifiedLoadCycles: BigInt(counters[2]!),
      loadCycles: BigInt(counters[3]!),
    },
  })),
  log(
    "log page 10h",
    {
      results: list(
        record({
          selfTestCode: u(3),
          result: u(4),
          number: fc.integer({ min: 1, max: 255 }),
          hours: u(16),
          failureLba: u64(),
          senseKey: u(4),
          asc: u(8),
          ascq: u(8),
        }),
      ),
    },
    ({ results }) => ({
      bytes: logPage(
        0x10,
        results.map((r, i) => ({
          code: i + 1,
          value: [
            ...new Writer().u8(pack([3, r.selfTestCode], false, [4, r.result]), r.number).u16(r.hours).u64(r.failureLba)
              .u8(r.senseKey, r.asc, r.ascq, 0).done(),
          ],
        })),
      ),
      expected: {
        kind: "selfTest",
        results: results.map((r, i) => ({
          ...r,
          code: i + 1,
          failureLba: r.failureLba === 2n ** 64n - 1n ? undefined : r.failureLba,
        })),
      },
    }),
  ),
  log("log page 11h", { percentageUsed: u(8) }, ({ percentageUsed }) => ({
    bytes: logPage(0x11, [{ code: 1, value: [0, 0, 0, percentageUsed] }]),
    expected: { kind: "solidState", percentageUsed },
  })),
  log("log page 2Fh", { asc: u(8), ascq: u(8), temperature: u(8) }, ({ asc, ascq, temperature }) => ({
    bytes: logPage(0x2f, [{ code: 0, value: [asc, ascq, temperature] }]),
    expected: {
      kind: "informationalExceptions",
      asc,
      ascq,
      temperature: temperature === 255 ? undefined : temperature,
    },
  })),
  log("log page 30h", { data: blob(0, 16) }, ({ data }) => ({
    bytes: logPage(0x30, [{ code: 0x1234, value: [...data] }]),
    expected: {
      kind: "raw",
      pageCode: 0x30,
      parameters: [{
        code: 0x1234,
        disableUpdate: false,
        disableSave: false,
        thresholdComparison: false,
        thresholdCondition: 0,
        format: 3,
        value: data,
      }],
    },
  })),
];

const word = u(16);
const bitPointer = fc.option(u(3), { nil: undefined });
/** A sense key with sense-key-specific data that fit it. */
export const keySpecific: fc.Arbitrary<{ senseKey: number; keySpecific: scsi.SenseKeySpecific | undefined }> = fc.oneof(
  record({ senseKey: u(4), keySpecific: fc.constant(undefined) }),
  record({
    senseKey: fc.constant(5),
    keySpecific: record({ kind: fc.constant("field" as const), inCdb: flag(), byte: word, bit: bitPointer }),
  }),
  record({
    senseKey: fc.constant(10),
    keySpecific: record({ kind: fc.constant("segment" as const), inSegment: flag(), byte: word, bit: bitPointer }),
  }),
  record({
    senseKey: fc.constantFrom(1, 3, 4),
    keySpecific: record({ kind: fc.constant("retries" as const), count: word }),
  }),
  record({
    senseKey: fc.constantFrom(0, 2),
    keySpecific: record({ kind: fc.constant("progress" as const), done: word }),
  }),
  record({
    senseKey: fc.constant(6),
    keySpecific: record({ kind: fc.constant("unitAttention" as const), overflow: flag() }),
  }),
);

const SENSE: Family[] = (["fixed", "descriptor"] as const).map((format): Family => ({
  name: `${format} sense data`,
  parser: "parseSense",
  parse: scsi.parseSense,
  minimum: 3,
  samples: sample(
    {
      key: keySpecific,
      asc: u(8),
      ascq: u(8),
      deferred: flag(),
      information: fc.option(format === "fixed" ? u(32).map(BigInt) : u64(), { nil: undefined }),
      commandSpecific: fc.option((format === "fixed" ? u(32).map(BigInt) : u64()).filter((one) => one !== 0n), {
        nil: undefined,
      }),
      fieldReplaceableUnit: fc.option(fc.integer({ min: 1, max: 255 }), { nil: undefined }),
      filemark: flag(),
      endOfMedium: flag(),
      incorrectLength: flag(),
      overflow: flag(),
    },
    ({ key, ...rest }) => ({
      bytes: scsi.encodeSense({ ...rest, ...key, format }),
      expected: { ...rest, ...key, format, problems: [] },
    }),
  ),
}));

export const PAGES: Family[] = [modeFamily(6), modeFamily(10), ...LOGS, ...SENSE];
