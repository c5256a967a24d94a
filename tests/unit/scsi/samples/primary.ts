// Samples of the answers of SPC commands.
import fc from "fast-check";
import * as scsi from "../../../../src/scsi/mod.ts";
import { blob, type Family, flag, list, pack, record, sample, u, u64, Writer } from "./writer.ts";

const timeouts = record({ commandSpecific: u(8), nominal: u(32), recommended: u(32) });
function putTimeouts(w: Writer, t: { commandSpecific: number; nominal: number; recommended: number }): void {
  w.u16(10).u8(0, t.commandSpecific).u32(t.nominal).u32(t.recommended);
}

export const PRIMARY: Family[] = [
  {
    name: "PR IN READ KEYS",
    parser: "parsePrKeys",
    parse: scsi.parsePrKeys,
    minimum: 8,
    samples: sample({ generation: u(32), keys: list(u64()) }, ({ generation, keys }) => {
      const w = new Writer().u32(generation).u32(keys.length * 8);
      keys.forEach((key) => w.u64(key));
      return { bytes: w.done(), expected: { generation, keys } };
    }),
  },
  {
    name: "PR IN READ RESERVATION",
    parser: "parsePrReservation",
    parse: scsi.parsePrReservation,
    minimum: 8,
    samples: sample({
      generation: u(32),
      one: fc.option(record({ key: u64(), scope: u(4), type: u(4) }), { nil: undefined }),
    }, ({
      generation,
      one,
    }) => {
      const w = new Writer().u32(generation).u32(one === undefined ? 0 : 16);
      if (one !== undefined) w.u64(one.key).zeros(5).u8(pack([4, one.scope], [4, one.type])).zeros(2);
      return { bytes: w.done(), expected: { generation, reservation: one } };
    }),
  },
  {
    name: "PR IN REPORT CAPABILITIES",
    parser: "parsePrCapabilities",
    parse: scsi.parsePrCapabilities,
    minimum: 4,
    samples: sample(
      {
        rlr: flag(),
        crh: flag(),
        sip: flag(),
        atp: flag(),
        ptpl: flag(),
        tmv: flag(),
        allow: u(3),
        active: flag(),
        types: fc.subarray([1, 3, 5, 6, 7, 8]),
      },
      (m) => {
        const has = (type: number): boolean => m.types.includes(type);
        return {
          bytes: new Writer().u16(8).u8(pack(m.rlr, [2, 0], m.crh, m.sip, m.atp, false, m.ptpl))
            .u8(pack(m.tmv, [3, m.allow], [3, 0], m.active))
            .u8(pack(has(7), has(6), has(5), false, has(3), false, has(1), false), pack([7, 0], has(8))).zeros(2)
            .done(),
          expected: {
            replaceLost: m.rlr,
            compatibleHandling: m.crh,
            specifyInitiatorPorts: m.sip,
            allTargetPorts: m.atp,
            persistThroughPowerLoss: m.ptpl,
            persistActive: m.active,
            allowCommands: m.allow,
            typesValid: m.tmv,
            types: m.tmv ? m.types : [],
          },
        };
      },
    ),
  },
  {
    name: "PR IN READ FULL STATUS",
    parser: "parsePrFullStatus",
    parse: scsi.parsePrFullStatus,
    minimum: 8,
    samples: sample(
      {
        generation: u(32),
        registrations: list(
          record({
            key: u64(),
            holder: flag(),
            allTargetPorts: flag(),
            scope: u(4),
            type: u(4),
            relativeTargetPort: u(16),
            name: fc.constantFrom("iqn.2001-04.com.example:a", "eui.02004567A425678D"),
            isid: fc.option(blob(6), { nil: undefined }),
          }),
          3,
        ),
      },
      ({ generation, registrations }) => {
        const body = new Writer();
        const expected = registrations.map(({ name, isid, ...r }) => {
          const id = scsi.iscsiTransportId(name, isid);
          body.u64(r.key).zeros(4).u8(pack([6, 0], r.allTargetPorts, r.holder), pack([4, r.scope], [4, r.type]))
            .zeros(4).u16(r.relativeTargetPort).u32(id.length).bytes(id);
          const hex = isid && Array.from(isid, (b) => b.toString(16).padStart(2, "0")).join("");
          return { ...r, transportId: { protocol: 5, name, isid: hex, bytes: id } };
        });
        const bytes = new Writer().u32(generation).u32(body.length).bytes(body.done()).done();
        return { bytes, expected: { generation, registrations: expected } };
      },
    ),
  },
  {
    name: "PR OUT parameter list",
    parser: "parsePrOut",
    parse: (bytes) => scsi.parsePrOut(bytes, 0),
    minimum: 24,
    samples: sample({
      key: u64(),
      newKey: u64(),
      aptpl: flag(),
      all: flag(),
      ids: list(fc.option(blob(6), { nil: undefined }), 2),
    }, (m) => {
      const transportIds = m.ids.map((isid) => scsi.iscsiTransportId("iqn.2001-04.com.example:b", isid));
      const { dataOut } = scsi.prRegister({
        key: m.key,
        newKey: m.newKey,
        persistThroughPowerLoss: m.aptpl,
        allTargetPorts: m.all,
        transportIds,
      });
      return {
        bytes: dataOut!,
        expected: {
          key: m.key,
          newKey: m.newKey,
          persistThroughPowerLoss: m.aptpl,
          allTargetPorts: m.all,
          specifyInitiatorPorts: m.ids.length > 0,
          transportIds: transportIds.map((id) => scsi.parseTransportId(id)),
        },
      };
    }),
  },
  {
    name: "PR OUT REGISTER AND MOVE parameter list",
    parser: "parsePrOut",
    parse: (bytes) => scsi.parsePrOut(bytes, 7),
    minimum: 24,
    samples: sample({ key: u64(), newKey: u64(), aptpl: flag(), unreg: flag(), port: u(16), isid: blob(6) }, (m) => {
      const transportId = scsi.iscsiTransportId("iqn.2001-04.com.example:b", m.isid);
      const { dataOut } = scsi.prRegisterAndMove({
        key: m.key,
        newKey: m.newKey,
        type: 1,
        persistThroughPowerLoss: m.aptpl,
        unregister: m.unreg,
        relativeTargetPort: m.port,
        transportId,
      });
      return {
        bytes: dataOut!,
        expected: {
          key: m.key,
          newKey: m.newKey,
          persistThroughPowerLoss: m.aptpl,
          unregister: m.unreg,
          relativeTargetPort: m.port,
          transportIds: [scsi.parseTransportId(transportId)],
        },
      };
    }),
  },
  {
    name: "TransportID",
    parser: "parseTransportId",
    parse: scsi.parseTransportId,
    minimum: 0,
    unannounced: true,
    samples: sample({ name: fc.stringMatching(/^iqn\.[a-z0-9.:-]{1,60}$/), isid: blob(6) }, ({ name, isid }) => ({
      bytes: scsi.iscsiTransportId(name, isid),
      expected: { protocol: 5, name, isid: Array.from(isid, (b) => b.toString(16).padStart(2, "0")).join("") },
    })),
  },
  {
    name: "REPORT SUPPORTED OPERATION CODES, all",
    parser: "parseSupportedOpcodes",
    parse: scsi.parseSupportedOpcodes,
    minimum: 4,
    samples: sample(
      {
        opcodes: list(
          record({
            opcode: u(8),
            serviceAction: fc.option(u(16), { nil: undefined }),
            cdbLength: u(16),
            durationLimit: u(2),
            timeouts: fc.option(timeouts, { nil: undefined }),
          }),
        ),
      },
      ({ opcodes }) => {
        const body = new Writer();
        for (const o of opcodes) {
          body.u8(o.opcode, 0).u16(o.serviceAction ?? 0)
            .u8(0, pack([4, 0], [2, o.durationLimit], o.timeouts !== undefined, o.serviceAction !== undefined))
            .u16(o.cdbLength);
          if (o.timeouts !== undefined) putTimeouts(body, o.timeouts);
        }
        return { bytes: new Writer().u32(body.length).bytes(body.done()).done(), expected: { opcodes } };
      },
    ),
  },
  {
    name: "REPORT SUPPORTED OPERATION CODES, one",
    parser: "parseOpcodeSupport",
    parse: scsi.parseOpcodeSupport,
    minimum: 4,
    samples: sample(
      { support: u(3), durationLimit: u(2), usage: blob(6, 32), timeouts: fc.option(timeouts, { nil: undefined }) },
      ({ support, durationLimit, usage, timeouts }) => {
        const w = new Writer().u8(0, pack(timeouts !== undefined, [2, 0], [2, durationLimit], [3, support]))
          .u16(usage.length).bytes(usage);
        if (timeouts !== undefined) putTimeouts(w, timeouts);
        return { bytes: w.done(), expected: { support, durationLimit, usage, timeouts } };
      },
    ),
  },
  {
    name: "REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS",
    parser: "parseSupportedTmf",
    parse: scsi.parseSupportedTmf,
    minimum: 2,
    samples: sample({
      first: u(8),
      second: u(3),
      times: fc.option(record({ long: u(32), short: u(32) }), { nil: undefined }),
    }, (m) => {
      const w = new Writer().u8(m.first, m.second, 0, m.times === undefined ? 0 : 12);
      if (m.times !== undefined) w.u8(1, 0, 0, 0).u32(m.times.long).u32(m.times.short);
      const bit = (byte: number, at: number): boolean => ((byte >> at) & 1) === 1;
      return {
        bytes: w.done(),
        expected: {
          abortTask: bit(m.first, 7),
          abortTaskSet: bit(m.first, 6),
          clearAca: bit(m.first, 5),
          clearTaskSet: bit(m.first, 4),
          logicalUnitReset: bit(m.first, 3),
          queryTask: bit(m.first, 2),
          targetReset: bit(m.first, 1),
          wakeup: bit(m.first, 0),
          queryAsynchronousEvent: bit(m.second, 2),
          queryTaskSet: bit(m.second, 1),
          nexusReset: bit(m.second, 0),
          timeouts: m.times,
        },
      };
    }),
  },
  {
    name: "REPORT TARGET PORT GROUPS",
    parser: "parseTargetPortGroups",
    parse: scsi.parseTargetPortGroups,
    minimum: 4,
    samples: sample(
      {
        time: fc.option(u(8), { nil: undefined }),
        groups: list(
          record({
            group: u(16),
            preferred: flag(),
            state: u(4),
            t: flag(),
            o: flag(),
            lbd: flag(),
            un: flag(),
            s: flag(),
            an: flag(),
            ao: flag(),
            statusCode: u(8),
            vendorSpecific: u(8),
            ports: list(u(16), 3),
          }),
          3,
        ),
      },
      ({ time, groups }) => {
        const body = new Writer();
        if (time !== undefined) body.u8(0x10, time, 0, 0);
        const expected = groups.map(({ t, o, lbd, un, s, an, ao, ...g }) => {
          body.u8(pack(g.preferred, [3, 0], [4, g.state]), pack(t, o, false, lbd, un, s, an, ao)).u16(g.group)
            .u8(0, g.statusCode, g.vendorSpecific, g.ports.length);
          g.ports.forEach((port) => body.u16(0).u16(port));
          return {
            ...g,
            supported: {
              transitioning: t,
              offline: o,
              lbaDependent: lbd,
              unavailable: un,
              standby: s,
              activeNonOptimized: an,
              activeOptimized: ao,
            },
          };
        });
        return {
          bytes: new Writer().u32(body.length).bytes(body.done()).done(),
          expected: { transitionTime: time, groups: expected },
        };
      },
    ),
  },
  {
    name: "REPORT TIMESTAMP",
    parser: "parseTimestamp",
    parse: scsi.parseTimestamp,
    minimum: 10,
    samples: sample({ origin: u(3), timestamp: u(48) }, ({ origin, timestamp }) => ({
      bytes: new Writer().u16(10).u8(origin, 0).uint(6, timestamp).zeros(2).done(),
      expected: { origin, timestamp },
    })),
  },
  {
    name: "REPORT IDENTIFYING INFORMATION",
    parser: "parseIdentifyingInformation",
    parse: scsi.parseIdentifyingInformation,
    minimum: 4,
    samples: sample({ data: blob(0, 64) }, ({ data }) => ({
      bytes: new Writer().u16(0).u16(data.length).bytes(data).done(),
      expected: { data },
    })),
  },
  {
    name: "REPORT IDENTIFYING INFORMATION, types",
    parser: "parseIdentifyingTypes",
    parse: scsi.parseIdentifyingTypes,
    minimum: 4,
    samples: sample({ types: list(record({ type: u(7), maxLength: u(16) })) }, ({ types }) => {
      const w = new Writer().u16(0).u16(types.length * 4);
      types.forEach((one) => w.u8(one.type << 1, 0).u16(one.maxLength));
      return { bytes: w.done(), expected: { types } };
    }),
  },
  {
    name: "READ BUFFER descriptor",
    parser: "parseBufferDescriptor",
    parse: scsi.parseBufferDescriptor,
    minimum: 4,
    unannounced: true,
    samples: sample({ offsetBoundary: u(8), capacity: u(24) }, (m) => ({
      bytes: new Writer().u8(m.offsetBoundary).u24(m.capacity).done(),
      expected: m,
    })),
  },
  {
    name: "SECURITY PROTOCOL IN, list",
    parser: "parseSecurityProtocols",
    parse: scsi.parseSecurityProtocols,
    minimum: 8,
    samples: sample({ protocols: list(u(8), 6) }, ({ protocols }) => ({
      bytes: new Writer().zeros(6).u16(protocols.length).u8(...protocols).done(),
      expected: { protocols },
    })),
  },
];
