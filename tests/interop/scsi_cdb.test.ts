// time limit: 120 s
// Names of CDBs, log pages, LUNs and the answer to GET LBA STATUS, against the decoders of sg3-utils.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeCdb } from "../../src/scsi/cdb/layout.ts";
import * as scsi from "../../src/scsi/mod.ts";
import { needs } from "../peers/peer.ts";
import { hexBytes, Random, sg, sgFile, testSeed } from "./lib/sg.ts";

const random = new Random(testSeed());

/** Where sg_decode_sense words a name otherwise, but for capitals and punctuation, and why. */
const OTHER_NAMES: Record<string, string> = {
  // It names the mode of the buffer too, here mode 0.
  "READ BUFFER(10)": "Read buffer(10), combined header and data [or multiple modes]",
  "READ BUFFER(16)": "Read buffer(16), combined header and data [or multiple modes]",
  "WRITE BUFFER": "Write buffer, combined header and data [or multiple modes]",
};

const normal = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

needs(test, "sg_decode_sense")("names of CDBs", () => {
  const differences: string[] = [];
  for (const layout of scsi.CDB_LAYOUTS) {
    // sg_decode_sense takes every CDB for one of a disk.
    if (layout.set !== "SBC" && layout.set !== "SPC" && layout.set !== "ZBC") continue;
    const values = Object.fromEntries(
      layout.fields.filter((field) => field.required).map((field) => [field.name, field.zeroMeans ?? 0]),
    );
    const cdb = encodeCdb(layout, values);
    const name = sg("sg_decode_sense", ["--cdb", ...hexBytes(cdb)]).trim();
    if (normal(OTHER_NAMES[layout.name] ?? layout.name) !== normal(name)) differences.push(`${layout.name} | ${name}`);
  }
  assert.equal(differences, []);
});

function log(page: number, parameters: readonly (readonly [code: number, value: readonly number[]])[]): Uint8Array {
  const body = parameters.flatMap(([code, value]) => [code >> 8, code & 255, 0x03, value.length, ...value]);
  return Uint8Array.of(page, 0, body.length >> 8, body.length & 255, ...body);
}
function parsed<K extends scsi.LogPage["kind"]>(bytes: Uint8Array, kind: K): Extract<scsi.LogPage, { kind: K }> {
  const page = scsi.parseLogPage(bytes);
  assert.is(page.kind, kind);
  return page as Extract<scsi.LogPage, { kind: K }>;
}
function told(out: string, label: string): string | undefined {
  const line = out.split("\n").find((one) => one.trim().startsWith(label))?.trim().slice(label.length).trim();
  return line?.replace(/ \[\d+ [KMGT]B\]$/, ""); // large counters are told in round figures too
}
const logs = (bytes: Uint8Array): string => sgFile("sg_logs", bytes, [], "--in");

needs(test, "sg_logs")("log pages", () => {
  for (let i = 0; i < 15; i++) {
    const counters = Array.from({ length: 7 }, (_, code) => [code, [0, 0, ...random.bytes(6)]] as const);
    const errors = parsed(log(2 + random.below(4), counters), "errorCounters");
    const out = logs(log(errors.pageCode, counters));
    assert.match(out, [/^Write/, /^Read error/, /^Read rev/i, /^Verify/][errors.pageCode - 2]!);
    assert.is(told(out, "Errors corrected without substantial delay ="), String(errors.correctedWithoutDelay));
    assert.is(told(out, "Errors corrected with possible delays ="), String(errors.correctedWithDelay));
    assert.is(told(out, "Total rewrites or rereads ="), String(errors.retries));
    assert.is(told(out, "Total errors corrected ="), String(errors.corrected));
    assert.is(told(out, "Total times correction algorithm processed ="), String(errors.corrections));
    assert.is(told(out, "Total bytes processed ="), String(errors.bytesProcessed));
    assert.is(told(out, "Total uncorrected errors ="), String(errors.uncorrected));

    const nonMedium = log(6, [[0, [...random.bytes(4)]]]);
    assert.is(told(logs(nonMedium), "Non-medium error count ="), String(parsed(nonMedium, "nonMediumErrors").count));

    const temperature = log(0x0d, [[0, [0, random.below(255)]], [1, [0, random.pick([255, random.below(100)])]]]);
    const t = parsed(temperature, "temperature");
    // 0 stands for all below, too.
    assert.is(told(logs(temperature), "Current temperature ="), t.current === 0 ? "0 C (or less)" : `${t.current} C`);
    assert.is(
      told(logs(temperature), "Reference temperature ="),
      t.reference === undefined ? "<not available>" : `${t.reference} C`,
    );

    const digits = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));
    const startStop = log(0x0e, [
      [1, digits(`20${10 + random.below(90)}${10 + random.below(40)}`)],
      [3, [...random.bytes(4)]],
      [4, [...random.bytes(4)]],
      [5, [...random.bytes(4)]],
      [6, [...random.bytes(4)]],
    ]);
    const s = parsed(startStop, "startStop");
    const cycles = logs(startStop);
    assert.is(told(cycles, "Date of manufacture,"), `year: ${s.manufactured?.year}, week: ${s.manufactured?.week}`);
    // A counter of all ones is not printed as a number there; four random bytes hardly ever are.
    assert.is(told(cycles, "Accumulated start-stop cycles ="), String(s.cycles));
    assert.is(told(cycles, "Specified cycle count over device lifetime ="), String(s.specifiedCycles));
    assert.is(told(cycles, "Specified load-unload count over device lifetime ="), String(s.specifiedLoadCycles));
    assert.is(told(cycles, "Accumulated load-unload cycles ="), String(s.loadCycles));

    const media = log(0x11, [[1, [0, 0, 0, random.below(256)]]]);
    assert.is(
      told(logs(media), "Percentage used endurance indicator:"),
      `${parsed(media, "solidState").percentageUsed} %`,
    );

    const exceptions = log(0x2f, [[0, [random.below(128), random.below(128), random.below(255), 0]]]);
    const e = parsed(exceptions, "informationalExceptions");
    const text = logs(exceptions);
    assert.is(told(text, "IE asc ="), `0x${e.asc!.toString(16)}, ascq = 0x${e.ascq!.toString(16)}`);
    assert.is(told(text, "Current temperature ="), `${e.temperature} C`);
  }
});

needs(test, "sg_logs")("self-test results, all twenty of them", () => {
  const value = (): number[] => [...random.bytes(12), random.below(16), random.below(128), random.below(128), 0];
  const bytes = log(0x10, Array.from({ length: 20 }, (_, i) => [i + 1, value()] as const));
  const our = parsed(bytes, "selfTest").results;
  const entries = logs(bytes).split(/Parameter code = /).slice(1);
  assert.is(entries.length, 20);
  entries.forEach((entry, i) => {
    const one = our[i]!;
    assert.is(Number(/^(\d+)/.exec(entry)?.[1]), one.code);
    assert.is(Number(/accumulated power-on hours = (\d+)/.exec(entry)?.[1]), one.hours);
    assert.is(Number(/self-test code: .*\[(\d+)\]/.exec(entry)?.[1]), one.selfTestCode, entry);
    assert.is(Number(/self-test result: .*\[(\d+)\]/.exec(entry)?.[1]), one.result, entry);
    const number = /self-test number = (\d+)/.exec(entry)?.[1];
    if (number !== undefined) assert.is(Number(number), one.number);
    const address = /address of first error = (0x[0-9a-f]+)/.exec(entry)?.[1];
    if (address !== undefined) assert.is(BigInt(address), one.failureLba);
    const sense = /sense key = (0x[0-9a-f]+).*asc = (0x[0-9a-f]+), ascq = (0x[0-9a-f]+)/s.exec(entry);
    if (sense !== null) assert.equal(sense.slice(1).map(Number), [one.senseKey, one.asc, one.ascq]);
  });
});

needs(test, "sg_logs")("lists of log pages", () => {
  for (let i = 0; i < 5; i++) {
    const codes = [...new Set(random.bytes(10).map((byte) => byte & 0x3f))].sort((a, b) => a - b);
    const bytes = Uint8Array.of(0, 0, 0, codes.length, ...codes);
    const listed = [...logs(bytes).matchAll(/^ {4}0x([0-9a-f]{2})\b/gm)].map(([, code]) => parseInt(code!, 16));
    assert.equal(parsed(bytes, "supportedPages").pages.map((page) => page.pageCode), listed);
  }
});

needs(test, "sg_luns")("logical unit numbers", () => {
  const luns = [
    0n,
    7n << 48n,
    255n << 48n,
    0x4105n << 48n,
    0x7fffn << 48n,
    0xd2000012n << 32n,
    0xd2ffffffn << 32n,
    0xc101n << 48n,
  ];
  for (let i = 0; i < 40; i++) {
    luns.push(BigInt(random.below(256)) << 48n, BigInt(0x4000 + random.below(0x4000)) << 48n);
  }
  for (const raw of luns) {
    const our = scsi.parseLun(raw);
    const out = sg("sg_luns", [`--test=${raw.toString(16).padStart(16, "0")}`]);
    if (our.number !== undefined) assert.is(Number(/lun=(\d+)/.exec(out)?.[1]), our.number, out);
    const words = {
      peripheral: "Peripheral device addressing",
      flat: "Flat space addressing",
      logicalUnit: "Logical unit addressing",
      extended: "Extended flat space addressing",
      wellKnown: "well known logical unit",
    };
    assert.ok(out.includes(words[our.method]), `${our.method} in ${out}`);
  }
});

needs(test, "sg_get_lba_status")("GET LBA STATUS", () => {
  const names = ["mapped (or unknown)", "deallocated", "anchored", "mapped", "unknown"];
  for (let i = 0; i < 20; i++) {
    const count = 1 + random.below(4);
    const extents = Array.from({ length: count }, () => [...random.bytes(12), random.below(5), 0, 0, 0]).flat();
    const bytes = Uint8Array.of(0, 0, 0, 4 + extents.length, 0, 0, 0, random.below(16), ...extents);
    const our = scsi.parseGetLbaStatus(bytes);
    const out = sgFile("sg_get_lba_status", bytes, ["--maxlen=4096"]);
    assert.is(out.includes("RTP=1"), our.reportTypeProcessed, out);
    const lines = [...out.matchAll(/\[\d+\] LBA: 0x([0-9a-f]{16}) {2}blocks: +(\d+) {2}(.*)$/gm)];
    assert.equal(
      lines.map(([, lba, blocks, status]) => [BigInt(`0x${lba}`), Number(blocks), status!.trim()]),
      our.extents.map((one) => [one.lba, one.blocks, names[one.provisioningStatus]]),
    );
  }
});

test.run();
