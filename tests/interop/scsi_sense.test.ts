// time limit: 120 s
// Sense data of random fields, in both formats and with every descriptor, against sg_decode_sense.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../src/scsi/mod.ts";
import { needs } from "../peers/peer.ts";
import { hexBytes, Random, sg, testSeed } from "./lib/sg.ts";

const random = new Random(testSeed());
const ROUNDS = 150;
const withSense = needs(test, "sg_decode_sense");
const decode = (bytes: Uint8Array): string => sg("sg_decode_sense", hexBytes(bytes));
const maybe = <T>(value: () => T): T | undefined => random.below(2) === 0 ? undefined : value();
const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

/** "Illegal Request" of sg3-utils for "ILLEGAL REQUEST", and where its words are others. */
const KEYS: Record<number, string> = { 0xc: "Equal", 0xd: "Volume Overflow", 0xf: "Completed" };

function specificFor(senseKey: number): scsi.SenseKeySpecific | undefined {
  const word = random.below(65536);
  const bit = maybe(() => random.below(8));
  switch (senseKey) {
    case 5:
      return { kind: "field", inCdb: random.below(2) === 1, byte: word, bit };
    case 10:
      return { kind: "segment", inSegment: random.below(2) === 1, byte: word, bit };
    case 1:
    case 3:
    case 4:
      return { kind: "retries", count: word };
    case 0:
    case 2:
      return { kind: "progress", done: word };
    case 6:
      return { kind: "unitAttention", overflow: random.below(2) === 1 };
    default:
      return undefined;
  }
}

function checkSpecific(out: string, specific: scsi.SenseKeySpecific | undefined): void {
  if (specific === undefined) {
    // With the colons: some additional sense codes are called "... RETRY COUNT".
    assert.not.match(
      out,
      /Field pointer:|Error in (Command|Data parameters):|retry count:|progress indication:|Segment pointer:/i,
    );
    return;
  }
  switch (specific.kind) {
    case "field":
      assert.ok(out.includes(`Error in ${specific.inCdb ? "Command" : "Data parameters"}: byte ${specific.byte}`), out);
      assert.is(/byte \d+ bit (\d)/.exec(out)?.[1], specific.bit?.toString(), out);
      break;
    case "segment":
      assert.ok(
        out.includes(`Relative to start of ${specific.inSegment ? "segment descriptor" : "parameter list"}`),
        out,
      );
      assert.ok(out.includes(`byte ${specific.byte}`), out);
      assert.is(/byte \d+ bit (\d)/.exec(out)?.[1], specific.bit?.toString(), out);
      break;
    case "retries": {
      const count = /Actual retry count: (0x[0-9a-f]+|\d+)/.exec(out)?.[1];
      assert.is(Number(count), specific.count, out);
      break;
    }
    case "progress": {
      // sg_decode_sense cuts after two digits and does not pad the second part: 6.0224% is 6 and 224 of 65536.
      const [, whole, part] = /progress indication: (\d+)\.(\d+)%/i.exec(out) ?? [];
      assert.is(Number(whole), Math.floor(specific.done * 100 / 65536), out);
      assert.ok(part !== undefined);
      break;
    }
    case "unitAttention":
      assert.is(/overflow flag is (\d)/.exec(out)?.[1], specific.overflow ? "1" : "0", out);
      break;
  }
}

/**
 * Any additional sense code but 00h/1Dh, ATA PASS-THROUGH INFORMATION AVAILABLE: with that sg_decode_sense takes fields of the fixed
 * format for registers of an ATA device.
 */
function additional(): { asc: number; ascq: number } {
  const [asc, ascq] = [random.below(256), random.below(128)];
  return asc === 0x00 && ascq === 0x1d ? additional() : { asc, ascq };
}

for (const format of ["fixed", "descriptor"] as const) {
  withSense(`${format} format`, () => {
    for (let i = 0; i < ROUNDS; i++) {
      const senseKey = random.below(16);
      const limit = format === "fixed" ? 0xffffffff : 2 ** 48;
      const bytes = scsi.encodeSense({
        format,
        senseKey,
        ...additional(),
        deferred: random.below(2) === 1,
        information: maybe(() => 1 + random.below(limit)),
        commandSpecific: maybe(() => 1 + random.below(limit)),
        fieldReplaceableUnit: maybe(() => 1 + random.below(255)),
        filemark: random.below(2) === 1,
        endOfMedium: random.below(2) === 1,
        incorrectLength: random.below(2) === 1,
        overflow: random.below(2) === 1,
        keySpecific: maybe(() => specificFor(senseKey)),
      });
      const our = scsi.parseSense(bytes);
      const out = decode(bytes);
      const key = KEYS[senseKey] ?? scsi.senseKeyName(senseKey);
      const first = `${format} format, ${our.deferred ? "<<<deferred>>>" : "current"}; sense key: ${key}`;
      assert.ok(out.toLowerCase().includes(first.toLowerCase()) || senseKey === 0xc, `${first}\n${out}`);
      assert.is(out.includes("SDAT_OVFL"), our.overflow, out);
      if (format === "fixed") {
        if (our.information !== undefined) assert.ok(out.includes(`Info fld=${hex(our.information)} `), out);
        // It does not print the command-specific information of fixed format.
        if (our.fieldReplaceableUnit !== undefined) {
          assert.ok(out.includes(`unit code: ${our.fieldReplaceableUnit}`), out);
        }
        assert.is(/ FMK\b/.test(out), our.filemark, out);
        assert.is(/ EOM\b/.test(out), our.endOfMedium, out);
        assert.is(/ ILI\b/.test(out), our.incorrectLength, out);
      } else {
        if (our.information !== undefined) {
          assert.ok(out.includes(`Information: 0x${our.information.toString(16).padStart(16, "0")}`), out);
        }
        if (our.commandSpecific !== undefined) {
          assert.ok(out.includes(`Command specific: 0x${our.commandSpecific.toString(16).padStart(16, "0")}`), out);
        }
        if (our.fieldReplaceableUnit !== undefined) {
          assert.ok(out.includes(`Field replaceable unit code: ${hex(our.fieldReplaceableUnit)}`), out);
        }
        assert.is(/FILEMARK/.test(out), our.filemark, out);
        assert.is(/End Of Medium \(EOM\)/.test(out), our.endOfMedium, out);
        assert.is(/\(ILI\)|ILI \(incorrect|ILI set/i.test(out), our.incorrectLength, out);
      }
      checkSpecific(out, our.keySpecific);
    }
  });
}

/** A descriptor with random bytes after its header. */
function descriptor(type: number, length: number, fix: (body: Uint8Array) => void = () => {}): Uint8Array {
  const body = random.bytes(length);
  fix(body);
  return Uint8Array.of(type, length, ...body);
}

withSense("descriptors of all other types", () => {
  for (let i = 0; i < 40; i++) {
    const inner = scsi.encodeSense({ senseKey: 3, asc: 0x11, ascq: 0, information: random.below(0xffffffff) });
    const descriptors = [
      descriptor(0x09, 12),
      descriptor(0x0a, 6, (body) => body[0] = random.below(16)),
      Uint8Array.of(0x0c, 2 + inner.length, random.below(3), random.pick([0, 2, 8]), ...inner),
      descriptor(0x0d, 28),
      Uint8Array.of(0x0e, 14, 0, random.below(6), 0x01, 0x03, 0, 8, 0x50, ...random.bytes(7)),
      Uint8Array.of(0x0f, 6, 0, 0, 0, 0, ...random.bytes(2)),
      Uint8Array.of(
        0x0b,
        26,
        random.below(2),
        0,
        0,
        0,
        0,
        1,
        ...random.bytes(16),
        random.below(16),
        0,
        ...random.bytes(2),
      ),
    ];
    for (const one of descriptors) {
      const bytes = scsi.encodeSense({ senseKey: 5, asc: 0x24, ascq: 0, format: "descriptor", descriptors: [one] });
      const our = scsi.parseSense(bytes).descriptors[0]!;
      const out = decode(bytes);
      switch (our.kind) {
        case "ataStatus":
          assert.ok(out.includes(`extend=${our.extend ? 1 : 0}`), out);
          assert.ok(out.includes(`error=${hex(our.error)}`), out);
          if (our.extend) {
            assert.is(Number(/count=(0x[0-9a-f]+)/.exec(out)?.[1]), our.count, out);
            assert.ok(out.includes(`lba=0x${our.lba.toString(16).padStart(12, "0")}`), out);
          }
          assert.ok(out.includes(`device=${hex(our.device)}`) && out.includes(`status=${hex(our.status)}`), out);
          break;
        case "progress":
          assert.ok(out.includes(`[sense_key=${hex(our.senseKey)} asc,ascq=${hex(our.asc)},${hex(our.ascq)}]`), out);
          assert.is(Number(/Another progress indication: (\d+)\./.exec(out)?.[1]), Math.floor(our.done * 100 / 65536));
          break;
        case "forwarded": {
          assert.is(out.includes("FSDT: set"), our.truncated, out);
          assert.ok(
            out.includes(
              `Forwarded status: ${["Good", "", "Check Condition", "", "", "", "", "", "Busy"][our.status]}`,
            ),
            out,
          );
          const { information } = scsi.parseSense(our.sense);
          if (information !== 0n) assert.ok(out.includes(`Info fld=${hex(information!)} `), out);
          break;
        }
        case "directAccess":
          if (our.valid) {
            assert.ok(out.includes(`Information: 0x${our.information.toString(16).padStart(16, "0")}`), out);
          }
          assert.ok(out.includes(`Command specific: 0x${our.commandSpecific.toString(16).padStart(16, "0")}`), out);
          assert.is(out.includes("ILI (incorrect length indication) set"), our.incorrectLength, out);
          checkSpecific(out, our.specific);
          break;
        case "designation":
          assert.ok(out.includes(hexBytes(our.designator.subarray(4)).join("")), out);
          break;
        case "microcodeActivation":
          assert.ok(out.includes(`Microcode activation time: ${our.seconds} seconds`), out);
          break;
        case "referral": {
          assert.is(/Not all referrals: (\d)/.exec(out)?.[1], our.notAll ? "1" : "0", out);
          const segment = our.segments[0]!;
          assert.ok(out.includes(`first uds LBA: ${hex(segment.firstLba)}\n`), out);
          assert.ok(out.includes(`last uds LBA:  ${hex(segment.lastLba)}\n`), out);
          assert.ok(out.includes(`tpg: ${segment.groups[0]!.group}  state`), out);
          break;
        }
        default:
          assert.unreachable(`${our.kind}: ${out}`);
      }
    }
  }
});

test.run();
