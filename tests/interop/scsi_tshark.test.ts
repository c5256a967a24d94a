// time limit: 120 s
// tshark reads a capture of our own session: what it says of every command, its CDB and the PDU around it must be what we
// meant, and no packet may be malformed.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connect } from "../../mod.ts";
import * as scsi from "../../src/scsi/mod.ts";
import { needs, peer } from "../peers/peer.ts";
import { run } from "../peers/run.ts";
import { startTgtd } from "../peers/tgtd.ts";
import { pcap, type Piece, relay } from "./lib/capture.ts";
import { Random, testSeed } from "./lib/sg.ts";

const BLOCK = 512;
const random = new Random(testSeed());
const flag = (): boolean => random.below(2) === 1;
const data = (blocks: number): Uint8Array => new Uint8Array(blocks * BLOCK).fill(random.below(256));

/**
 * Commands with random fields. Most hit the device, some beyond its end, which is as good. An allocation length that cuts
 * an answer in the middle of an entry would make tshark call that answer malformed.
 */
const MAKERS: (() => scsi.ScsiCommand)[] = [
  () => scsi.testUnitReady(),
  () => scsi.inquiry({ allocationLength: 36 + random.below(220) }),
  () => scsi.inquiry({ vpdPage: random.pick([0, 0x80, 0x83, 0xb0, 0xb1, 0xb2]) }),
  () => scsi.reportLuns({ allocationLength: 16 + 8 * random.below(400) }),
  () => scsi.modeSense6({ pageCode: random.pick([2, 8, 0x0a, 0x1c, 0x3f]), disableBlockDescriptors: flag() }),
  () => scsi.modeSense10({ pageCode: random.pick([2, 8, 0x0a, 0x1c, 0x3f]) }),
  () => scsi.readCapacity10(),
  () => scsi.readCapacity16(),
  () => scsi.prReadKeys({ allocationLength: 8 + random.below(4000) }),
  () => scsi.synchronizeCache10({ lba: random.below(8000), blocks: random.below(100), immediate: flag() }),
  () => scsi.synchronizeCache16({ lba: random.below(8000), blocks: random.below(100) }),
  () =>
    scsi.unmap({ ranges: Array.from({ length: 1 + random.below(4) }, () => ({ lba: random.below(8000), blocks: 1 })) }),
  () => scsi.getLbaStatus({ lba: random.below(8000), allocationLength: 24 + 16 * random.below(40) }),
  () => scsi.writeSame10({ lba: random.below(8000), blocks: 1 + random.below(8), dataOut: data(1), unmap: flag() }),
  () => scsi.writeSame16({ lba: random.below(8000), blocks: 1 + random.below(8), dataOut: data(1), unmap: flag() }),
  () => scsi.verify10({ lba: random.below(8000), blocks: random.below(50) }),
  () => scsi.verify16({ lba: random.below(8000), blocks: random.below(50) }),
  ...[scsi.read10, scsi.read12, scsi.read16].map((read) => () => {
    const blocks = 1 + random.below(40);
    return read({
      lba: random.below(9000),
      blocks,
      dataIn: data(blocks),
      fua: flag(),
      dpo: flag(),
      groupNumber: random.below(32),
    });
  }),
  ...[scsi.write10, scsi.write12, scsi.write16].map((write) => () => {
    const blocks = 1 + random.below(40);
    return write({
      lba: random.below(9000),
      blocks,
      dataOut: data(blocks),
      fua: flag(),
      dpo: flag(),
      groupNumber: random.below(32),
    });
  }),
  () => scsi.read16({ lba: BigInt(random.below(0xffffffff)) << 31n, blocks: 1, dataIn: data(1) }),
  () => scsi.read6({ lba: random.below(8000), blocks: 3, dataIn: data(3) }),
  () => scsi.write6({ lba: random.below(8000), blocks: 2, dataOut: data(2) }),
  () => scsi.orWrite16({ lba: random.below(8000), blocks: 2, dataOut: data(2) }),
  () => scsi.compareAndWrite({ lba: random.below(8000), blocks: 1, dataOut: data(2) }),
];

/** A SCSI Command PDU, as tshark tells it. */
interface Told {
  text: string;
  number(label: RegExp): number;
}

function commandsIn(text: string): Told[] {
  return text.split(/^iSCSI \(/m).filter((block) => block.startsWith("SCSI Command)")).map((block) => ({
    text: block,
    number: (label) => Number(label.exec(block)?.[1] ?? NaN),
  }));
}

/** The LBA, which tshark prints in decimal or as eight bytes. */
function lbaTold(text: string): bigint | undefined {
  const bytes = /Logical Block Address \(LBA\): ([0-9a-f]{16})$/m.exec(text)?.[1];
  if (bytes !== undefined) return BigInt(`0x${bytes}`);
  const decimal = /(?:Logical Block Address \(LBA\)|\bLBA|Logical Block Address): (\d+)/.exec(text)?.[1];
  return decimal === undefined ? undefined : BigInt(decimal);
}

async function dissect(pieces: readonly Piece[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "lunstream-scsi-tshark-"));
  try {
    const file = join(folder, "session.pcap");
    writeFileSync(file, pcap(pieces));
    const options = ["-r", file, "-d", "tcp.port==3260,iscsi", "-o", "tcp.check_checksum:FALSE", "-V"];
    return (await run(peer("tshark")!, options, { check: true, env: { LC_ALL: "C" } })).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

needs(test, "tgtd", "tgtadm", "tshark")("tshark reads in our PDUs what we meant", async () => {
  const tgtd = await startTgtd({ luns: [{ number: 1, size: 4 << 20, params: { thin_provisioning: "1" } }] });
  const tap = await relay(tgtd);
  const commands: scsi.ScsiCommand[] = [];
  try {
    const session = await connect(`iscsi://127.0.0.1:${tap.port}/${tgtd.iqn}/1`);
    for (let round = 0; round < 5; round++) for (const make of MAKERS) commands.push(make());
    for (const command of commands) await session.execute(1, command);
    await session.close();
  } finally {
    tap.close();
    await tgtd.stop();
  }
  const text = await dissect(tap.pieces);
  assert.not.match(text, /malformed/i);
  const told = commandsIn(text);
  assert.is(told.length, commands.length);
  const firstCmdSN = told[0]!.number(/^ {4}CmdSN: (\d+)/m);
  commands.forEach((command, i) => {
    const one = told[i]!;
    const parsed = scsi.parseCdb(command.cdb);
    const label = `${parsed.name}\n${one.text.slice(0, 1800)}`;
    const opcode = /^ {4}Opcode: .*\(0x([0-9a-f]+)\)$/m.exec(one.text)?.[1] ?? "";
    assert.is(parseInt(opcode, 16), command.cdb[0], label);
    const data = command.dataIn ?? command.dataOut;
    assert.is(one.number(/ExpectedDataTransferLength: (\d+)/), data?.length ?? 0, label);
    assert.is(/^ {4}\.1\.\. \.\.\.\. = R: /m.test(one.text), command.dataIn !== undefined, label);
    assert.is(/^ {4}\.\.1\. \.\.\.\. = W: /m.test(one.text), command.dataOut !== undefined, label);
    assert.ok(/ = LUN: 0x0001$/m.test(one.text), label);
    assert.is(one.number(/^ {4}CmdSN: (\d+)/m), firstCmdSN + i, label);
    const lba = lbaTold(one.text);
    if (parsed.lba !== undefined && parsed.name !== "READ CAPACITY(16)" && parsed.name !== "READ CAPACITY(10)") {
      assert.is(lba, parsed.lba, label);
    }
    const length = one.number(
      /^ {4}(?:Transfer Length|Verification Length|Allocation Length|Parameter Length): (\d+)/m,
    );
    const expected = parsed.blocks ?? parsed.allocationLength ?? parsed.parameterListLength;
    if (expected !== undefined && parsed.name !== "READ CAPACITY(10)") assert.is(length, expected, label);
    for (const [field, words] of [["fua", "FUA"], ["dpo", "DPO"]] as const) {
      const bit = new RegExp(`^ {8}[.01 ]*([01])[.01 ]* = ${words}: `, "m").exec(one.text)?.[1];
      if (parsed.fields[field] !== undefined && bit !== undefined) {
        assert.is(bit, parsed.fields[field] ? "1" : "0", label);
      }
    }
    const group = /Group: 0x([0-9a-f]+)/.exec(one.text)?.[1];
    if (group !== undefined && typeof parsed.fields["groupNumber"] === "number") {
      assert.is(parseInt(group, 16), parsed.fields["groupNumber"], label);
    }
  });
});

test.run();
