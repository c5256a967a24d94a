// Samples of the VPD pages of block devices and tapes, and of page 8Fh.
import fc from "fast-check";
import { ascii, blob, type Family, flag, list, pack, record, u, u64, Writer } from "./writer.ts";
import { designator, page, vpd } from "./inquiry.ts";

const descriptor8f = fc.oneof(
  record({
    kind: fc.constant("rodTokenLimits"),
    maxRanges: u(16),
    maxInactivityTimeout: u(32),
    defaultInactivityTimeout: u(32),
    maxTokenTransfer: u64(),
    optimalTransfer: u64(),
  }).map((d) => ({
    d,
    type: 0x0000,
    body: new Writer().zeros(6).u16(d.maxRanges).u32(d.maxInactivityTimeout).u32(d.defaultInactivityTimeout)
      .u64(d.maxTokenTransfer).u64(d.optimalTransfer),
  })),
  list(record({ opcode: u(8), serviceActions: list(u(8)) }), 3).map((commands) => {
    const inner = new Writer();
    commands.forEach((c) => inner.u8(c.opcode, c.serviceActions.length, ...c.serviceActions));
    return {
      d: { kind: "supportedCommands", commands },
      type: 0x0001,
      body: new Writer().u8(inner.length).bytes(inner.done()),
    };
  }),
  record({
    kind: fc.constant("parameterData"),
    maxCscds: u(16),
    maxSegments: u(16),
    maxDescriptorLength: u(32),
    maxInlineData: u(32),
  }).map((d) => ({
    d,
    type: 0x0004,
    body: new Writer().zeros(4).u16(d.maxCscds).u16(d.maxSegments).u32(d.maxDescriptorLength).u32(d.maxInlineData),
  })),
  list(u(8), 6).map((types) => ({
    d: { kind: "supportedDescriptors", types },
    type: 0x0008,
    body: new Writer().u8(types.length, ...types),
  })),
  list(u(16), 4).map((ids) => {
    const body = new Writer().u16(ids.length * 2);
    ids.forEach((id) => body.u16(id));
    return { d: { kind: "supportedCscdIds", ids }, type: 0x000c, body };
  }),
  record({
    kind: fc.constant("rodTokenFeatures"),
    remoteTokens: u(4),
    minLifetime: u(32),
    maxLifetime: u(32),
    maxInactivityTimeout: u(32),
  }).map((d) => ({
    d,
    type: 0x0106,
    body: new Writer().u8(d.remoteTokens).zeros(11).u32(d.minLifetime).u32(d.maxLifetime).u32(d.maxInactivityTimeout)
      .zeros(20),
  })),
  list(record({ type: u(32), internal: flag(), tokenIn: flag(), tokenOut: flag(), preference: u(16) }), 2).map(
    (rods) => {
      const body = new Writer().u16(0).u16(rods.length * 64);
      rods.forEach((r) =>
        body.u32(r.type).u8(pack(r.internal, [5, 0], r.tokenIn, r.tokenOut), 0).u16(r.preference).zeros(56)
      );
      return { d: { kind: "supportedRods", rods }, type: 0x0108, body };
    },
  ),
  record({
    kind: fc.constant("generalCopy"),
    totalConcurrent: u(32),
    maxIdentifiedConcurrent: u(32),
    maxSegmentLength: u(32),
    dataSegmentGranularity: u(8),
    inlineDataGranularity: u(8),
  }).map((d) => ({
    d,
    type: 0x8001,
    body: new Writer().u32(d.totalConcurrent).u32(d.maxIdentifiedConcurrent).u32(d.maxSegmentLength)
      .u8(d.dataSegmentGranularity, d.inlineDataGranularity).zeros(18),
  })),
  u(32).map((maxStreamTransfer) => ({
    d: { kind: "streamCopy", maxStreamTransfer },
    type: 0x9101,
    body: new Writer().u32(maxStreamTransfer).zeros(8),
  })),
  record({ kind: fc.constant("heldData"), limit: u(32), granularity: u(8) }).map((d) => ({
    d,
    type: 0xc001,
    body: new Writer().u32(d.limit).u8(d.granularity).zeros(19),
  })),
  blob(0, 12).map((data) => ({
    d: { kind: "other", type: 0xf000, data },
    type: 0xf000,
    body: new Writer().bytes(data),
  })),
);

export const VPD_BLOCK: Family[] = [
  vpd("VPD 8Fh", { descriptors: list(descriptor8f) }, ({ descriptors }) => {
    const body = new Writer();
    for (const { type, body: inner } of descriptors) body.u16(type).u16(inner.length).bytes(inner.done());
    return {
      bytes: page(0x8f, body),
      expected: { kind: "thirdPartyCopy", descriptors: descriptors.map((one) => one.d) },
    };
  }),
  vpd(
    "VPD B0h",
    {
      wsnz: flag(),
      caw: u(8),
      granularity: u(16),
      words: fc.array(u(32), { minLength: 6, maxLength: 6 }),
      alignment: fc.option(u(31), { nil: undefined }),
      maxWriteSame: u64(),
      atomic: fc.array(u(32), { minLength: 5, maxLength: 5 }),
    },
    (m) => {
      const body = new Writer().u8(m.wsnz ? 1 : 0, m.caw).u16(m.granularity);
      m.words.forEach((one) => body.u32(one));
      body.u32(m.alignment === undefined ? 0 : 0x80000000 + m.alignment).u64(m.maxWriteSame);
      m.atomic.forEach((one) => body.u32(one));
      return {
        bytes: page(0xb0, body),
        expected: {
          kind: "blockLimits",
          writeSameNonZero: m.wsnz,
          maxCompareAndWrite: m.caw,
          optimalTransferGranularity: m.granularity,
          maxTransfer: m.words[0],
          optimalTransfer: m.words[1],
          maxPrefetch: m.words[2],
          maxUnmapBlocks: m.words[3],
          maxUnmapRanges: m.words[4],
          optimalUnmapGranularity: m.words[5],
          unmapAlignment: m.alignment,
          maxWriteSame: m.maxWriteSame,
          maxAtomicTransfer: m.atomic[0],
          atomicAlignment: m.atomic[1],
          atomicGranularity: m.atomic[2],
          maxAtomicTransferWithBoundary: m.atomic[3],
          maxAtomicBoundary: m.atomic[4],
        },
      };
    },
  ),
  vpd(
    "VPD B1h",
    { rotationRate: u(16), productType: u(8), seven: u(8), eight: u(8), depopulationTime: u(32) },
    (m) => ({
      bytes: page(
        0xb1,
        new Writer().u16(m.rotationRate).u8(m.productType, m.seven, m.eight).zeros(3).u32(m.depopulationTime).zeros(48),
      ),
      expected: {
        kind: "blockCharacteristics",
        rotationRate: m.rotationRate,
        productType: m.productType,
        writeAfterBlockErase: m.seven >> 6,
        writeAfterCryptoErase: (m.seven >> 4) & 3,
        formFactor: m.seven & 15,
        zoned: (m.eight >> 4) & 3,
        fuaBehavior: (m.eight & 2) !== 0,
        verifyUnmapped: (m.eight & 1) !== 0,
        depopulationTime: m.depopulationTime,
      },
    }),
  ),
  vpd(
    "VPD B2h",
    {
      exponent: u(8),
      ws: flag(),
      ws10: flag(),
      unmap: flag(),
      zeros: u(3),
      anchor: flag(),
      min: u(5),
      type: u(3),
      pct: u(8),
      group: fc.option(designator, { nil: undefined }),
    },
    (m) => ({
      bytes: page(
        0xb2,
        new Writer().u8(m.exponent, pack(m.unmap, m.ws, m.ws10, [3, m.zeros], m.anchor, m.group !== undefined))
          .u8(pack([5, m.min], [3, m.type]), m.pct).bytes(m.group?.bytes ?? []),
      ),
      expected: {
        kind: "blockProvisioning",
        thresholdExponent: m.exponent,
        unmap: m.unmap,
        writeSame16: m.ws,
        writeSame10: m.ws10,
        readsZeros: m.zeros,
        anchor: m.anchor,
        hasGroup: m.group !== undefined,
        minimumPercentage: m.min,
        provisioningType: m.type,
        thresholdPercentage: m.pct,
        group: m.group === undefined ? [] : [m.group.expected],
      },
    }),
  ),
  vpd("VPD B3h", { segmentSize: u(32), segmentMultiplier: u(32) }, (m) => ({
    bytes: page(0xb3, new Writer().zeros(4).u32(m.segmentSize).u32(m.segmentMultiplier)),
    expected: { kind: "referrals", ...m },
  })),
  vpd(
    "VPD B4h",
    {
      formats: list(
        record({
          blockLength: u(32),
          protectionIntervals: flag(),
          noProtectionCheck: flag(),
          guardCheck: flag(),
          applicationTagCheck: flag(),
          referenceTagCheck: flag(),
          protectionTypes: fc.subarray([0, 1, 2, 3]),
        }),
      ),
    },
    ({ formats }) => {
      const body = new Writer();
      for (const f of formats) {
        body.u32(f.blockLength);
        body.u8(
          pack(
            false,
            f.protectionIntervals,
            [2, 0],
            f.noProtectionCheck,
            f.guardCheck,
            f.applicationTagCheck,
            f.referenceTagCheck,
          ),
        );
        body.u8(f.protectionTypes.reduce((mask, type) => mask | (1 << type), 0), 0, 0);
      }
      return { bytes: page(0xb4, body), expected: { kind: "supportedBlockLengths", formats } };
    },
  ),
  vpd("VPD B5h", { t: u(8), units: u(8), interval: u(8), b: u(32), a: u(32) }, (m) => ({
    bytes: page(0xb5, new Writer().u8(0, m.t, m.units, m.interval).u32(m.b).u32(m.a)),
    expected: {
      kind: "blockCharacteristicsExtension",
      utilizationType: m.t,
      utilizationUnits: m.units,
      utilizationInterval: m.interval,
      utilizationB: m.b,
      utilizationA: m.a,
    },
  })),
  vpd(
    "VPD B6h",
    {
      extension: u(4),
      realms: flag(),
      read: flag(),
      open: u(32),
      non: u(32),
      max: u(32),
      method: u(4),
      granularity: u64(),
    },
    (m) => ({
      bytes: page(
        0xb6,
        new Writer().u8(pack([4, m.extension], [2, 0], m.realms, m.read)).zeros(3).u32(m.open).u32(m.non).u32(m.max)
          .u8(0, 0, 0, m.method).u64(m.granularity).zeros(32),
        0x14,
      ),
      expected: {
        kind: "zonedCharacteristics",
        extension: m.extension,
        unrestrictedRead: m.read,
        realmAligned: m.realms,
        optimalOpen: m.open,
        optimalNonSequential: m.non,
        maxOpen: m.max,
        alignmentMethod: m.method,
        startGranularity: m.granularity,
      },
    }),
  ),
  vpd("VPD B0h of tapes", { worm: flag(), mirroring: flag() }, (m) => ({
    bytes: page(0xb0, new Writer().u8((m.worm ? 1 : 0) | (m.mirroring ? 2 : 0), 0), 1),
    expected: { kind: "tapeCapabilities", ...m },
  })),
  vpd("VPD B1h of tapes", { serialNumber: ascii(24) }, (m) => ({
    bytes: page(0xb1, new Writer().text(m.serialNumber), 1),
    expected: { kind: "manufacturerSerialNumber", ...m },
  })),
  vpd("VPD B2h of tapes", { flags: fc.subarray(Array.from({ length: 64 }, (_, i) => i + 1)) }, ({ flags }) => {
    const bits = flags.reduce((mask, flag) => mask | (1n << BigInt(64 - flag)), 0n);
    return { bytes: page(0xb2, new Writer().u64(bits), 1), expected: { kind: "tapeAlertFlags", flags } };
  }),
  vpd("VPD B3h of tapes", { serialNumber: ascii(24) }, (m) => ({
    bytes: page(0xb3, new Writer().text(m.serialNumber), 1),
    expected: { kind: "automationSerialNumber", ...m },
  })),
  vpd("VPD B4h of tapes", { address: u(16) }, (m) => ({
    bytes: page(0xb4, new Writer().u16(m.address), 1),
    expected: { kind: "elementAddress", ...m },
  })),
  vpd("VPD C0h", { data: blob(0, 32) }, ({ data }) => ({
    bytes: page(0xc0, new Writer().bytes(data)),
    expected: { kind: "raw", page: 0xc0, data },
  })),
];
