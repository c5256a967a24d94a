// Where the standards put single bits, byte by byte: a test that encodes by our own description would not see an error.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../../src/scsi/mod.ts";

test("SBC-5 GET STREAM STATUS: PERM is bit 7 of a stream's first byte", () => {
  const answer = (first: number): Uint8Array => Uint8Array.of(0, 0, 0, 8, 0, 0, 0, 1, first, 0, 0, 5, 0x3f, 0, 0, 0);
  assert.equal(scsi.parseStreamStatus(answer(0x80)).streams, [{ stream: 5, permanent: true, relativeLifetime: 63 }]);
  assert.is(scsi.parseStreamStatus(answer(0x7f)).streams[0]!.permanent, false);
});

test("SBC-4 Read-Write Error Recovery mode page: MWR is bits 6 and 5 of byte 7", () => {
  const page = scsi.findModePage(0x01)!;
  assert.is(scsi.encodeModePage(page, { misalignedWriteReporting: 2 })[7], 0x40);
  assert.is(scsi.encodeModePage(page, { logicalBlockProvisioningErrorReporting: true })[7], 0x80);
});

test("SPC-4 Control Extension mode page: DLC, TCMOS, SCSIP and IALUAE are bits 3 to 0 of byte 4", () => {
  const page = scsi.findModePage(0x0a, 0x01)!;
  for (
    const [name, bit] of [
      ["deviceLifeControl", 3],
      ["timestampChangeableOutside", 2],
      ["scsiPrecedence", 1],
      ["implicitAsymmetricAccess", 0],
    ] as const
  ) assert.is(scsi.encodeModePage(page, { [name]: true })[4], 1 << bit, name);
});

test("SBC-4 Block Device Characteristics VPD page: bit 3 of byte 8 is RBWZ, about REASSIGN BLOCKS", () => {
  const bytes = new Uint8Array(64);
  bytes.set([0x00, 0xb1, 0x00, 0x3c]);
  bytes[8] = 0x08;
  const page = scsi.parseVpdPage(bytes) as unknown as Record<string, unknown>;
  assert.is(page["reassignWritesZeros"], true);
});

test("SBC-4 short block descriptors of disks count blocks in 32 bits, those of tapes in 24 behind the density code", () => {
  const sent = (descriptor: scsi.ModeSelectBlockDescriptor): number[] => [
    ...scsi.modeSelect6({ pages: [], blockDescriptors: [descriptor] }).dataOut!.subarray(4),
  ];
  // All ones: as many blocks as the disk can have.
  assert.equal(sent({ blocks: 0xffffffff, blockLength: 4096 }), [0xff, 0xff, 0xff, 0xff, 0, 0, 0x10, 0]);
  assert.equal(sent({ blocks: 0x02000000, blockLength: 512 }), [2, 0, 0, 0, 0, 0, 2, 0]);
  assert.equal(sent({ densityCode: 0x5a, blocks: 0x010203, blockLength: 0 }), [0x5a, 1, 2, 3, 0, 0, 0, 0]);
  assert.throws(
    () => sent({ densityCode: 0x5a, blocks: 0x01000000, blockLength: 0 }),
    /blocks must be an integer from 0 to/,
  );
});

test.run();
