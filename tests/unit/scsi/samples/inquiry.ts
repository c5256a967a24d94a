// Samples of standard INQUIRY data and of the VPD pages of all devices.
import fc from "fast-check";
import * as scsi from "../../../../src/scsi/mod.ts";
import { ascii, blob, type Family, flag, list, pack, record, type Sample, sample, u, Writer } from "./writer.ts";

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

/** A page with its header. */
export function page(code: number, body: Writer, deviceType: number = 0): Uint8Array {
  return new Writer().u8(deviceType, code).u16(body.length).bytes(body.done()).done();
}
/** A family of one VPD page. */
export function vpd<T>(
  name: string,
  model: { [K in keyof T]: fc.Arbitrary<T[K]> },
  make: (model: T) => Sample,
): Family {
  return {
    name,
    parser: "parseVpdPage",
    parse: (bytes) => scsi.parseVpdPage(bytes),
    minimum: 4,
    samples: sample(model, make),
  };
}

const designatorValue = fc.oneof(
  record({ type: fc.constant(1), vendor: ascii(8), id: ascii(20) }).map(({ type, vendor, id }) => ({
    type,
    data: new Writer().text(vendor, 8).text(id).done(),
    value: { kind: "t10VendorId", vendor, id },
  })),
  fc.constantFrom(8, 12, 16).chain((size) => blob(size)).map((data) => ({
    type: 2,
    data,
    value: { kind: "eui64", id: hex(data) },
  })),
  fc.tuple(fc.constantFrom(2, 3, 5), blob(8)).map(([naa, data]) => {
    data[0] = (naa << 4) | (data[0]! & 15);
    return { type: 3, data, value: { kind: "naa", naa, id: hex(data) } };
  }),
  blob(16).map((data) => {
    data[0] = 0x60 | (data[0]! & 15);
    return { type: 3, data, value: { kind: "naa", naa: 6, id: hex(data) } };
  }),
  u(16).map((port) => ({
    type: 4,
    data: new Writer().u16(0).u16(port).done(),
    value: { kind: "relativeTargetPort", port },
  })),
  u(16).map((group) => ({
    type: 5,
    data: new Writer().u16(0).u16(group).done(),
    value: { kind: "targetPortGroup", group },
  })),
  u(16).map((group) => ({
    type: 6,
    data: new Writer().u16(0).u16(group).done(),
    value: { kind: "logicalUnitGroup", group },
  })),
  blob(16).map((data) => ({ type: 7, data, value: { kind: "md5", id: hex(data) } })),
  fc.stringMatching(/^iqn\.[a-z0-9.:]{1,30}$/).map((name) => ({
    type: 8,
    data: new Writer().text(name, Math.ceil((name.length + 1) / 4) * 4, 0).done(),
    value: { kind: "scsiName", name },
  })),
  blob(4, 8).map((data) => ({ type: 9, data, value: { kind: "protocolSpecificPort" } })),
  fc.uuid().map((id) => ({
    type: 10,
    data: new Writer().u8(0x10, 0).bytes((id.replaceAll("-", "").match(/../g) ?? []).map((x) => parseInt(x, 16)))
      .done(),
    value: { kind: "uuid", id },
  })),
  blob(0, 12).map((data) => ({ type: 0, data, value: { kind: "vendorSpecific" } })),
);
/** A designation descriptor: its bytes and what it must be parsed to. */
export const designator = record({
  one: designatorValue,
  codeSet: u(4),
  association: u(2),
  protocol: fc.option(u(4), { nil: undefined }),
}).map(({ one, codeSet, association, protocol }) => ({
  bytes: new Writer().u8(
    pack([4, protocol ?? 0], [4, codeSet]),
    pack(protocol !== undefined, false, [2, association], [4, one.type]),
    0,
    one.data.length,
  )
    .bytes(one.data).done(),
  expected: { ...one.value, type: one.type, codeSet, association, protocol, data: one.data },
}));

export const INQUIRY: Family[] = [
  {
    name: "standard INQUIRY data",
    parser: "parseInquiry",
    parse: scsi.parseInquiry,
    minimum: 5,
    samples: sample(
      {
        q: u(3),
        t: u(5),
        rmb: flag(),
        cong: flag(),
        version: u(8),
        aca: flag(),
        hisup: flag(),
        rdf: u(4),
        five: u(8),
        enc: flag(),
        multip: flag(),
        cmdque: flag(),
        vendor: ascii(8),
        product: ascii(16),
        revision: ascii(4),
        vendorSpecific: blob(20),
        descriptors: fc.array(fc.integer({ min: 1, max: 0xffff }), { maxLength: 8 }),
        extra: blob(0, 20),
      },
      (m) => {
        const body = new Writer().u8(m.five, pack(false, m.enc, false, m.multip, [4, 0]), m.cmdque ? 2 : 0)
          .text(m.vendor, 8).text(m.product, 16).text(m.revision, 4).bytes(m.vendorSpecific).zeros(2);
        m.descriptors.forEach((one) => body.u16(one));
        body.zeros(2 * (8 - m.descriptors.length)).zeros(22).bytes(m.extra);
        const bit = (at: number): boolean => ((m.five >> at) & 1) === 1;
        return {
          bytes: new Writer().u8(pack([3, m.q], [5, m.t]), pack(m.rmb, m.cong, [6, 0]), m.version)
            .u8(pack([2, 0], m.aca, m.hisup, [4, m.rdf]), body.length).bytes(body.done()).done(),
          expected: {
            qualifier: m.q,
            deviceType: m.t,
            removable: m.rmb,
            conglomerate: m.cong,
            version: m.version,
            normalAca: m.aca,
            hierarchical: m.hisup,
            responseDataFormat: m.rdf,
            arrayController: bit(7),
            accessControls: bit(6),
            targetPortGroups: (m.five >> 4) & 3,
            thirdPartyCopy: bit(3),
            protect: bit(0),
            enclosureServices: m.enc,
            multiPort: m.multip,
            commandQueuing: m.cmdque,
            vendor: m.vendor,
            product: m.product,
            revision: m.revision,
            vendorSpecific: m.vendorSpecific,
            versionDescriptors: m.descriptors,
            vendorParameters: m.extra,
          },
        };
      },
    ),
  },
  vpd("VPD 00h", { pages: list(u(8), 12) }, ({ pages }) => ({
    bytes: page(0x00, new Writer().u8(...pages)),
    expected: { kind: "supportedPages", page: 0, pages },
  })),
  vpd("VPD 80h", { serial: ascii(20) }, ({ serial }) => ({
    bytes: page(0x80, new Writer().text(serial)),
    expected: { kind: "unitSerialNumber", page: 0x80, serialNumber: serial.trim() },
  })),
  vpd("VPD 83h", { designators: list(designator) }, ({ designators }) => {
    const body = new Writer();
    designators.forEach((one) => body.bytes(one.bytes));
    return {
      bytes: page(0x83, body),
      expected: { kind: "deviceIdentification", designators: designators.map((one) => one.expected), problems: [] },
    };
  }),
  vpd("VPD 84h", { ids: list(blob(6)) }, ({ ids }) => {
    const body = new Writer();
    ids.forEach((id) => body.bytes(id));
    return { bytes: page(0x84, body), expected: { kind: "softwareInterfaces", identifiers: ids.map(hex) } };
  }),
  vpd(
    "VPD 85h",
    { addresses: list(record({ association: u(2), serviceType: u(5), address: ascii(24) })) },
    ({ addresses }) => {
      const body = new Writer();
      for (const a of addresses) {
        const size = Math.ceil((a.address.length + 1) / 4) * 4;
        body.u8(pack(false, [2, a.association], [5, a.serviceType]), 0).u16(size).text(a.address, size, 0);
      }
      return { bytes: page(0x85, body), expected: { kind: "managementAddresses", addresses } };
    },
  ),
  vpd("VPD 86h", { raw: blob(60) }, ({ raw }) => {
    const bit = (byte: number, at: number): boolean => ((raw[byte - 4]! >> at) & 1) === 1;
    const word = (byte: number): number => raw[byte - 4]! * 256 + raw[byte - 3]!;
    return {
      bytes: page(0x86, new Writer().bytes(raw)),
      expected: {
        kind: "extendedInquiry",
        activateMicrocode: raw[0]! >> 6,
        supportedProtection: (raw[0]! >> 3) & 7,
        guardCheck: bit(4, 2),
        applicationTagCheck: bit(4, 1),
        referenceTagCheck: bit(4, 0),
        unitAttentionSpecific: bit(5, 5),
        grouping: bit(5, 4),
        priority: bit(5, 3),
        headOfQueue: bit(5, 2),
        ordered: bit(5, 1),
        simple: bit(5, 0),
        writeUncorrectable: bit(6, 3),
        correctionDisable: bit(6, 2),
        nonVolatileCache: bit(6, 1),
        volatileCache: bit(6, 0),
        protectionIntervals: bit(7, 4),
        nexusLossClear: bit(7, 0),
        referrals: bit(8, 4),
        historyRelease: bit(8, 1),
        multiNexusDownload: raw[5]! & 15,
        selfTestMinutes: word(10),
        powerOnActivates: bit(12, 7),
        hardResetActivates: bit(12, 6),
        vendorActivates: bit(12, 5),
        maxSenseLength: raw[9],
        maxInquiryChangeLogs: word(15),
        maxModePageChangeLogs: word(17),
      },
    };
  }),
  vpd(
    "VPD 87h",
    { policies: list(record({ pageCode: u(6), subpageCode: u(8), sharedByUnits: flag(), policy: u(2) })) },
    ({ policies }) => {
      const body = new Writer();
      for (const p of policies) body.u8(p.pageCode, p.subpageCode, pack(p.sharedByUnits, [5, 0], [2, p.policy]), 0);
      return { bytes: page(0x87, body), expected: { kind: "modePagePolicy", policies } };
    },
  ),
  vpd(
    "VPD 88h",
    { ports: list(record({ relativePort: u(16), iscsi: flag(), target: list(designator, 2) }), 3) },
    ({ ports }) => {
      const body = new Writer();
      const expected = ports.map(({ relativePort, iscsi, target }) => {
        const id = iscsi ? scsi.iscsiTransportId("iqn.2001-04.com.example:c") : new Uint8Array(0);
        body.u16(0).u16(relativePort).u16(0).u16(id.length).bytes(id).u16(0);
        body.u16(target.reduce((sum, one) => sum + one.bytes.length, 0));
        target.forEach((one) => body.bytes(one.bytes));
        return {
          relativePort,
          initiator: iscsi ? scsi.parseTransportId(id) : undefined,
          target: target.map((one) => one.expected),
        };
      });
      return { bytes: page(0x88, body), expected: { kind: "scsiPorts", ports: expected } };
    },
  ),
  vpd(
    "VPD 89h",
    { v: ascii(8), p: ascii(16), r: ascii(4), signature: blob(20), code: u(8), identify: blob(512) },
    (m) => ({
      bytes: page(
        0x89,
        new Writer().zeros(4).text(m.v, 8).text(m.p, 16).text(m.r, 4).bytes(m.signature).u8(m.code).zeros(3).bytes(
          m.identify,
        ),
      ),
      expected: {
        kind: "ataInformation",
        satVendor: m.v,
        satProduct: m.p,
        satRevision: m.r,
        signature: m.signature,
        commandCode: m.code,
        identify: m.identify,
      },
    }),
  ),
];
