// Samples of third-party copies and tokens.
import fc from "fast-check";
import * as scsi from "../../../../src/scsi/mod.ts";
import { blob, type Family, flag, list, pack, record, sample, u, u64, Writer } from "./writer.ts";

const range = record({ lba: u64(), blocks: u(32) });
const cscd: fc.Arbitrary<scsi.CscdDescriptor> = record({
  kind: fc.constant("identification" as const),
  deviceType: u(5),
  relativeInitiatorPort: u(16),
  codeSet: u(4),
  association: u(2),
  designatorType: u(4),
  designator: blob(1, 20),
  pad: flag(),
  blockLength: u(24),
});
const segment: fc.Arbitrary<scsi.SegmentDescriptor> = fc.oneof(
  record({
    kind: fc.constant("blockToBlock" as const),
    source: u(16),
    destination: u(16),
    blocks: u(16),
    sourceLba: u64(),
    destinationLba: u64(),
    cat: flag(),
    destinationCount: flag(),
  }),
  record({
    kind: fc.constant("blockOffsetToBlockOffset" as const),
    source: u(16),
    destination: u(16),
    bytes: u(32),
    sourceLba: u64(),
    destinationLba: u64(),
    sourceOffset: u(16),
    destinationOffset: u(16),
    cat: flag(),
  }),
  record({
    kind: fc.constantFrom("blockToStream" as const, "streamToBlock" as const),
    source: u(16),
    destination: u(16),
    streamLength: u(24),
    blocks: u(16),
    lba: u64(),
    cat: flag(),
  }),
  record({ kind: fc.constant("verify" as const), source: u(16), testUnitReady: flag() }),
);

export const COPY: Family[] = [
  {
    name: "EXTENDED COPY parameter list",
    parser: "parseExtendedCopy",
    parse: scsi.parseExtendedCopy,
    minimum: 16,
    samples: sample(
      {
        listId: u(8),
        listIdUsage: u(2),
        striped: flag(),
        priority: u(3),
        cscds: list(cscd, 3),
        segments: list(segment, 3),
        inlineData: blob(0, 16),
      },
      (m) => ({ bytes: scsi.extendedCopy(m).dataOut!, expected: m }),
    ),
  },
  {
    name: "RECEIVE COPY STATUS",
    parser: "parseCopyStatus",
    parse: scsi.parseCopyStatus,
    minimum: 5,
    samples: sample({ held: flag(), status: u(7), segments: u(16), units: u(3), count: u(32) }, (m) => ({
      bytes: new Writer().u32(8).u8(pack(m.held, [7, m.status])).u16(m.segments).u8(m.units).u32(m.count).done(),
      expected: {
        heldData: m.held,
        status: m.status,
        segmentsProcessed: m.segments,
        transferred: m.units === 7 ? BigInt(m.count) : BigInt(m.count) * 1024n ** BigInt(m.units),
      },
    })),
  },
  {
    name: "RECEIVE COPY OPERATING PARAMETERS",
    parser: "parseCopyOperatingParameters",
    parse: scsi.parseCopyOperatingParameters,
    minimum: 44,
    samples: sample(
      {
        noListId: flag(),
        maxCscds: u(16),
        maxSegments: u(16),
        maxDescriptorLength: u(32),
        maxSegmentLength: u(32),
        maxInlineData: u(32),
        heldDataLimit: u(32),
        maxStreamTransfer: u(32),
        totalConcurrent: u(16),
        maxConcurrent: u(8),
        dataSegmentGranularity: u(8),
        inlineDataGranularity: u(8),
        heldDataGranularity: u(8),
        descriptorTypes: list(u(8), 8),
      },
      (m) => ({
        bytes: new Writer().u32(40 + m.descriptorTypes.length).u8(m.noListId ? 1 : 0, 0, 0, 0).u16(m.maxCscds)
          .u16(m.maxSegments).u32(m.maxDescriptorLength).u32(m.maxSegmentLength).u32(m.maxInlineData)
          .u32(m.heldDataLimit).u32(m.maxStreamTransfer).u16(0).u16(m.totalConcurrent)
          .u8(m.maxConcurrent, m.dataSegmentGranularity, m.inlineDataGranularity, m.heldDataGranularity, 0, 0, 0)
          .u8(m.descriptorTypes.length, ...m.descriptorTypes).done(),
        expected: m,
      }),
    ),
  },
  {
    name: "RECEIVE COPY FAILURE DETAILS",
    parser: "parseCopyFailure",
    parse: scsi.parseCopyFailure,
    minimum: 4,
    samples: sample({ status: u(8), sense: blob(0, 40) }, ({ status, sense }) => ({
      bytes: new Writer().u32(56 + sense.length).zeros(52).u8(status, 0).u16(sense.length).bytes(sense).done(),
      expected: { status, sense },
    })),
  },
  {
    name: "RECEIVE ROD TOKEN INFORMATION",
    parser: "parseRodTokenInformation",
    parse: scsi.parseRodTokenInformation,
    minimum: 32,
    samples: sample(
      {
        action: u(5),
        status: u(7),
        counter: u(16),
        delay: u(32),
        completion: u(8),
        units: u(8),
        count: u64(),
        segments: u(16),
        sense: blob(0, 18),
        token: fc.option(blob(512), { nil: undefined }),
      },
      (m) => {
        const tail = new Writer();
        if (m.token !== undefined) tail.u32(514).u16(0).bytes(m.token);
        else tail.u32(0);
        return {
          bytes: new Writer().u32(28 + 18 + tail.length).u8(m.action, m.status).u16(m.counter).u32(m.delay)
            .u8(m.completion, 18, m.sense.length, m.units).u64(m.count).u16(m.segments).zeros(6)
            .bytes(m.sense).zeros(18 - m.sense.length).bytes(tail.done()).done(),
          expected: {
            serviceAction: m.action,
            status: m.status,
            operationCounter: m.counter,
            updateDelay: m.delay,
            completionStatus: m.completion,
            transferUnits: m.units,
            transferred: m.count,
            segmentsProcessed: m.segments,
            sense: m.sense,
            tokens: m.token === undefined ? [] : [m.token],
          },
        };
      },
    ),
  },
  {
    name: "ROD token",
    parser: "parseRodToken",
    parse: scsi.parseRodToken,
    minimum: 64,
    unannounced: true,
    samples: sample({ rodType: u(32), identifier: u64(), creator: blob(32), represented: u64() }, (m) => ({
      bytes: new Writer().u32(m.rodType).u16(0).u16(504).u64(m.identifier).bytes(m.creator).u64(0n).u64(m.represented)
        .zeros(448).done(),
      expected: { ...m, tokenLength: 504 },
    })),
  },
  {
    name: "POPULATE TOKEN list",
    parser: "parseTokenList",
    parse: (bytes) => scsi.parseTokenList(bytes, 0x10),
    minimum: 16,
    samples: sample(
      {
        ranges: fc.array(range, { minLength: 1, maxLength: 3 }),
        timeout: u(32),
        rodType: fc.option(u(32), { nil: undefined }),
        immediate: flag(),
      },
      ({ ranges, timeout, rodType, immediate }) => ({
        bytes: scsi.populateToken({ listIdentifier: 1, ranges, inactivityTimeout: timeout, rodType, immediate })
          .dataOut!,
        expected: { ranges, inactivityTimeout: timeout, rodType, immediate, token: undefined },
      }),
    ),
  },
  {
    name: "WRITE USING TOKEN list",
    parser: "parseTokenList",
    parse: (bytes) => scsi.parseTokenList(bytes, 0x11),
    minimum: 536,
    samples: sample(
      {
        ranges: fc.array(range, { minLength: 1, maxLength: 3 }),
        offset: u64(),
        token: blob(512),
        deleteToken: flag(),
        immediate: flag(),
      },
      (m) => ({ bytes: scsi.writeUsingToken({ listIdentifier: 1, ...m }).dataOut!, expected: m }),
    ),
  },
];
