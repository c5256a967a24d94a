// time limit: 120 s
// SCSI commands against tgtd's disk: what it has must work, what it has not must be refused in a way that we can tell.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../mod.ts";
import * as scsi from "../../src/scsi/mod.ts";
import { needs } from "../peers/peer.ts";
import { startTgtd, type Tgtd } from "../peers/tgtd.ts";

type Session = Awaited<ReturnType<typeof connect>>;
const BLOCK = 512;
const withTgtd = needs(test, "tgtd", "tgtadm");

/** One LUN through one session. */
function lunOf(session: Session, lun = 1): scsi.ScsiExecutor {
  return { execute: (command, options) => session.execute(lun, command, options) };
}
async function withSessions(
  work: (one: scsi.ScsiExecutor, other: scsi.ScsiExecutor, tgtd: Tgtd) => Promise<void>,
): Promise<void> {
  const tgtd = await startTgtd({ luns: [{ number: 1, size: 4 << 20, params: { thin_provisioning: "1" } }] });
  try {
    const first = await connect(tgtd.url(1), { initiatorName: "iqn.2026-01.com.example:first" });
    const second = await connect(tgtd.url(1), { initiatorName: "iqn.2026-01.com.example:second" });
    try {
      for (const session of [first, second]) await scsi.drainUnitAttention(lunOf(session));
      await work(lunOf(first), lunOf(second), tgtd);
    } finally {
      await first.close();
      await second.close();
    }
  } finally {
    await tgtd.stop();
  }
}
const filled = (value: number, blocks = 1): Uint8Array => new Uint8Array(BLOCK * blocks).fill(value);
async function read(lun: scsi.ScsiExecutor, lba: number, blocks = 1): Promise<Uint8Array> {
  return (await scsi.run(lun, scsi.read16({ lba, blocks, dataIn: filled(0xee, blocks) }))).dataIn;
}
/** The code with which a command is refused. */
async function refusal(lun: scsi.ScsiExecutor, command: scsi.ScsiCommand): Promise<string> {
  try {
    await scsi.run(lun, command);
  } catch (error) {
    assert.instance(error, scsi.ScsiError);
    const { code, sense } = error as scsi.ScsiError;
    const hex = (value: number): string => value.toString(16).padStart(2, "0");
    return sense === undefined ? code : `${code} ${hex(sense.asc)}/${hex(sense.ascq)}`;
  }
  return "GOOD";
}
const INVALID_OPCODE = "SCSI_ILLEGAL_REQUEST 20/00";

withTgtd("what it says about itself: INQUIRY, VPD, capacity, LUNs, opcodes", () =>
  withSessions(async (lun) => {
    const inquiry = scsi.parseInquiry((await scsi.run(lun, scsi.inquiry())).dataIn);
    assert.equal([inquiry.vendor, inquiry.product, inquiry.deviceType, inquiry.missing], ["IET", "VIRTUAL-DISK", 0, 0]);
    assert.equal(inquiry.versionDescriptors.map(scsi.versionDescriptorName), [
      "SBC-3 (no version claimed)",
      "iSCSI (no version claimed)",
      "SPC-3 (no version claimed)",
    ]);
    const list = scsi.parseVpdPage((await scsi.run(lun, scsi.inquiry({ vpdPage: 0 }))).dataIn, 0);
    assert.equal(list.kind === "supportedPages" && list.pages, [0x00, 0x80, 0x83, 0xb0, 0xb1, 0xb2]);
    const kinds: string[] = [];
    for (const page of [0x80, 0x83, 0xb0, 0xb1, 0xb2]) {
      const parsed = scsi.parseVpdPage((await scsi.run(lun, scsi.inquiry({ vpdPage: page }))).dataIn, page);
      assert.equal([parsed.missing, parsed.problems], [0, []]);
      kinds.push(parsed.kind);
      if (parsed.kind === "unitSerialNumber") assert.is(parsed.serialNumber, "beaf11");
      if (parsed.kind === "blockProvisioning") {
        assert.equal([parsed.unmap, parsed.writeSame16, parsed.provisioningType], [true, true, 2]);
      }
      if (parsed.kind === "deviceIdentification") {
        assert.equal(
          parsed.designators.map((one) => one.kind),
          ["t10VendorId", "naa", "naa"],
        );
      }
    }
    assert.equal(kinds, [
      "unitSerialNumber",
      "deviceIdentification",
      "blockLimits",
      "blockCharacteristics",
      "blockProvisioning",
    ]);
    assert.is(await refusal(lun, scsi.inquiry({ vpdPage: 0x86 })), "SCSI_ILLEGAL_REQUEST 24/00");

    const ten = scsi.parseReadCapacity10((await scsi.run(lun, scsi.readCapacity10())).dataIn);
    assert.equal(ten, { lastLba: 8191, blockSize: BLOCK, tooLarge: false });
    const sixteen = scsi.parseReadCapacity16((await scsi.run(lun, scsi.readCapacity16())).dataIn);
    assert.equal([sixteen.lastLba, sixteen.blockSize, sixteen.thinProvisioned, sixteen.missing], [
      8191n,
      BLOCK,
      true,
      0,
    ]);
    const luns = scsi.parseReportLuns((await scsi.run(lun, scsi.reportLuns())).dataIn);
    assert.equal(luns.luns.map((one) => one.number), [0, 1]);
    const short = scsi.parseReportLuns((await scsi.run(lun, scsi.reportLuns({ allocationLength: 16 }))).dataIn);
    assert.equal([short.luns.length, short.missing], [1, 8]);

    const opcodes = scsi.parseSupportedOpcodes(
      (await scsi.run(lun, scsi.reportSupportedOpcodes({ timeouts: true }))).dataIn,
    );
    assert.is(opcodes.missing, 0);
    for (const { opcode, serviceAction, cdbLength, timeouts } of opcodes.opcodes) {
      const cdb = Uint8Array.of(opcode, serviceAction ?? 0, ...new Uint8Array(14));
      assert.not.match(scsi.cdbName(cdb, 0), /^opcode/, `opcode ${opcode.toString(16)}`);
      assert.is(scsi.findLayout(cdb, 0)!.length, cdbLength);
      assert.equal(timeouts, { commandSpecific: 0, nominal: 0, recommended: 0 });
    }
    const one = scsi.parseOpcodeSupport((await scsi.run(lun, scsi.reportSupportedOpcodes({ opcode: 0x28 }))).dataIn);
    assert.equal([one.support, one.usage[0], one.usage.length], [3, 0x28, 10]);
    assert.is(await refusal(lun, scsi.reportSupportedOpcodes({ opcode: 0xc1 })), "SCSI_ILLEGAL_REQUEST 24/00");
  }));

withTgtd("reads and writes of every size of CDB", () =>
  withSessions(async (lun) => {
    const at = (n: number): { lba: number; blocks: number } => ({ lba: 40 + n, blocks: 1 });
    const writes = [
      scsi.write6({ ...at(0), dataOut: filled(1) }),
      scsi.write10({ ...at(1), dataOut: filled(2), fua: true }),
      scsi.write12({ ...at(2), dataOut: filled(3) }),
      scsi.write16({ ...at(3), dataOut: filled(4), dpo: true }),
      scsi.writeAndVerify10({ ...at(4), dataOut: filled(5), byteCheck: 1 }),
      scsi.writeAndVerify12({ ...at(5), dataOut: filled(6), byteCheck: 1 }),
      scsi.writeAndVerify16({ ...at(6), dataOut: filled(7), byteCheck: 1 }),
    ];
    for (const command of writes) await scsi.run(lun, command);
    const reads = [scsi.read6, scsi.read10, scsi.read12, scsi.read16];
    for (let i = 0; i < writes.length; i++) {
      const { dataIn } = await scsi.run(lun, reads[i % 4]!({ ...at(i), dataIn: filled(0xee) }));
      assert.equal(dataIn, filled(i + 1), scsi.cdbName(writes[i]!.cdb));
    }
    for (const verify of [scsi.verify10, scsi.verify12, scsi.verify16]) {
      await scsi.run(lun, verify(at(0)));
      await scsi.run(lun, verify({ ...at(0), byteCheck: 1, dataOut: filled(1) }));
      assert.is(await refusal(lun, verify({ ...at(0), byteCheck: 1, dataOut: filled(9) })), "SCSI_MISCOMPARE 1d/00");
    }
    for (
      const command of [
        scsi.preFetch10(at(0)),
        scsi.preFetch16(at(0)),
        scsi.synchronizeCache10(),
        scsi.synchronizeCache16(),
      ]
    ) {
      await scsi.run(lun, command);
    }
    assert.is(
      await refusal(lun, scsi.read16({ lba: 8192, blocks: 1, dataIn: filled(0) })),
      "SCSI_LBA_OUT_OF_RANGE 21/00",
    );
    assert.is(
      await refusal(lun, scsi.write16({ lba: 2n ** 63n, blocks: 1, dataOut: filled(0) })),
      "SCSI_LBA_OUT_OF_RANGE 21/00",
    );
  }));

withTgtd("ORWRITE, WRITE SAME, UNMAP, GET LBA STATUS; COMPARE AND WRITE", () =>
  withSessions(async (lun) => {
    await scsi.run(lun, scsi.write16({ lba: 0, blocks: 1, dataOut: filled(0x0f) }));
    await scsi.run(lun, scsi.orWrite16({ lba: 0, blocks: 1, dataOut: filled(0x30) }));
    assert.equal(await read(lun, 0), filled(0x3f));

    await scsi.run(lun, scsi.writeSame10({ lba: 8, blocks: 8, dataOut: filled(0xa1) }));
    await scsi.run(lun, scsi.writeSame16({ lba: 16, blocks: 8, dataOut: filled(0xa2) }));
    assert.equal(await read(lun, 8, 8), filled(0xa1, 8));
    assert.equal(await read(lun, 16, 8), filled(0xa2, 8));

    const before = scsi.parseGetLbaStatus((await scsi.run(lun, scsi.getLbaStatus({ lba: 8 }))).dataIn);
    assert.is(before.extents[0]!.lba, 8n);
    assert.is(before.extents[0]!.provisioningStatus, scsi.ProvisioningStatus.Mapped);
    await scsi.run(lun, scsi.unmap({ ranges: [{ lba: 8, blocks: 8 }] }));
    await scsi.run(lun, scsi.writeSame16({ lba: 16, blocks: 8, dataOut: filled(0), unmap: true }));
    assert.equal(await read(lun, 8, 16), filled(0, 16));
    const after = scsi.parseGetLbaStatus((await scsi.run(lun, scsi.getLbaStatus({ lba: 8 }))).dataIn);
    assert.equal([after.extents[0]!.lba, after.extents[0]!.provisioningStatus], [
      8n,
      scsi.ProvisioningStatus.Deallocated,
    ]);
    assert.ok(after.extents[0]!.blocks >= 16);

    await scsi.run(lun, scsi.write16({ lba: 4, blocks: 1, dataOut: filled(5) }));
    const swap = scsi.compareAndWrite({ lba: 4, blocks: 1, compare: filled(5), write: filled(6) });
    // tgtd lists COMPARE AND WRITE among its commands, and refuses it all the same over plain files.
    const answer = await refusal(lun, swap);
    if (answer === "GOOD") {
      assert.equal(await read(lun, 4), filled(6));
      assert.is(await refusal(lun, swap), "SCSI_MISCOMPARE 1d/00");
      assert.equal(await read(lun, 4), filled(6));
    } else {
      assert.is(answer, INVALID_OPCODE);
      assert.equal(await read(lun, 4), filled(5));
    }
  }));

withTgtd("mode pages: their changeable and default forms, and MODE SELECT", () =>
  withSessions(async (lun) => {
    const page = async (pageControl: scsi.PageControl): Promise<scsi.ModePage> => {
      const { dataIn } = await scsi.run(lun, scsi.modeSense10({ pageCode: 0x08, pageControl }));
      const mode = scsi.parseModeSense10(dataIn);
      assert.is(mode.missing, 0);
      return mode.pages[0]!;
    };
    const six = scsi.parseModeSense6((await scsi.run(lun, scsi.modeSense6({ pageCode: 0x3f }))).dataIn);
    assert.equal([six.writeProtected, six.dpoFua, six.blockDescriptors[0]!.blockLength, six.missing], [
      false,
      true,
      BLOCK,
      0,
    ]);
    assert.ok([0x02, 0x08, 0x0a, 0x1c].every((code) => six.pages.some((one) => one.pageCode === code)));
    const changeable = scsi.decodeModePage(scsi.CACHING_PAGE, await page(scsi.PageControl.Changeable));
    assert.is(changeable["writeCacheEnable"], true);
    assert.is(changeable["readCacheDisable"], false);
    const current = await page(scsi.PageControl.Current);
    assert.is(scsi.decodeModePage(scsi.CACHING_PAGE, current)["writeCacheEnable"], true);
    const off = scsi.encodeModePage(scsi.CACHING_PAGE, { writeCacheEnable: false }, current);
    await scsi.run(lun, scsi.modeSelect10({ pages: [off] }));
    assert.is(scsi.decodeModePage(scsi.CACHING_PAGE, await page(scsi.PageControl.Current))["writeCacheEnable"], false);
    await scsi.run(
      lun,
      scsi.modeSelect6({ pages: [scsi.encodeModePage(scsi.CACHING_PAGE, { writeCacheEnable: true }, current)] }),
    );
    assert.is(scsi.decodeModePage(scsi.CACHING_PAGE, await page(scsi.PageControl.Current))["writeCacheEnable"], true);
    // A field that the changeable form does not have is refused.
    const bad = scsi.encodeModePage(scsi.CACHING_PAGE, { cacheSegments: 3 }, current);
    assert.match(await refusal(lun, scsi.modeSelect10({ pages: [bad] })), /^SCSI_ILLEGAL_REQUEST 26\//);
  }));

withTgtd("RESERVE and RELEASE", () =>
  withSessions(async (one, other) => {
    await scsi.run(one, scsi.reserve6());
    assert.is(
      await refusal(other, scsi.write10({ lba: 0, blocks: 1, dataOut: filled(1) })),
      "SCSI_RESERVATION_CONFLICT",
    );
    await scsi.run(one, scsi.write10({ lba: 0, blocks: 1, dataOut: filled(2) }));
    await scsi.run(other, scsi.release6());
    assert.is(await refusal(other, scsi.reserve6()), "SCSI_RESERVATION_CONFLICT");
    await scsi.run(one, scsi.release6());
    await scsi.run(other, scsi.write10({ lba: 0, blocks: 1, dataOut: filled(3) }));
    assert.is(await refusal(one, scsi.reserve10()), INVALID_OPCODE);
  }));

withTgtd(
  "persistent reservations: register, reserve, preempt, release, clear",
  () =>
    withSessions(async (one, other) => {
      const keys = async (): Promise<
        bigint[]
      > => [...scsi.parsePrKeys((await scsi.run(one, scsi.prReadKeys())).dataIn).keys];
      const reservation = async () =>
        scsi.parsePrReservation((await scsi.run(one, scsi.prReadReservation())).dataIn).reservation;
      const type = scsi.ReservationType.WriteExclusive;
      const A = 0xabcdef0123456789n;
      const B = 0x1122334455667788n;
      const capabilities = scsi.parsePrCapabilities((await scsi.run(one, scsi.prReportCapabilities())).dataIn);
      assert.equal(capabilities.types, [1, 3, 5, 6, 7, 8]);
      assert.equal([await keys(), await reservation()], [[], undefined]);

      await scsi.run(one, scsi.prRegister({ newKey: A }));
      await scsi.run(other, scsi.prRegisterAndIgnore({ newKey: B }));
      assert.equal((await keys()).sort(), [B, A].sort());
      assert.is(await refusal(other, scsi.prRegister({ key: A, newKey: 1 })), "SCSI_RESERVATION_CONFLICT");
      await scsi.run(one, scsi.prReserve({ key: A, type }));
      assert.equal(await reservation(), { key: A, scope: 0, type });
      assert.is(
        await refusal(other, scsi.write10({ lba: 0, blocks: 1, dataOut: filled(1) })),
        "SCSI_RESERVATION_CONFLICT",
      );
      await scsi.run(other, scsi.read10({ lba: 0, blocks: 1, dataIn: filled(0) }));
      assert.is(await refusal(other, scsi.prReserve({ key: B, type })), "SCSI_RESERVATION_CONFLICT");

      await scsi.run(other, scsi.prPreempt({ key: B, preemptKey: A, type }));
      // The one whose reservation was taken is told of it.
      const told = await scsi.drainUnitAttention(one);
      assert.ok(told.every((sense) => sense.asc === 0x2a), told.map(scsi.describeSense).join());
      assert.equal([await keys(), await reservation()], [[B], { key: B, scope: 0, type }]);
      assert.is(
        await refusal(one, scsi.write10({ lba: 0, blocks: 1, dataOut: filled(1) })),
        "SCSI_RESERVATION_CONFLICT",
      );
      await scsi.run(other, scsi.prRelease({ key: B, type }));
      assert.is(await reservation(), undefined);
      await scsi.run(one, scsi.write10({ lba: 0, blocks: 1, dataOut: filled(1) }));
      await scsi.run(other, scsi.prReserve({ key: B, type: scsi.ReservationType.ExclusiveAccess }));
      assert.is(await refusal(one, scsi.read10({ lba: 0, blocks: 1, dataIn: filled(0) })), "SCSI_RESERVATION_CONFLICT");
      await scsi.run(other, scsi.prClear({ key: B }));
      assert.equal([await keys(), await reservation()], [[], undefined]);
      // tgtd has three of the four forms of PERSISTENT RESERVE IN.
      assert.is(await refusal(one, scsi.prReadFullStatus()), "SCSI_ILLEGAL_REQUEST 24/00");
    }),
);

withTgtd("what it has not is refused, and we can tell why", () =>
  withSessions(async (lun) => {
    const cscd: scsi.CscdDescriptor = {
      kind: "identification",
      deviceType: 0,
      codeSet: 1,
      designatorType: 3,
      designator: new Uint8Array(16),
    };
    const segment: scsi.SegmentDescriptor = {
      kind: "blockToBlock",
      source: 0,
      destination: 0,
      blocks: 1,
      sourceLba: 0,
      destinationLba: 1,
    };
    const commands: [scsi.ScsiCommand, string][] = [
      [scsi.extendedCopy({ listId: 1, cscds: [cscd], segments: [segment] }), INVALID_OPCODE],
      [scsi.receiveCopyOperatingParameters(), INVALID_OPCODE],
      [scsi.populateToken({ listIdentifier: 1, ranges: [{ lba: 0, blocks: 1 }] }), INVALID_OPCODE],
      [scsi.writeAtomic16({ lba: 0, blocks: 1, dataOut: filled(0) }), INVALID_OPCODE],
      [scsi.read32({ lba: 0, blocks: 1, dataIn: filled(0) }), INVALID_OPCODE],
      [scsi.readDefectData10({ primaryList: true }), INVALID_OPCODE],
      [scsi.sanitizeBlockErase(), INVALID_OPCODE],
      [scsi.reportZones(), INVALID_OPCODE],
      [scsi.logSense({ pageCode: 0 }), INVALID_OPCODE],
      [scsi.securityProtocolIn({ securityProtocol: 0 }), INVALID_OPCODE],
      [scsi.readBuffer10({ mode: 3 }), INVALID_OPCODE],
      [scsi.reportTargetPortGroups(), "SCSI_ILLEGAL_REQUEST 24/00"],
      [scsi.reportTimestamp(), "SCSI_ILLEGAL_REQUEST 24/00"],
      [scsi.reportSupportedTmf(), "SCSI_ILLEGAL_REQUEST 24/00"],
    ];
    for (const [command, code] of commands) assert.is(await refusal(lun, command), code, scsi.cdbName(command.cdb));
    const sense = scsi.parseSense((await scsi.run(lun, scsi.requestSense())).dataIn);
    assert.equal([sense.senseKey, sense.asc, sense.ascq], [0, 0, 0]);
  }));

test.run();
