// time limit: 120 s
// Mode pages, capacities, reservations and copy parameters of random bytes, in a capture made of our own PDUs: what our
// parsers and tshark read in them must be the same.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../src/scsi/mod.ts";
import { encodeDataIn, encodeScsiCommand, RESERVED_TAG } from "../../src/wire/mod.ts";
import { needs, peer } from "../peers/peer.ts";
import { run } from "../peers/run.ts";
import { pcap, type Piece } from "./lib/capture.ts";
import { Random, testSeed } from "./lib/sg.ts";

const random = new Random(testSeed());
const ROUNDS = 15;

/** A conversation with LUN 1, which says at its begin what kind of device it is. */
class Conversation {
  readonly pieces: Piece[] = [];
  #tag = 0;
  constructor(deviceType = 0) {
    this.answer(scsi.inquiry({ allocationLength: 36 }), Uint8Array.of(deviceType, 0, 6, 2, 31, ...new Uint8Array(31)));
  }
  #command(command: scsi.ScsiCommand, length: number, dataOut: Uint8Array = new Uint8Array(0)): void {
    const tag = ++this.#tag;
    const header = encodeScsiCommand({
      immediate: false,
      final: true,
      read: dataOut.length === 0,
      write: dataOut.length > 0,
      attribute: 1,
      lun: 1n << 48n,
      initiatorTaskTag: tag,
      expectedDataTransferLength: length,
      cmdSN: tag,
      expStatSN: tag,
      cdb: command.cdb,
      dataSegmentLength: dataOut.length,
    });
    this.pieces.push({
      fromTarget: false,
      bytes: Uint8Array.of(...header, ...dataOut, ...new Uint8Array(-dataOut.length & 3)),
    });
  }
  /** A command and its data, with the status in the same PDU. */
  answer(command: scsi.ScsiCommand, data: Uint8Array): void {
    this.#command(command, data.length);
    const header = encodeDataIn({
      final: true,
      acknowledge: false,
      overflow: false,
      underflow: false,
      statusPresent: true,
      status: 0,
      lun: 0n,
      initiatorTaskTag: this.#tag,
      targetTransferTag: RESERVED_TAG,
      statSN: this.#tag,
      expCmdSN: this.#tag + 1,
      maxCmdSN: this.#tag + 9,
      dataSN: 0,
      bufferOffset: 0,
      residualCount: 0,
      dataSegmentLength: data.length,
    });
    this.pieces.push({
      fromTarget: true,
      bytes: Uint8Array.of(...header, ...data, ...new Uint8Array(-data.length & 3)),
    });
  }
  /** A command with data for the unit. */
  send(command: scsi.ScsiCommand): void {
    this.#command(command, command.dataOut!.length, command.dataOut);
  }
  /** What tshark says, one text a payload, that of the INQUIRY left out. */
  async dissect(): Promise<string[]> {
    const folder = mkdtempSync(join(tmpdir(), "lunstream-answers-"));
    try {
      const file = join(folder, "answers.pcap");
      writeFileSync(file, pcap(this.pieces));
      const options = ["-r", file, "-d", "tcp.port==3260,iscsi", "-o", "tcp.check_checksum:FALSE", "-V"];
      const { stdout } = await run(peer("tshark")!, options, { check: true, env: { LC_ALL: "C" } });
      return stdout.split(/^SCSI Payload /m).slice(2).map((text) => text.split(/^(?:SCSI Response|Frame) /m)[0]!);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

/** The value behind a label: a number, or what the bits of a flag say. */
function told(text: string, label: string): bigint {
  const escaped = label.replaceAll(/[()[\].]/g, "\\$&");
  const bits = new RegExp(`^ *([.01]+ [.01 ]*) = ${escaped}:`, "m").exec(text)?.[1];
  if (bits !== undefined) return BigInt(`0b${bits.replaceAll(/[. ]/g, "")}`);
  const number = new RegExp(`^ *${escaped}: (0x[0-9a-f]+|\\d+)`, "m").exec(text)?.[1];
  if (number === undefined) assert.unreachable(`no ${label} in\n${text}`);
  return BigInt(number ?? "");
}
function same(text: string, fields: Record<string, unknown>): void {
  for (const [label, value] of Object.entries(fields)) {
    assert.is(BigInt(value as number | bigint | boolean), told(text, label), `${label} in\n${text}`);
  }
}

/** Fields that tshark knows, by its labels. What it reads otherwise than the later standards say is left out. */
const MODE_FIELDS: [page: number, subpage: number, deviceType: number, fields: Record<string, string>][] = [
  [0x01, 0, 0, {
    AWRE: "automaticWriteReallocation",
    ARRE: "automaticReadReallocation",
    TB: "transferBlock",
    RC: "readContinuous",
    EER: "enableEarlyRecovery",
    PER: "postError",
    DTE: "dataTerminate",
    DCR: "disableCorrection",
    "Read Retry Count": "readRetryCount",
    "Write Retry Count": "writeRetryCount",
  }],
  [0x02, 0, 0, {
    "Buffer Full Ratio": "bufferFullRatio",
    "Buffer Empty Ratio": "bufferEmptyRatio",
    "Bus Inactivity Limit": "busInactivityLimit",
    EMDP: "enableModifyDataPointers",
  }],
  [0x08, 0, 0, {
    IC: "initiatorControl",
    ABPF: "abortPrefetch",
    CAP: "cachingAnalysisPermitted",
    Disc: "discontinuity",
    Size: "sizeEnable",
    WCE: "writeCacheEnable",
    MF: "multiplicationFactor",
    RCD: "readCacheDisable",
    "Demand Read Retention Priority": "demandReadRetentionPriority",
    "Write Retention Priority": "writeRetentionPriority",
    "Disable Pre-fetch Xfer Len": "disablePrefetchTransferLength",
    "Minimum Pre-Fetch": "minimumPrefetch",
    "Maximum Pre-Fetch": "maximumPrefetch",
    "Maximum Pre-Fetch Ceiling": "maximumPrefetchCeiling",
    FSW: "forceSequentialWrite",
    LBCSS: "logicalBlockCacheSegmentSize",
    DRA: "disableReadAhead",
    "Number of Cache Segments": "cacheSegments",
    "Cache Segment Size": "cacheSegmentSize",
  }],
  [0x0a, 0, 0, {
    "Task Set Type": "taskSetType",
    "Global Logging Target Save Disable": "globalLoggingTargetSave",
    "Report Log Exception Condition": "reportLogExceptions",
    "Queue Algorithm Modifier": "queueAlgorithmModifier",
    "Report a Check": "reportACheck",
    SWP: "softwareWriteProtect",
    "Autoload Mode": "autoloadMode",
    "Extended Self-Test Completion Time": "extendedSelfTestCompletionTime",
  }],
  [0x1c, 0, 0, {
    Perf: "performance",
    EBF: "enableBackgroundFunction",
    EWasc: "enableWarning",
    DExcpt: "disableExceptionControl",
    Test: "test",
    LogErr: "logErrors",
    MRIE: "methodOfReporting",
    "Report Count": "reportCount",
  }],
];

needs(test, "tshark")("mode pages", async () => {
  for (const [page, subpage, deviceType, fields] of MODE_FIELDS) {
    const layout = scsi.findModePage(page, subpage, deviceType)!;
    const talk = new Conversation(deviceType);
    const answers = Array.from({ length: ROUNDS }, () => {
      const data = Uint8Array.of(
        0,
        6 + layout.length,
        0,
        0,
        0,
        0,
        0,
        0,
        page,
        layout.length - 2,
        ...random.bytes(layout.length - 2),
      );
      // tshark shows less of the page where exceptions are disabled.
      if (page === 0x1c) data[10]! &= ~0x08;
      talk.answer(scsi.modeSense10({ pageCode: page }), data);
      const parsed = scsi.parseModeSense10(data, { deviceType });
      assert.is(parsed.missing, 0);
      return scsi.decodeModePage(layout, parsed.pages[0]!);
    });
    const texts = await talk.dissect();
    assert.is(texts.length, ROUNDS);
    answers.forEach((values, i) =>
      same(texts[i]!, Object.fromEntries(Object.entries(fields).map(([label, name]) => [label, values[name]])))
    );
  }
});

needs(test, "tshark")("READ CAPACITY(10) and (16)", async () => {
  const talk = new Conversation();
  const tens: scsi.Capacity10[] = [];
  const sixteens: scsi.Capacity16[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const ten = random.bytes(8);
    talk.answer(scsi.readCapacity10(), ten);
    tens.push(scsi.parseReadCapacity10(ten));
    const sixteen = random.bytes(32);
    sixteen[12]! |= 1;
    talk.answer(scsi.readCapacity16(), sixteen);
    sixteens.push(scsi.parseReadCapacity16(sixteen));
  }
  const texts = await talk.dissect();
  assert.is(texts.length, 2 * ROUNDS);
  for (let i = 0; i < ROUNDS; i++) {
    same(texts[2 * i]!, { LBA: tens[i]!.lastLba, "Block size in bytes": tens[i]!.blockSize });
    const one = sixteens[i]!;
    same(texts[2 * i + 1]!, {
      "Logical Block Address": one.lastLba,
      "Block size in bytes": one.blockSize,
      PROT_EN: one.protectionEnabled,
      PTYPE: one.protectionType - 1,
      P_I_EXPONENT: one.protectionIntervalExponent,
      LOGICAL_BLOCKS_PER_PHYSICAL_BLOCK_EXPONENT: one.logicalBlocksPerPhysicalExponent,
      "LBPME (logical block provisioning management enabled) / TPE": one.thinProvisioned,
      "LBPRZ (logical block provisioning read zeros) / TPRZ": one.unmappedReadsZeros,
      LOWEST_ALIGNED_LBA: one.lowestAlignedLba,
    });
  }
});

needs(test, "tshark")("persistent reservations and LBA status", async () => {
  const talk = new Conversation();
  const checks: ((text: string) => void)[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const keys = Uint8Array.of(...random.bytes(4), 0, 0, 0, 16, ...random.bytes(16));
    talk.answer(scsi.prReadKeys(), keys);
    const parsed = scsi.parsePrKeys(keys);
    checks.push((text) => {
      same(text, { "Generation Number": parsed.generation });
      const shown = [...text.matchAll(/Reservation Key: ([0-9a-f]{16})/g)].map(([, key]) => BigInt(`0x${key}`));
      assert.equal(shown, parsed.keys);
    });
    const held = Uint8Array.of(
      ...random.bytes(4),
      0,
      0,
      0,
      16,
      ...random.bytes(8),
      0,
      0,
      0,
      0,
      0,
      ...random.bytes(1),
      0,
      0,
    );
    talk.answer(scsi.prReadReservation(), held);
    const { reservation } = scsi.parsePrReservation(held);
    checks.push((text) => {
      same(text, { "Reservation Scope": reservation!.scope, "Reservation Type": reservation!.type });
      assert.match(text, `Reservation Key: ${reservation!.key.toString(16).padStart(16, "0")}`);
    });
    const status = Uint8Array.of(0, 0, 0, 20, 0, 0, 0, 0, ...random.bytes(12), random.below(3), 0, 0, 0);
    talk.answer(scsi.getLbaStatus({ lba: 0 }), status);
    const extent = scsi.parseGetLbaStatus(status).extents[0]!;
    checks.push((text) =>
      same(text, { LBA: extent.lba, "Num Blocks": extent.blocks, "Provisioning Type": extent.provisioningStatus })
    );
  }
  const texts = await talk.dissect();
  assert.is(texts.length, checks.length);
  checks.forEach((check, i) => check(texts[i]!));
});

needs(test, "tshark")("EXTENDED COPY and its operating parameters", async () => {
  const talk = new Conversation();
  const checks: ((text: string) => void)[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const designator = Uint8Array.of(0x60, ...random.bytes(15));
    const copy = {
      listId: random.below(256),
      listIdUsage: random.below(4),
      striped: random.below(2) === 1,
      priority: random.below(8),
      relativeInitiatorPort: random.below(65536),
      blockLength: random.below(0x1000000),
    };
    const { relativeInitiatorPort, blockLength, ...head } = copy;
    const segment = {
      kind: "blockToBlock" as const,
      source: random.below(65536),
      destination: random.below(65536),
      blocks: random.below(65536),
      sourceLba: random.below(0xffffffff),
      destinationLba: BigInt(random.below(0xffffffff)) << 31n,
    };
    talk.send(scsi.extendedCopy({
      ...head,
      cscds: [{
        kind: "identification",
        deviceType: 0,
        codeSet: 1,
        designatorType: 3,
        designator,
        relativeInitiatorPort,
        blockLength,
      }],
      segments: [segment],
    }));
    checks.push((text) => {
      same(text, {
        "List ID": copy.listId,
        "Sequential strip bit (str)": copy.striped,
        "List ID usage": copy.listIdUsage,
        Priority: copy.priority,
        "CSCD descriptor list length": 32,
        "Segment descriptor list length": 28,
        "Relative Initiator Port ID": copy.relativeInitiatorPort,
        "CSCD descriptor designator type": 3,
        "CSCD descriptor designator length": 16,
        "Disk block length": copy.blockLength,
        "Segment descriptor source ID": segment.source,
        "Segment descriptor destination ID": segment.destination,
        "Number of blocks": segment.blocks,
        "Source LBA": segment.sourceLba,
        "Destination LBA": segment.destinationLba,
      });
    });
    const bytes = Uint8Array.of(0, 0, 0, 40, random.below(2), ...random.bytes(38), 0);
    talk.answer(scsi.receiveCopyOperatingParameters(), bytes);
    const p = scsi.parseCopyOperatingParameters(bytes);
    checks.push((text) =>
      same(text, {
        "SNLID bit": p.noListId,
        "Max. CSCD descriptors count": p.maxCscds,
        "Max. segment descriptors count": p.maxSegments,
        "Max. descriptor list length": p.maxDescriptorLength,
        "Max. segment length": p.maxSegmentLength,
        "Max. inline data length": p.maxInlineData,
        "Held data limit": p.heldDataLimit,
        "Max. stream device transfer size": p.maxStreamTransfer,
        "Total number of concurrent copies": p.totalConcurrent,
        "Max. number of concurrent copies": p.maxConcurrent,
        "Data segment granularity": p.dataSegmentGranularity,
        "Inline data granularity": p.inlineDataGranularity,
        "Held data granularity": p.heldDataGranularity,
      })
    );
  }
  const texts = await talk.dissect();
  assert.is(texts.length, checks.length);
  checks.forEach((check, i) => check(texts[i]!));
});

test.run();
