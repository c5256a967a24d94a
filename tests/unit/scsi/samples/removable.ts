// Samples of tapes, changers and CDs.
import fc from "fast-check";
import * as scsi from "../../../../src/scsi/mod.ts";
import { blob, type Family, flag, list, pack, record, sample, u, u64, Writer } from "./writer.ts";

const tag = fc.option(record({ volume: fc.stringMatching(/^[A-Z0-9]{1,32}$/), sequence: u(16) }), {
  nil: undefined,
});
function putTag(w: Writer, one: { volume: string; sequence: number } | undefined): void {
  w.text(one?.volume ?? "", 32).u16(0).u16(one?.sequence ?? 0);
}
const element = record({
  address: u(16),
  full: flag(),
  importedByOperator: flag(),
  exception: flag(),
  accessible: flag(),
  exportEnabled: flag(),
  importEnabled: flag(),
  asc: u(8),
  ascq: u(8),
  source: fc.option(u(16), { nil: undefined }),
  inverted: flag(),
  disabled: flag(),
  mediumType: u(3),
  primaryTag: tag,
  alternateTag: tag,
  identifier: fc.option(record({ codeSet: u(4), type: u(4), data: blob(8) }), { nil: undefined }),
});
const trackTime = fc.tuple(u(8), u(8), u(8));

export const REMOVABLE: Family[] = [
  {
    name: "READ POSITION, short",
    parser: "parseReadPosition",
    parse: (bytes) => scsi.parseReadPosition(bytes),
    minimum: 20,
    samples: sample(
      { flags: u(8), partition: u(8), position: u(32), last: u(32), objects: u(24), inBuffer: u(32) },
      (m) => ({
        bytes: new Writer().u8(m.flags, m.partition, 0, 0).u32(m.position).u32(m.last).u8(0).u24(m.objects).u32(
          m.inBuffer,
        ).done(),
        expected: {
          form: "short",
          beginningOfPartition: (m.flags & 0x80) !== 0,
          endOfPartition: (m.flags & 0x40) !== 0,
          countUnknown: (m.flags & 0x20) !== 0,
          bytesUnknown: (m.flags & 0x10) !== 0,
          positionUnknown: (m.flags & 0x04) !== 0,
          positionOverflow: (m.flags & 0x02) !== 0,
          beyondEarlyWarning: (m.flags & 0x01) !== 0,
          partition: m.partition,
          position: (m.flags & 0x04) !== 0 ? undefined : BigInt(m.position),
          last: BigInt(m.last),
          objectsInBuffer: m.objects,
          bytesInBuffer: BigInt(m.inBuffer),
        },
      }),
    ),
  },
  {
    name: "READ POSITION, long",
    parser: "parseReadPosition",
    parse: (bytes) => scsi.parseReadPosition(bytes, scsi.PositionForm.Long),
    minimum: 32,
    samples: sample({ flags: u(8), partition: u(32), position: u64(), file: u64() }, (m) => ({
      bytes: new Writer().u8(m.flags).zeros(3).u32(m.partition).u64(m.position).u64(m.file).zeros(8).done(),
      expected: {
        form: "long",
        beginningOfPartition: (m.flags & 0x80) !== 0,
        endOfPartition: (m.flags & 0x40) !== 0,
        countUnknown: (m.flags & 0x08) !== 0,
        positionUnknown: (m.flags & 0x04) !== 0,
        partition: m.partition,
        position: (m.flags & 0x04) !== 0 ? undefined : m.position,
        file: m.file,
      },
    })),
  },
  {
    name: "READ POSITION, extended",
    parser: "parseReadPosition",
    parse: (bytes) => scsi.parseReadPosition(bytes, scsi.PositionForm.Extended),
    minimum: 32,
    samples: sample(
      { flags: u(8), partition: u(8), objects: u(24), position: u64(), last: u64(), inBuffer: u64() },
      (m) => ({
        bytes: new Writer().u8(m.flags, m.partition).u16(28).u8(0).u24(m.objects).u64(m.position).u64(m.last).u64(
          m.inBuffer,
        ).done(),
        expected: {
          form: "extended",
          partition: m.partition,
          position: (m.flags & 0x04) !== 0 ? undefined : m.position,
          last: m.last,
          objectsInBuffer: m.objects,
          bytesInBuffer: m.inBuffer,
        },
      }),
    ),
  },
  {
    name: "READ BLOCK LIMITS",
    parser: "parseBlockLimits",
    parse: scsi.parseBlockLimits,
    minimum: 6,
    unannounced: true,
    samples: sample({ granularity: u(5), maxLength: u(24), minLength: u(16) }, (m) => ({
      bytes: new Writer().u8(m.granularity).u24(m.maxLength).u16(m.minLength).done(),
      expected: m,
    })),
  },
  {
    name: "READ BLOCK LIMITS, MLOI",
    parser: "parseMaxObjectIdentifier",
    parse: (bytes) => ({ max: scsi.parseMaxObjectIdentifier(bytes) }),
    minimum: 20,
    unannounced: true,
    samples: sample({ max: u64() }, (m) => ({ bytes: new Writer().zeros(12).u64(m.max).done(), expected: m })),
  },
  {
    name: "READ ELEMENT STATUS",
    parser: "parseElementStatus",
    parse: scsi.parseElementStatus,
    minimum: 8,
    samples: sample(
      {
        firstElement: u(16),
        pages: list(
          record({
            type: fc.integer({ min: 1, max: 4 }),
            p: flag(),
            a: flag(),
            d: flag(),
            elements: list(element, 3),
          }),
          3,
        ),
      },
      ({ firstElement, pages }) => {
        const expected: unknown[] = [];
        const body = new Writer();
        let available = 0;
        for (const { type, p, a, d, elements } of pages) {
          const size = 12 + (p ? 36 : 0) + (a ? 36 : 0) + (d ? 12 : 0);
          body.u8(type, pack(p, a, [6, 0])).u16(size).u8(0).u24(size * elements.length);
          for (const e of elements) {
            body.u16(e.address);
            body.u8(
              pack([2, 0], e.importEnabled, e.exportEnabled, e.accessible, e.exception, e.importedByOperator, e.full),
            );
            body.u8(0, e.asc, e.ascq, 0, 0, 0);
            body.u8(pack(e.source !== undefined, e.inverted, [2, 0], e.disabled, [3, e.mediumType])).u16(e.source ?? 0);
            if (p) putTag(body, e.primaryTag);
            if (a) putTag(body, e.alternateTag);
            if (d) {
              body.u8(e.identifier?.codeSet ?? 0, e.identifier?.type ?? 0, 0, e.identifier === undefined ? 0 : 8);
              body.bytes(e.identifier?.data ?? new Uint8Array(8));
            }
            expected.push({
              ...e,
              type,
              importedByOperator: type === 3 && e.importedByOperator,
              primaryTag: p ? e.primaryTag : undefined,
              alternateTag: a ? e.alternateTag : undefined,
              identifier: d ? e.identifier : undefined,
            });
            available++;
          }
        }
        return {
          bytes: new Writer().u16(firstElement).u16(available).u8(0).u24(body.length).bytes(body.done()).done(),
          expected: { firstElement, available, elements: expected },
        };
      },
    ),
  },
  {
    name: "READ TOC",
    parser: "parseToc",
    parse: scsi.parseToc,
    minimum: 4,
    samples: sample(
      { first: u(8), last: u(8), tracks: list(record({ track: u(8), adr: u(4), control: u(4), start: u(32) })) },
      ({ first, last, tracks }) => {
        const w = new Writer().u16(2 + tracks.length * 8).u8(first, last);
        tracks.forEach((t) => w.u8(0, pack([4, t.adr], [4, t.control]), t.track, 0).u32(t.start));
        return { bytes: w.done(), expected: { first, last, tracks } };
      },
    ),
  },
  {
    name: "READ TOC, full",
    parser: "parseFullToc",
    parse: scsi.parseFullToc,
    minimum: 4,
    samples: sample(
      {
        first: u(8),
        last: u(8),
        entries: list(
          record({
            session: u(8),
            adr: u(4),
            control: u(4),
            tno: u(8),
            point: u(8),
            time: trackTime,
            pointTime: trackTime,
          }),
        ),
      },
      ({ first, last, entries }) => {
        const w = new Writer().u16(2 + entries.length * 11).u8(first, last);
        for (const e of entries) {
          w.u8(e.session, pack([4, e.adr], [4, e.control]), e.tno, e.point, ...e.time, 0, ...e.pointTime);
        }
        return { bytes: w.done(), expected: { first, last, entries } };
      },
    ),
  },
  {
    name: "READ DISC INFORMATION",
    parser: "parseDiscInformation",
    parse: scsi.parseDiscInformation,
    minimum: 9,
    samples: sample(
      {
        erasable: flag(),
        state: u(2),
        status: u(2),
        firstTrack: u(8),
        sessions: u(16),
        first: u(16),
        last: u(16),
        discType: u(8),
      },
      (m) => ({
        bytes: new Writer().u16(32).u8(pack([3, 0], m.erasable, [2, m.state], [2, m.status]), m.firstTrack)
          .u8(m.sessions & 255, m.first & 255, m.last & 255, 0, m.discType, m.sessions >> 8, m.first >> 8, m.last >> 8)
          .zeros(22).done(),
        expected: {
          erasable: m.erasable,
          lastSessionState: m.state,
          discStatus: m.status,
          firstTrack: m.firstTrack,
          sessions: m.sessions,
          firstTrackOfLastSession: m.first,
          lastTrackOfLastSession: m.last,
          discType: m.discType,
        },
      }),
    ),
  },
  {
    name: "GET CONFIGURATION",
    parser: "parseConfiguration",
    parse: scsi.parseConfiguration,
    minimum: 8,
    samples: sample(
      {
        currentProfile: u(16),
        features: list(
          record({ code: u(16), version: u(4), persistent: flag(), current: flag(), data: blob(0, 12) }),
        ),
      },
      ({ currentProfile, features }) => {
        const body = new Writer().u16(0).u16(currentProfile);
        for (const f of features) {
          body.u16(f.code).u8(pack([2, 0], [4, f.version], f.persistent, f.current), f.data.length).bytes(f.data);
        }
        return {
          bytes: new Writer().u32(body.length).bytes(body.done()).done(),
          expected: { currentProfile, features },
        };
      },
    ),
  },
];
