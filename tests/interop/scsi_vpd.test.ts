// time limit: 120 s
// Standard INQUIRY data and VPD pages of random bytes: what our parsers and sg3-utils read in them must be the same.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../src/scsi/mod.ts";
import { needs } from "../peers/peer.ts";
import { hexBytes, Random, sgFile, testSeed } from "./lib/sg.ts";

const random = new Random(testSeed());
const ROUNDS = 40;
const withInq = needs(test, "sg_inq");
const withVpd = needs(test, "sg_vpd");

/** The number after a label and `:` or `=`; hexadecimal where it has 0x. */
function told(out: string, label: string): bigint {
  const escaped = label.replaceAll(/[()[\].]/g, "\\$&");
  const found = new RegExp(`(?:^|[\\s[])${escaped}[:=] ?(-?0x[0-9a-f]+|-?\\d+|true|false)`, "m").exec(out)?.[1];
  if (found === undefined) assert.unreachable(`no ${label} in\n${out}`);
  return found === "true" ? 1n : found === "false" ? 0n : BigInt(found ?? "");
}
function same(out: string, fields: Record<string, number | bigint | boolean>): void {
  for (const [label, value] of Object.entries(fields)) {
    assert.is(BigInt(value), told(out, label), `${label} in\n${out}`);
  }
}
function vpd(page: number, body: Uint8Array, deviceType = 0): Uint8Array {
  return Uint8Array.of(deviceType, page, body.length >> 8, body.length & 255, ...body);
}
function parsed<K extends scsi.VpdPage["kind"]>(bytes: Uint8Array, kind: K): Extract<scsi.VpdPage, { kind: K }> {
  const page = scsi.parseVpdPage(bytes);
  assert.is(page.kind, kind);
  return page as Extract<scsi.VpdPage, { kind: K }>;
}
const text = (length: number): number[] => Array.from({ length }, () => 0x41 + random.below(26));

withInq("standard INQUIRY data", () => {
  for (let i = 0; i < ROUNDS; i++) {
    const bytes = Uint8Array.of(
      random.below(0x20),
      random.below(4) << 6,
      3 + random.below(5),
      2 | (random.below(4) << 4),
      91,
      ...random.bytes(3),
      ...text(8),
      ...text(16),
      ...text(4),
      ...text(20),
      ...random.bytes(40),
    );
    const out = sgFile("sg_inq", bytes, ["--only"]);
    const our = scsi.parseInquiry(bytes);
    same(out, {
      PQual: our.qualifier,
      RMB: our.removable,
      LU_CONG: our.conglomerate,
      version: our.version,
      NormACA: our.normalAca,
      HiSUP: our.hierarchical,
      Resp_data_format: our.responseDataFormat,
      SCCS: our.arrayController,
      ACC: our.accessControls,
      TPGS: our.targetPortGroups,
      "3PC": our.thirdPartyCopy,
      Protect: our.protect,
      EncServ: our.enclosureServices,
      MultiP: our.multiPort,
      Addr16: our.addr16,
      WBus16: our.wideBus16,
      Sync: our.synchronous,
      CmdQue: our.commandQueuing,
    });
    assert.is(/PDT=(-?\d+)/.exec(out)?.[1], String(our.deviceType));
    assert.ok(out.includes(`Vendor identification: ${our.vendor}`));
    assert.ok(out.includes(`Product identification: ${our.product}`));
    assert.ok(out.includes(`Product revision level: ${our.revision}`));
  }
});

/** Where sg_inq names a version descriptor in another way than T10's list does, and why. */
const VERSION_DIFFERENCES: Record<number, string> = {
  0x08db: "FCP T10/0856-D revision 12", // the project of FCP is 993-D
  0x08fc: "SBP-2 ANSI INCITS 325-1999", // published in 1998
  0x0b7c: "SPI-5 ANSI INCITS 367-2004", // published in 2003
  0x0c07: "SAS-1.1 T10/1602-D revision 9", // the project of SAS-1.1 is 1601-D
  0x0c0f: "SAS-1.1 T10/1602-D revision 10",
  0x2220: "SOP-2 (no draft published)",
};

withInq("every version descriptor has the name that sg_inq gives it", () => {
  const values = [...scsi.VERSION_DESCRIPTORS.keys(), 0xffff, 0x0010, 0x2fff];
  for (let first = 0; first < values.length; first += 8) {
    const some = values.slice(first, first + 8);
    const bytes = new Uint8Array(74);
    bytes.set([0, 0, 6, 2, 69]);
    some.forEach((value, i) => bytes.set([value >> 8, value & 255], 58 + 2 * i));
    const lines = sgFile("sg_inq", bytes, ["--descriptors"]).split("Version descriptors:\n")[1]!.trimEnd().split("\n");
    some.forEach((value, i) => {
      const line = lines[i]!.trim();
      const name = line.includes("unrecognised") ? `unknown standard 0x${value.toString(16).padStart(4, "0")}` : line;
      assert.is(VERSION_DIFFERENCES[value] ?? scsi.versionDescriptorName(value), name, value.toString(16));
    });
  }
});

withVpd("80h: serial number", () => {
  for (let i = 0; i < 5; i++) {
    const bytes = vpd(0x80, Uint8Array.from(text(1 + random.below(20))));
    const out = sgFile("sg_vpd", bytes);
    assert.ok(out.includes(`Unit serial number: ${parsed(bytes, "unitSerialNumber").serialNumber}\n`), out);
  }
});

/** sg_vpd prints an EUI-64 in parts. */
function eui64Told(out: string, size: number): bigint {
  const extension = size === 16 ? told(out, "Identifier extension") : 0n;
  const name = (told(out, "IEEE Company_id") << 40n) | told(out, "Vendor Specific Extension Identifier");
  return size === 12 ? (name << 32n) | told(out, "Directory ID") : (extension << 64n) | name;
}

withVpd("83h: designators of every type", () => {
  for (let i = 0; i < ROUNDS; i++) {
    const naa = random.pick([0x2, 0x3, 0x5, 0x6]);
    const name = random.bytes(naa === 6 ? 16 : 8);
    name[0] = (naa << 4) | (name[0]! & 15);
    const eui = random.bytes(random.pick([8, 12, 16]));
    const port = random.below(65536);
    const group = random.below(65536);
    const unit = random.below(65536);
    const md5 = random.bytes(16);
    const vendor = text(8);
    const extra = text(1 + random.below(20));
    const iqn = "iqn.2001-04.com.example:" + String.fromCharCode(...text(8)).toLowerCase();
    const uuid = random.bytes(16);
    const one = (codeSet: number, association: number, type: number, data: Iterable<number>): number[] => {
      const all = [...data];
      return [
        codeSet | (association === 1 ? 0x50 : 0),
        (association === 1 ? 0x80 : 0) | (association << 4) | type,
        0,
        all.length,
        ...all,
      ];
    };
    const bytes = vpd(
      0x83,
      Uint8Array.from([
        ...one(2, 0, 1, [...vendor, ...extra]),
        ...one(1, 0, 2, eui),
        ...one(1, 0, 3, name),
        ...one(1, 1, 4, [0, 0, port >> 8, port & 255]),
        ...one(1, 1, 5, [0, 0, group >> 8, group & 255]),
        ...one(1, 0, 6, [0, 0, unit >> 8, unit & 255]),
        ...one(1, 0, 7, md5),
        ...one(
          3,
          2,
          8,
          [...iqn].map((c) => c.charCodeAt(0)).concat([0, 0, 0, 0]).slice(0, iqn.length + 4 - iqn.length % 4),
        ),
        ...one(1, 0, 10, [0x10, 0, ...uuid]),
      ]),
    );
    const our = parsed(bytes, "deviceIdentification").designators;
    const out = sgFile("sg_vpd", bytes, ["--long"]);
    assert.equal(our.map((d) => d.kind), [
      "t10VendorId",
      "eui64",
      "naa",
      "relativeTargetPort",
      "targetPortGroup",
      "logicalUnitGroup",
      "md5",
      "scsiName",
      "uuid",
    ]);
    for (const d of our) {
      if (d.kind === "t10VendorId") {
        assert.ok(out.includes(`vendor id: ${d.vendor}`) && out.includes(`vendor specific: ${d.id}`), out);
      } else if (d.kind === "naa") assert.ok(out.includes(`0x${d.id}`), `${d.id} in ${out}`);
      else if (d.kind === "eui64") assert.is(BigInt(`0x${d.id}`), eui64Told(out, d.data.length), out);
      else if (d.kind === "relativeTargetPort") same(out, { "Relative target port": d.port });
      else if (d.kind === "targetPortGroup") same(out, { "Target port group": d.group });
      else if (d.kind === "logicalUnitGroup") same(out, { "Logical unit group": d.group });
      else if (d.kind === "scsiName") assert.ok(out.includes(d.name), out);
      else if (d.kind === "uuid") assert.ok(out.includes(d.id), `${d.id} in ${out}`);
    }
    assert.equal(out.match(/designator type: /g)?.length, our.length);
    assert.is(out.split("transport: Internet SCSI (iSCSI)").length - 1, our.filter((d) => d.protocol === 5).length);
  }
});

withVpd("85h, 87h, 88h", () => {
  for (let i = 0; i < 10; i++) {
    const address = [...text(7), 0];
    const network = vpd(
      0x85,
      Uint8Array.from([random.below(3) << 5 | random.below(6), 0, 0, address.length, ...address]),
    );
    const our = parsed(network, "managementAddresses").addresses[0]!;
    const out = sgFile("sg_vpd", network);
    assert.ok(out.includes(our.address));
    assert.ok(
      out.includes(
        ["Addressed logical unit", "Target port", "Target device that contains addressed lu"][our.association]!,
      ),
      out,
    );

    const policy = vpd(
      0x87,
      Uint8Array.from([random.below(64), random.below(255), random.below(2) << 7 | random.pick([0, 1, 3]), 0]),
    );
    const p = parsed(policy, "modePagePolicy").policies[0]!;
    const told87 = sgFile("sg_vpd", policy);
    same(told87, { "Policy page code": p.pageCode, MLUS: p.sharedByUnits });
    if (p.subpageCode !== 0) same(told87, { "subpage code": p.subpageCode });
    assert.ok(
      told87.includes(["Policy: shared", "Policy: per target port", "", "Policy: per I_T nexus"][p.policy]!),
      told87,
    );

    const name = random.bytes(7);
    const ports = vpd(
      0x88,
      Uint8Array.of(0, 0, ...random.bytes(2), 0, 0, 0, 0, 0, 0, 0, 12, 0x51, 0x93, 0, 8, 0x50, ...name),
    );
    const port = parsed(ports, "scsiPorts").ports[0]!;
    const told88 = sgFile("sg_vpd", ports, ["--long"]);
    same(told88, { "Relative port": port.relativePort });
    assert.ok(told88.includes(`[0x${hexBytes(port.target[0]!.data).join("")}]`), told88);
  }
});

withVpd("86h", () => {
  for (let i = 0; i < ROUNDS; i++) {
    const bytes = vpd(0x86, random.bytes(60));
    const our = parsed(bytes, "extendedInquiry");
    same(sgFile("sg_vpd", bytes, ["--long"]), {
      ACTIVATE_MICROCODE: our.activateMicrocode,
      SPT: our.supportedProtection,
      GRD_CHK: our.guardCheck,
      APP_CHK: our.applicationTagCheck,
      REF_CHK: our.referenceTagCheck,
      UASK_SUP: our.unitAttentionSpecific,
      GROUP_SUP: our.grouping,
      PRIOR_SUP: our.priority,
      HEADSUP: our.headOfQueue,
      ORDSUP: our.ordered,
      SIMPSUP: our.simple,
      WU_SUP: our.writeUncorrectable,
      CRD_SUP: our.correctionDisable,
      NV_SUP: our.nonVolatileCache,
      V_SUP: our.volatileCache,
      // NO_PI_CHK is bit 5 of byte 7 (SPC-5); sg_vpd 1.46 prints bit 4, P_I_I_SUP, under both names.
      P_I_I_SUP: our.protectionIntervals,
      LUICLR: our.nexusLossClear,
      LU_COLL_TYPE: our.collectionType,
      R_SUP: our.referrals,
      RTD_SUP: our.revertToDefaults,
      HSSRELEF: our.historyRelease,
      CBCS: our.capabilitySecurity,
      "Multi I_T nexus microcode download": our.multiNexusDownload,
      "Extended self-test completion minutes": our.selfTestMinutes,
      POA_SUP: our.powerOnActivates,
      HRA_SUP: our.hardResetActivates,
      VSA_SUP: our.vendorActivates,
      DMS_VALID: our.downloadModesValid,
      "Maximum supported sense data length": our.maxSenseLength,
      IBS: our.implicitBind,
      IAS: our.implicitAffiliation,
      SAC: our.setAffiliation,
      "Maximum inquiry change logs": our.maxInquiryChangeLogs,
      "Maximum mode page change logs": our.maxModePageChangeLogs,
    });
  }
});

withVpd("B0h", () => {
  for (let i = 0; i < ROUNDS; i++) {
    const bytes = vpd(0xb0, random.bytes(60));
    const our = parsed(bytes, "blockLimits");
    const fields: Record<string, number | bigint | boolean> = {
      "Write same non-zero (WSNZ)": our.writeSameNonZero,
      "Maximum compare and write length": our.maxCompareAndWrite,
      "Optimal transfer length granularity": our.optimalTransferGranularity,
      "Maximum transfer length": our.maxTransfer,
      "Optimal transfer length": our.optimalTransfer,
      "Maximum prefetch transfer length": our.maxPrefetch,
      "Maximum unmap LBA count": our.maxUnmapBlocks,
      "Maximum unmap block descriptor count": our.maxUnmapRanges,
      "Optimal unmap granularity": our.optimalUnmapGranularity,
      "Unmap granularity alignment valid": our.unmapAlignment !== undefined,
      "Maximum write same length": our.maxWriteSame,
      "Maximum atomic transfer length": our.maxAtomicTransfer,
      "Atomic alignment": our.atomicAlignment,
      "Atomic transfer length granularity": our.atomicGranularity,
      "Maximum atomic transfer length with atomic boundary": our.maxAtomicTransferWithBoundary,
      "Maximum atomic boundary size": our.maxAtomicBoundary,
    };
    if (our.unmapAlignment !== undefined) fields["Unmap granularity alignment"] = our.unmapAlignment;
    same(sgFile("sg_vpd", bytes), fields);
  }
});

withVpd("B1h, B2h, B3h", () => {
  for (let i = 0; i < ROUNDS; i++) {
    const b1 = vpd(0xb1, random.bytes(60));
    const characteristics = parsed(b1, "blockCharacteristics");
    const out = sgFile("sg_vpd", b1, ["--long"]);
    if (characteristics.rotationRate > 0x400 && characteristics.rotationRate < 0xffff) {
      assert.ok(out.includes(`Nominal rotation rate: ${characteristics.rotationRate} rpm`), out);
    }
    same(out, {
      WABEREQ: characteristics.writeAfterBlockErase,
      WACEREQ: characteristics.writeAfterCryptoErase,
      ZONED: characteristics.zoned,
      RBWZ: characteristics.reassignWritesZeros,
      BOCS: characteristics.backgroundOperationControl,
      FUAB: characteristics.fuaBehavior,
      VBULS: characteristics.verifyUnmapped,
      DEPOPULATION_TIME: characteristics.depopulationTime,
    });
    const b2 = vpd(
      0xb2,
      Uint8Array.of(random.below(256), random.below(128) << 1, random.below(256), random.below(256)),
    );
    const provisioning = parsed(b2, "blockProvisioning");
    same(sgFile("sg_vpd", b2, ["--long"]), {
      "Unmap command supported (LBPU)": provisioning.unmap,
      "Write same (16) with unmap bit supported (LBPWS)": provisioning.writeSame16,
      "Write same (10) with unmap bit supported (LBPWS10)": provisioning.writeSame10,
      "Logical block provisioning read zeros (LBPRZ)": provisioning.readsZeros,
      "Anchored LBAs supported (ANC_SUP)": provisioning.anchor,
      "Threshold exponent": provisioning.thresholdExponent,
      "Descriptor present (DP)": provisioning.hasGroup,
      "Minimum percentage": provisioning.minimumPercentage,
      "Provisioning type": provisioning.provisioningType,
      "Threshold percentage": provisioning.thresholdPercentage,
    });
    const b3 = vpd(0xb3, random.bytes(12));
    const referrals = parsed(b3, "referrals");
    same(sgFile("sg_vpd", b3), {
      "User data segment size": referrals.segmentSize,
      "User data segment multiplier": referrals.segmentMultiplier,
    });
  }
});

withVpd("B4h, B5h, B6h", () => {
  for (let i = 0; i < 15; i++) {
    const b4 = vpd(0xb4, random.bytes(8));
    const format = parsed(b4, "supportedBlockLengths").formats[0]!;
    same(sgFile("sg_vpd", b4), {
      "Logical block length": format.blockLength,
      P_I_I_SUP: format.protectionIntervals,
      NO_PI_CHK: format.noProtectionCheck,
      GRD_CHK: format.guardCheck,
      APP_CHK: format.applicationTagCheck,
      REF_CHK: format.referenceTagCheck,
      ...Object.fromEntries([0, 1, 2, 3].map((type) => [`T${type}PS`, format.protectionTypes.includes(type)])),
    });
    const b5 = vpd(0xb5, random.bytes(12));
    const extension = parsed(b5, "blockCharacteristicsExtension");
    same(sgFile("sg_vpd", b5), { "Utilization B": extension.utilizationB, "Utilization A": extension.utilizationA });
    const b6 = vpd(0xb6, random.bytes(60).map((byte, at) => at === 4 ? byte & 0x7f : byte));
    const zoned = parsed(b6, "zonedCharacteristics");
    const out = sgFile("sg_vpd", b6);
    same(out, { AAORB: zoned.realmAligned, URSWRZ: zoned.unrestrictedRead });
  }
});

withVpd("B0h and B2h of tapes", () => {
  for (let i = 0; i < 10; i++) {
    const b0 = vpd(0xb0, random.bytes(2), 1);
    same(sgFile("sg_vpd", b0), { WORM: parsed(b0, "tapeCapabilities").worm });
    const b2 = vpd(0xb2, random.bytes(8), 1);
    const flags = [...sgFile("sg_vpd", b2).matchAll(/\b(?:Flag)?([0-9A-F]{2})h: ([01])/g)];
    assert.is(flags.length, 64);
    const set = flags.filter(([, , bit]) => bit === "1").map(([, flag]) => parseInt(flag!, 16));
    assert.equal(parsed(b2, "tapeAlertFlags").flags, set);
  }
});

test.run();
