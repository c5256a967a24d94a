// VPD pages 84h and 8Fh of random bytes against sg_vpd.
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../src/scsi/mod.ts";
import { needs } from "../peers/peer.ts";
import { Random, sgFile, testSeed } from "./lib/sg.ts";

const random = new Random(testSeed());
const ROUNDS = 20;

/** The number behind a label. */
function told(out: string, label: string): bigint {
  const escaped = label.replaceAll(/[()[\].]/g, "\\$&");
  return BigInt(new RegExp(`^ *${escaped}: (0x[0-9a-f]+|\\d+)`, "m").exec(out)?.[1] ?? "-1");
}
function same(out: string, fields: Record<string, number | bigint>): void {
  for (const [label, value] of Object.entries(fields)) {
    assert.is(BigInt(value), told(out, label), `${label} in\n${out}`);
  }
}
/** A page of one descriptor, read by both. */
function both(type: number, body: readonly number[]): { our: scsi.ThirdPartyCopyDescriptor; out: string } {
  const all = [type >> 8, type & 255, body.length >> 8, body.length & 255, ...body];
  const bytes = Uint8Array.of(0, 0x8f, 0, all.length, ...all);
  const page = scsi.parseVpdPage(bytes, 0x8f);
  assert.equal(page.problems, []);
  return { our: (page as scsi.ThirdPartyCopy).descriptors[0]!, out: sgFile("sg_vpd", bytes, ["--long"]) };
}

needs(test, "sg_vpd")("8Fh: every descriptor that is decoded", () => {
  for (let i = 0; i < ROUNDS; i++) {
    const limits = both(0x0000, [...random.bytes(32)]);
    if (limits.our.kind !== "rodTokenLimits") throw new Error(limits.our.kind);
    same(limits.out, {
      "Maximum range descriptors": limits.our.maxRanges,
      "Maximum inactivity timeout": limits.our.maxInactivityTimeout,
      "Default inactivity timeout": limits.our.defaultInactivityTimeout,
      "Maximum token transfer size": limits.our.maxTokenTransfer,
      "Optimal transfer count": limits.our.optimalTransfer,
    });
    const commands = both(0x0001, [7, 0x83, 1, random.below(2), 0x84, 2, 3, 4, 0, 0, 0]);
    if (commands.our.kind !== "supportedCommands") throw new Error(commands.our.kind);
    const names = commands.our.commands.flatMap(({ opcode, serviceActions }) =>
      serviceActions.map((action) => `${opcode.toString(16)}/${action}`)
    );
    const NAMES: Record<string, string> = {
      "83/0": "Extended copy(LID1)",
      "83/1": "Extended copy",
      "84/3": "Receive copy operating parameters",
      "84/4": "Receive copy failure details(LID1)",
    };
    assert.equal(
      commands.out.split("Supported commands:\n")[1]!.trimEnd().split("\n").map((line) => line.trim()),
      names.map((name) => NAMES[name]),
    );
    const parameters = both(0x0004, [...random.bytes(28)]);
    if (parameters.our.kind !== "parameterData") throw new Error(parameters.our.kind);
    same(parameters.out, {
      "Maximum CSCD descriptor count": parameters.our.maxCscds,
      "Maximum segment descriptor count": parameters.our.maxSegments,
      "Maximum descriptor list length": parameters.our.maxDescriptorLength,
      "Maximum inline data length": parameters.our.maxInlineData,
    });
    const types = both(0x0008, [3, random.below(0x16), 0xe4, random.below(0x0b)]);
    if (types.our.kind !== "supportedDescriptors") throw new Error(types.our.kind);
    assert.equal([...types.out.matchAll(/\[0x([0-9a-f]+)\]/g)].map(([, type]) => parseInt(type!, 16)), types.our.types);
    const ids = both(0x000c, [0, 4, ...random.pick([[0xf8, 0, 0xff, 0xff], [0xff, 0xff, 0xf8, 0]])]);
    if (ids.our.kind !== "supportedCscdIds") throw new Error(ids.our.kind);
    assert.equal([...ids.out.matchAll(/\[0x([0-9a-f]+)\]/g)].map(([, id]) => parseInt(id!, 16)), ids.our.ids);
    const features = both(0x0106, [...random.bytes(42), 0, 0]);
    if (features.our.kind !== "rodTokenFeatures") throw new Error(features.our.kind);
    same(features.out, {
      "Remote tokens": features.our.remoteTokens,
      "Minimum token lifetime": features.our.minLifetime,
      "Maximum token lifetime": features.our.maxLifetime,
      "Maximum token inactivity timeout": features.our.maxInactivityTimeout,
    });
    const rods = both(0x0108, [0, 0, 0, 64, ...random.bytes(64)]);
    if (rods.our.kind !== "supportedRods") throw new Error(rods.our.kind);
    const rod = rods.our.rods[0]!;
    assert.is(/Internal: (\w+)/.exec(rods.out)?.[1], rod.internal ? "yes" : "no");
    assert.is(/Token in: (\w+)/.exec(rods.out)?.[1], rod.tokenIn ? "yes" : "no");
    assert.is(/Token out: (\w+)/.exec(rods.out)?.[1], rod.tokenOut ? "yes" : "no");
    same(rods.out, { "ROD type": rod.type, Preference: rod.preference });
    const general = both(0x8001, [...random.bytes(32)]);
    if (general.our.kind !== "generalCopy") throw new Error(general.our.kind);
    same(general.out, {
      "Total concurrent copies": general.our.totalConcurrent,
      "Maximum identified concurrent copies": general.our.maxIdentifiedConcurrent,
      "Maximum segment length": general.our.maxSegmentLength,
    });
    const stream = both(0x9101, [...random.bytes(12)]);
    if (stream.our.kind !== "streamCopy") throw new Error(stream.our.kind);
    same(stream.out, { "Maximum stream device transfer size": stream.our.maxStreamTransfer });
    const held = both(0xc001, [...random.bytes(28)]);
    if (held.our.kind !== "heldData") throw new Error(held.our.kind);
    same(held.out, { "Held data limit": held.our.limit });
  }
});

needs(test, "sg_vpd")("84h: software interfaces", () => {
  for (let i = 0; i < 5; i++) {
    const bytes = Uint8Array.of(0, 0x84, 0, 12, ...random.bytes(12));
    const page = scsi.parseVpdPage(bytes, 0x84) as scsi.SoftwareInterfaces;
    const shown = [
      ...sgFile("sg_vpd", bytes, ["--long"]).matchAll(/Company_id: 0x([0-9a-f]{6}), .*id: 0x([0-9a-f]{6})/g),
    ];
    assert.equal(page.identifiers, shown.map(([, company, extension]) => `${company}${extension}`));
  }
});

test.run();
