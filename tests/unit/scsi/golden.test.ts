// Golden vectors: every builder that the basic test leaves out, in literal hex, checked field by field against the standards.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { toHex } from "../../../src/bytes/mod.ts";
import * as scsi from "../../../src/scsi/mod.ts";

const BLOCK = new Uint8Array(512);

// deno-fmt-ignore -- one vector a line
const VECTORS: readonly (readonly [make: () => scsi.ScsiCommand, cdb: string, parameterList?: string])[] = [
  [() => scsi.write12({ lba: 0x01020304, blocks: 1, dataOut: BLOCK, dpo: true }), "aa1001020304000000010000"],
  [() => scsi.read32({ lba: 0x1122334455667788n, blocks: 1, dataIn: BLOCK, rdProtect: 1, fua: true, groupNumber: 9, referenceTag: 0xaabbccdd, applicationTag: 0x1234, applicationTagMask: 0xffff }), "7f00000000000918000928001122334455667788aabbccdd1234ffff00000001"],
  [() => scsi.write32({ lba: 0x1122334455667788n, blocks: 1, dataOut: BLOCK, wrProtect: 1 }), "7f00000000000018000b20001122334455667788000000000000000000000001"],
  [() => scsi.verify10({ lba: 0x01020304, blocks: 1, byteCheck: 1, dataOut: BLOCK }), "2f020102030400000100"],
  [() => scsi.verify12({ lba: 0x01020304, blocks: 0x05060708 }), "af0001020304050607080000"],
  [() => scsi.verify16({ lba: 0x1122334455667788n, blocks: 0x05060708, vrProtect: 2 }), "8f401122334455667788050607080000"],
  [() => scsi.writeAndVerify10({ lba: 0x01020304, blocks: 1, byteCheck: 1, dataOut: BLOCK }), "2e020102030400000100"],
  [() => scsi.writeAndVerify16({ lba: 2, blocks: 1, dataOut: BLOCK }), "8e000000000000000002000000010000"],
  [() => scsi.writeAtomic16({ lba: 0x1122334455667788n, blocks: 1, atomicBoundary: 0x0203, dataOut: BLOCK }), "9c001122334455667788020300010000"],
  [() => scsi.orWrite16({ lba: 3, blocks: 1, dataOut: BLOCK, fua: true }), "8b080000000000000003000000010000"],
  [() => scsi.xdWriteRead10({ lba: 3, blocks: 1, dataOut: BLOCK, dataIn: BLOCK, disableWrite: true }), "53040000000300000100"],
  [() => scsi.writeSame10({ lba: 0x01020304, blocks: 0x0506, dataOut: BLOCK, unmap: true, anchor: true }), "41180102030400050600"],
  [() => scsi.preFetch10({ lba: 0x01020304, blocks: 0x0506, immediate: true }), "34020102030400050600"],
  [() => scsi.preFetch16({ lba: 5, blocks: 6 }), "90000000000000000005000000060000"],
  [() => scsi.getLbaStatus32({ lba: 1, allocationLength: 24, reportType: 2, scanLength: 3, elementIdentifier: 4 }), "7f00000000000018001202000000000000000001000000030000000400000018"],
  [() => scsi.readDefectData10({ primaryList: true, grownList: true, format: 5, allocationLength: 4 }), "37001d00000000000400"],
  [() => scsi.readDefectData12({ grownList: true, format: 3, descriptorIndex: 7, allocationLength: 8 }), "b70b00000007000000080000"],
  [() => scsi.formatUnit({ protectionInformation: 2, parameters: { immediate: true, formatOptionsValid: true } }), "049000000000", "00820000"],
  [() => scsi.formatUnit({ longList: true, fastFormat: 1, parameters: { protectionFieldUsage: 1, protectionIntervalExponent: 3, defectList: new Uint8Array(4) } }), "043000000100", "010000030000000400000000"],
  [() => scsi.startStopUnit({ start: true, loadEject: true, immediate: true, powerCondition: 3 }), "1b0100003300"],
  [() => scsi.preventAllowMediumRemoval({ prevent: 1 }), "1e0000000100"],
  [() => scsi.sanitizeOverwrite({ count: 2, pattern: Uint8Array.of(0xaa, 0x55), invert: true, test: 1, immediate: true, allowUnrestrictedExit: true }), "48a10000000000000600", "a2000002aa55"],
  [() => scsi.sanitizeBlockErase(), "48020000000000000000"],
  [() => scsi.sanitizeCryptoErase({ zonedNoReset: true }), "48430000000000000000"],
  [() => scsi.sanitizeExitFailureMode(), "481f0000000000000000"],
  [() => scsi.modeSelect6({ pages: [Uint8Array.of(0x08, 1, 4)], savePages: true, blockDescriptors: [{ blockLength: 512 }] }), "151100000f00", "000000080000000000000200080104"],
  [() => scsi.modeSelect10({ pages: [Uint8Array.of(0x08, 1, 4)], longLba: true, blockDescriptors: [{ blocks: 1, blockLength: 4096 }] }), "55100000000000001b00", "000000000100001000000000000000010000000000001000080104"],
  [() => scsi.logSense({ pageCode: 0x0d, subpageCode: 1, parameterPointer: 0x0203, allocationLength: 4 }), "4d004d01000203000400"],
  [() => scsi.logSelect({ parameterCodeReset: true, savePages: true, pageControl: 1, pageCode: 2 }), "4c034200000000000000"],
  [() => scsi.prReadKeys({ allocationLength: 8 }), "5e000000000000000800"],
  [() => scsi.prReadReservation(), "5e010000000000001800"],
  [() => scsi.prReportCapabilities(), "5e020000000000000800"],
  [() => scsi.prReadFullStatus({ allocationLength: 16 }), "5e030000000000001000"],
  [() => scsi.prRegister({ key: 1, newKey: 0xabcd, persistThroughPowerLoss: true, allTargetPorts: true }), "5f000000000000001800", "0000000000000001000000000000abcd0000000005000000"],
  [() => scsi.prReserve({ key: 0xabcd, type: 5 }), "5f010500000000001800", "000000000000abcd00000000000000000000000000000000"],
  [() => scsi.prRelease({ key: 0xabcd, type: 5 }), "5f020500000000001800", "000000000000abcd00000000000000000000000000000000"],
  [() => scsi.prClear({ key: 0xabcd }), "5f030000000000001800", "000000000000abcd00000000000000000000000000000000"],
  [() => scsi.prPreempt({ key: 1, preemptKey: 2, type: 1 }), "5f040100000000001800", "000000000000000100000000000000020000000000000000"],
  [() => scsi.prPreemptAndAbort({ key: 1, preemptKey: 2, type: 1 }), "5f050100000000001800", "000000000000000100000000000000020000000000000000"],
  [() => scsi.prRegisterAndIgnore({ newKey: 3 }), "5f060000000000001800", "000000000000000000000000000000030000000000000000"],
  [() => scsi.prRegisterAndMove({ key: 1, newKey: 2, type: 1, relativeTargetPort: 4, transportId: new Uint8Array(24), unregister: true }), "5f070100000000003000", "000000000000000100000000000000020002000400000018000000000000000000000000000000000000000000000000"],
  [() => scsi.prReplaceLost({ key: 1, newKey: 2, type: 1 }), "5f080100000000001800", "000000000000000100000000000000020000000000000000"],
  [() => scsi.reserve6(), "160000000000"],
  [() => scsi.release10(), "57000000000000000000"],
  [() => scsi.reportSupportedOpcodes({ timeouts: true, allocationLength: 16 }), "a30c80000000000000100000"],
  [() => scsi.reportSupportedOpcodes({ opcode: 0x9e, serviceAction: 0x10, allocationLength: 16 }), "a30c029e0010000000100000"],
  [() => scsi.reportSupportedTmf({ extended: true }), "a30d80000000000000100000"],
  [() => scsi.reportTargetPortGroups({ extended: true, allocationLength: 16 }), "a32a00000000000000100000"],
  [() => scsi.setTargetPortGroups({ groups: [{ group: 0x0102, state: 2 }] }), "a40a00000000000000080000", "0000000002000102"],
  [() => scsi.reportTimestamp(), "a30f000000000000000c0000"],
  [() => scsi.setTimestamp({ timestamp: 0x010203040506 }), "a40f000000000000000c0000", "000000000102030405060000"],
  [() => scsi.reportIdentifyingInformation({ informationType: 2, allocationLength: 4 }), "a30500000000000000040400"],
  [() => scsi.setIdentifyingInformation({ informationType: 2, dataOut: Uint8Array.of(0x41) }), "a40600000000000000010400", "41"],
  [() => scsi.readBuffer10({ mode: 2, bufferId: 1, bufferOffset: 0x020304, allocationLength: 5 }), "3c020102030400000500"],
  [() => scsi.readBuffer16({ mode: 2, bufferId: 1, bufferOffset: 0x020304, allocationLength: 5 }), "9b020000000000020304000000050100"],
  [() => scsi.writeBuffer({ mode: 5, bufferId: 1, bufferOffset: 0x020304, dataOut: Uint8Array.of(1, 2) }), "3b050102030400000200", "0102"],
  [() => scsi.sendDiagnostic({ selfTestCode: 2 }), "1d4000000000"],
  [() => scsi.receiveDiagnosticResults({ pageCode: 1, allocationLength: 4 }), "1c0101000400"],
  [() => scsi.securityProtocolIn({ securityProtocol: 0, allocationLength: 512, increment512: true }), "a20000008000000000010000"],
  [() => scsi.securityProtocolOut({ securityProtocol: 1, protocolSpecific: 0x0203, dataOut: Uint8Array.of(9) }), "b50102030000000000010000", "09"],
  [() => scsi.extendedCopy({ listId: 1, listIdUsage: 2, priority: 3, cscds: [], segments: [{ kind: "blockToBlock", source: 1, destination: 2, blocks: 3, sourceLba: 4, destinationLba: 5, cat: true }] }), "830000000000000000000000002c0000", "01130000000000000000001c0000000002010018000100020000000300000000000000040000000000000005"],
  [() => scsi.receiveCopyStatus({ listId: 7 }), "840007000000000000000000000c0000"],
  [() => scsi.receiveCopyOperatingParameters({ allocationLength: 64 }), "84030000000000000000000000400000"],
  [() => scsi.copyOperationAbort({ listIdentifier: 0x01020304 }), "831c0102030400000000000000000000"],
  [() => scsi.populateToken({ listIdentifier: 0x01020304, ranges: [{ lba: 5, blocks: 6 }], inactivityTimeout: 60 }), "83100000000001020304000000200000", "001e00000000003c000000000000001000000000000000050000000600000000"],
  [() => scsi.receiveRodTokenInformation({ listIdentifier: 0x01020304, allocationLength: 600 }), "84070102030400000000000002580000"],
  [() => scsi.reportZones({ lba: 0x100, reportingOptions: 0x3f, partial: true, allocationLength: 64 }), "9500000000000000010000000040bf00"],
  [() => scsi.closeZone({ lba: 1 }), "94010000000000000001000000000000"],
  [() => scsi.finishZone({ lba: 1 }), "94020000000000000001000000000000"],
  [() => scsi.openZone({ lba: 1, zoneCount: 2 }), "94030000000000000001000000020000"],
  [() => scsi.resetWritePointer({ all: true }), "94040000000000000000000000000100"],
  [() => scsi.sequentializeZone({ lba: 1 }), "94100000000000000001000000000000"],
  [() => scsi.getStreamStatus({ startingStream: 2, allocationLength: 8 }), "9e160000000200000000000000080000"],
  [() => scsi.streamControl({ streamControl: 1 }), "9e340000000000000000000000080000"],
  [() => scsi.writeScattered16({ blockSize: 64, ranges: [{ lba: 9, data: new Uint8Array(64) }], fua: true }), "9f120800000100000001000000020000"],
  [() => scsi.tapeRead6({ dataIn: BLOCK, blocks: 1, suppressIncorrectLength: true }), "080300000100"],
  [() => scsi.tapeWrite6({ dataOut: BLOCK }), "0a0000020000"],
  [() => scsi.writeFilemarks6({ count: 2, immediate: true }), "100100000200"],
  [() => scsi.writeFilemarks16({ count: 2, partition: 1 }), "80000001000000000000000000000200"],
  [() => scsi.erase6({ long: true }), "190100000000"],
  [() => scsi.space6({ code: 1, count: -2 }), "1101fffffe00"],
  [() => scsi.space16({ code: 1, count: -2 }), "91010000fffffffffffffffe00000000"],
  [() => scsi.locate10({ objectIdentifier: 0x01020304, changePartition: true, partition: 5 }), "2b020001020304000500"],
  [() => scsi.locate16({ objectIdentifier: 0x01020304, destinationType: 3 }), "92180000000000000102030400000000"],
  [() => scsi.rewind({ immediate: true }), "010100000000"],
  [() => scsi.loadUnload({ load: true, hold: true }), "1b0000000900"],
  [() => scsi.readPosition({ form: 8 }), "34080000000000002000"],
  [() => scsi.readBlockLimits({ maxObjectIdentifier: true }), "050100000000"],
  [() => scsi.moveMedium({ transport: 1, source: 2, destination: 3, invert: true }), "a50000010002000300000100"],
  [() => scsi.exchangeMedium({ transport: 1, source: 2, destination: 3, secondDestination: 4, invert1: true }), "a60000010002000300040200"],
  [() => scsi.initializeElementStatus(), "070000000000"],
  [() => scsi.initializeElementStatusWithRange({ startingElement: 1, elementCount: 2, fast: true }), "37030001000000020000"],
  [() => scsi.positionToElement({ transport: 1, destination: 2 }), "2b000001000200000000"],
  [() => scsi.readElementStatus({ volumeTags: true, elementType: 2, startingElement: 3, elementCount: 4, deviceId: true, currentData: true, allocationLength: 5 }), "b81200030004030000050000"],
  [() => scsi.readToc({ msf: true, format: 2, trackOrSession: 1, allocationLength: 12 }), "43020200000001000c00"],
  [() => scsi.readCd({ lba: 1, blocks: 2, dataIn: BLOCK, userData: true, sync: true, headerCodes: 3, c2Errors: 1, subChannel: 2 }), "be0000000001000002f20200"],
  [() => scsi.readDiscInformation({ allocationLength: 34 }), "51000000000000002200"],
  [() => scsi.readTrackInformation({ address: 1, addressType: 1, allocationLength: 36 }), "52010000000100002400"],
  [() => scsi.getConfiguration({ requestedType: 2, startingFeature: 0x1e, allocationLength: 8 }), "4602001e000000000800"],
  [() => scsi.getEventStatusNotification({ classes: 0x10 }), "4a010000100000000800"],
  [() => scsi.mechanismStatus(), "bd0000000000000000080000"],
];

test("CDBs and parameter lists", () => {
  for (const [make, cdb, parameterList] of VECTORS) {
    const command = make();
    assert.is(toHex(command.cdb), cdb, make.toString());
    if (parameterList !== undefined) assert.is(toHex(command.dataOut!), parameterList, make.toString());
  }
});

test("service actions that make no sense are refused", () => {
  const refused = (work: () => unknown): void =>
    assert.throws(work, (error: { code: string }) => error.code.startsWith("ERR_"));
  refused(() => scsi.reportSupportedOpcodes({ serviceAction: 1 }));
  refused(() => scsi.reportSupportedOpcodes({ either: true }));
  refused(() => scsi.modeSelect10({ revertToDefaults: true, pages: [Uint8Array.of(8, 0)] }));
  refused(() => scsi.securityProtocolIn({ securityProtocol: 0, increment512: true, allocationLength: 100 }));
  refused(() => scsi.formatUnit({ parameters: { protectionIntervalExponent: 1 } }));
  refused(() => scsi.tapeRead6({ dataIn: BLOCK, blocks: 3 }));
  refused(() => scsi.writeScattered16({ blockSize: 512, ranges: [{ lba: 0, data: new Uint8Array(100) }] }));
  refused(() => scsi.verify10({ lba: 0, blocks: 1, dataOut: BLOCK }));
  refused(() => scsi.iscsiTransportId(""));
  refused(() => scsi.modeSelect6({ pages: [], blockDescriptors: [{ blockLength: 512 }], longLba: true } as never));
});

test("nothing that destroys, stops or ejects is chosen by what is left out", () => {
  const wanted = (work: () => unknown, name: string): void =>
    assert.throws(work, (error: Error & { code: string }) => {
      assert.is(error.code, "ERR_INVALID_ARG_TYPE");
      assert.match(error.message, name);
      return true;
    });
  for (const zone of [scsi.resetWritePointer, scsi.finishZone, scsi.closeZone, scsi.openZone, scsi.sequentializeZone]) {
    wanted(() => zone({}), "lba");
    wanted(() => zone({ all: false, zoneCount: 2 }), "lba");
    assert.is(zone({ lba: 0 }).cdb[14], 0);
    assert.is(zone({ all: true }).cdb[14], 1);
  }
  wanted(() => scsi.startStopUnit({}), "start");
  wanted(() => scsi.startStopUnit({ loadEject: true, powerCondition: 0 }), "start");
  assert.is(scsi.startStopUnit({ powerCondition: 2 }).cdb[4], 0x20);
  wanted(() => scsi.loadUnload({} as never), "load");
  for (const reserve of [scsi.prReserve, scsi.prRelease]) wanted(() => reserve({ key: 1 } as never), "type");
  wanted(() => scsi.prPreempt({ key: 1, preemptKey: 2 } as never), "type");
});

test.run();
