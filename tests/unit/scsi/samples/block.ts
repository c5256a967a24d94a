// Samples of the answers of block device commands.
import * as scsi from "../../../../src/scsi/mod.ts";
import { blob, type Family, flag, list, pack, record, sample, u, u64, Writer } from "./writer.ts";

export const BLOCK: Family[] = [
  {
    name: "READ CAPACITY(10)",
    parser: "parseReadCapacity10",
    parse: scsi.parseReadCapacity10,
    minimum: 8,
    unannounced: true,
    samples: sample({ lastLba: u(32), blockSize: u(32) }, ({ lastLba, blockSize }) => ({
      bytes: new Writer().u32(lastLba).u32(blockSize).done(),
      expected: { lastLba, blockSize, tooLarge: lastLba === 0xffffffff },
    })),
  },
  {
    name: "READ CAPACITY(16)",
    parser: "parseReadCapacity16",
    parse: scsi.parseReadCapacity16,
    minimum: 12,
    samples: sample(
      {
        lba: u64(),
        size: u(32),
        basis: u(2),
        prot: flag(),
        type: u(3),
        pi: u(4),
        exp: u(4),
        tp: flag(),
        rz: flag(),
        low: u(14),
      },
      (m) => ({
        bytes: new Writer().u64(m.lba).u32(m.size).u8(pack([2, 0], [2, m.basis], [3, m.type], m.prot))
          .u8(pack([4, m.pi], [4, m.exp])).u16((m.tp ? 0x8000 : 0) + (m.rz ? 0x4000 : 0) + m.low).zeros(16).done(),
        expected: {
          lastLba: m.lba,
          blockSize: m.size,
          rcBasis: m.basis,
          protectionEnabled: m.prot,
          protectionType: m.prot ? m.type + 1 : 0,
          protectionIntervalExponent: m.pi,
          logicalBlocksPerPhysicalExponent: m.exp,
          thinProvisioned: m.tp,
          unmappedReadsZeros: m.rz,
          lowestAlignedLba: m.low,
        },
      }),
    ),
  },
  {
    name: "REPORT LUNS",
    parser: "parseReportLuns",
    parse: scsi.parseReportLuns,
    minimum: 8,
    samples: sample({ luns: list(u64()) }, ({ luns }) => {
      const w = new Writer().u32(luns.length * 8).zeros(4);
      luns.forEach((lun) => w.u64(lun));
      return { bytes: w.done(), expected: { luns: luns.map((lun) => scsi.parseLun(lun)) } };
    }),
  },
  {
    name: "GET LBA STATUS",
    parser: "parseGetLbaStatus",
    parse: scsi.parseGetLbaStatus,
    minimum: 8,
    samples: sample(
      {
        extents: list(record({ lba: u64(), blocks: u(32), provisioningStatus: u(4), additionalStatus: u(8) })),
        condition: u(3),
        rtp: flag(),
      },
      ({ extents, condition, rtp }) => {
        const w = new Writer().u32(4 + extents.length * 16).zeros(3).u8(pack([4, 0], [3, condition], rtp));
        for (const e of extents) w.u64(e.lba).u32(e.blocks).u8(e.provisioningStatus, e.additionalStatus).zeros(2);
        return { bytes: w.done(), expected: { extents, completionCondition: condition, reportTypeProcessed: rtp } };
      },
    ),
  },
  {
    name: "UNMAP parameter list",
    parser: "parseUnmapList",
    parse: scsi.parseUnmapList,
    minimum: 8,
    samples: sample({ ranges: list(record({ lba: u64(), blocks: u(32) })) }, ({ ranges }) => ({
      bytes: scsi.unmap({ ranges }).dataOut!,
      expected: { ranges },
    })),
  },
  ...([10, 12] as const).map((size): Family => ({
    name: `READ DEFECT DATA(${size})`,
    parser: `parseReadDefectData${size}`,
    parse: size === 10 ? scsi.parseReadDefectData10 : scsi.parseReadDefectData12,
    minimum: size === 10 ? 4 : 8,
    samples: sample(
      { plist: flag(), glist: flag(), format: u(3), generation: u(16), raw: list(blob(8)) },
      ({ plist, glist, format, generation, raw }) => {
        const each = format === 0 ? 4 : 8;
        const data = raw.flatMap((one) => [...one.subarray(0, each)]);
        const w = new Writer().u8(0, pack([3, 0], plist, glist, [3, format]));
        if (size === 12) w.u16(generation).u32(data.length);
        else w.u16(data.length);
        const defects = format > 5 ? [] : raw.map((one) => {
          const view = new DataView(one.buffer, one.byteOffset, 8);
          if (format === 0) return { kind: "block", lba: BigInt(view.getUint32(0)) };
          if (format === 3) return { kind: "block", lba: view.getBigUint64(0) };
          const extended = format < 3;
          return {
            kind: format === 1 || format === 4 ? "bytesFromIndex" : "physicalSector",
            cylinder: view.getUint32(0) >>> 8,
            head: one[3],
            position: extended ? view.getUint32(4) & 0x0fffffff : view.getUint32(4),
            multi: extended && (one[4]! & 0x80) !== 0,
          };
        });
        return {
          bytes: w.bytes(data).done(),
          expected: { primaryList: plist, grownList: glist, format, generation: size === 12 ? generation : 0, defects },
        };
      },
    ),
  })),
  {
    name: "REPORT ZONES",
    parser: "parseReportZones",
    parse: scsi.parseReportZones,
    minimum: 64,
    samples: sample(
      {
        same: u(4),
        maxLba: u64(),
        granularity: u64(),
        zones: list(
          record({
            type: u(4),
            condition: u(4),
            predictedErrors: flag(),
            nonSequential: flag(),
            resetRecommended: flag(),
            length: u64(),
            start: u64(),
            writePointer: u64(),
          }),
          3,
        ),
      },
      ({ same, maxLba, granularity, zones }) => {
        const w = new Writer().u32(zones.length * 64).u8(same).zeros(3).u64(maxLba).u64(granularity).zeros(40);
        for (const z of zones) {
          w.u8(z.type, pack([4, z.condition], false, z.predictedErrors, z.nonSequential, z.resetRecommended)).zeros(6);
          w.u64(z.length).u64(z.start).u64(z.writePointer).zeros(32);
        }
        return { bytes: w.done(), expected: { same, maxLba, granularity, zones } };
      },
    ),
  },
  {
    name: "GET STREAM STATUS",
    parser: "parseStreamStatus",
    parse: scsi.parseStreamStatus,
    minimum: 8,
    samples: sample(
      { open: u(16), streams: list(record({ stream: u(16), permanent: flag(), relativeLifetime: u(6) })) },
      ({ open, streams }) => {
        const w = new Writer().u32(streams.length * 8).u16(0).u16(open);
        for (const s of streams) w.u8(s.permanent ? 0x80 : 0, 0).u16(s.stream).u8(s.relativeLifetime).zeros(3);
        return { bytes: w.done(), expected: { open, streams } };
      },
    ),
  },
  {
    name: "STREAM CONTROL",
    parser: "parseStreamControl",
    parse: (bytes) => ({ stream: scsi.parseStreamControl(bytes) }),
    minimum: 6,
    unannounced: true,
    samples: sample({ stream: u(16) }, ({ stream }) => ({
      bytes: new Writer().zeros(4).u16(stream).done(),
      expected: { stream },
    })),
  },
];
