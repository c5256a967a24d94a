import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Sample } from "../../../bench/measure.ts";
import { table, unitOf } from "../../../bench/report/format.ts";
import { plots } from "../../../bench/report/plots.ts";
import { type CaseResult, formatResults, mergeResults, type Results, type Row } from "../../../bench/report/results.ts";
import { sliceTables } from "../../../bench/report/slice_tables.ts";
import { niceMaximum, svg } from "../../../bench/report/svg.ts";
import { caseTable, overview, replaceResults, tables } from "../../../bench/report/tables.ts";

const GIB = 2 ** 30;
const sample = (rate: number, rest: Partial<Sample> = {}): Sample => ({
  ...{ seconds: 2, bytes: rate * 2, cpu: 1, peak: 64 * 2 ** 20 },
  ...rest,
});
const row = (name: string, rates: (number | null)[], rest: Partial<Row> = {}): Row => ({
  ...{ name, role: "peer", samples: rates.map((rate) => rate === null ? null : sample(rate)) },
  ...rest,
});
const readCase = (title: string, depth: number, rows: Row[], delay?: number): CaseResult => ({
  one: {
    ...{ title, group: delay === undefined ? "Reading" : "Latency" },
    work: { kind: "requests", op: "read", size: 262_144, depth },
    ...(delay === undefined ? {} : { delay }),
  },
  how: "5 rounds.",
  rows,
});
const ours = { role: "ours", runtime: "Deno", variant: "" } as const;
const results = (rest: Partial<Results>): Results => ({
  ...{ machine: "2 cores.", relays: [], loopback: [], cases: [], slices: [] },
  ...rest,
});
/** The cells of a table of one case, by name of row and column. */
function cells(text: string): (name: string, column: string) => string | undefined {
  const [heads = [], , ...rows] = text.split("\n").filter((line) => line.startsWith("|")).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  return (name, column) => rows.find(([first]) => first === name)?.[heads.indexOf(column)];
}

test("a table has ratios to each peer, to the best of each round, and to the bare one of the runtime", () => {
  const cell = cells(caseTable(readCase("read", 32, [
    row("qemu", [100e6, 300e6, 100e6]),
    row("perf", [200e6, 100e6, 100e6]),
    row("ours", [200e6, 300e6, 200e6], ours),
    row("ours, other", [100e6, 150e6, 100e6], { ...ours, variant: "other" }),
    row("bare", [400e6, 400e6, 400e6], { role: "bare", runtime: "Deno" }),
    row("bare, Node", [1e6, 1e6, 1e6], { role: "bare", runtime: "Node" }),
  ])));
  assert.is(cell("ours", "MB/s"), "200");
  assert.is(cell("ours", "spread"), "200–300");
  assert.is(cell("ours", "÷ qemu"), "2.00");
  assert.is(cell("ours", "÷ perf"), "2.00");
  assert.is(cell("ours", "÷ the best of them"), "1.00");
  assert.is(cell("ours", "÷ bare"), "0.50");
  assert.is(cell("ours", "÷ plain"), "");
  assert.is(cell("ours, other", "÷ plain"), "0.50");
  assert.is(cell("perf", "÷ the best of them"), "");
  assert.is(cell("bare", "÷ bare"), "");
  assert.is(cell("bare", "peak MiB"), "64");
});

test("a table has costs, latencies and the first second where they are known", () => {
  const known = sample(GIB, { cpuOfWork: 0.5, firstSecond: GIB / 2, latency: [1, 20, 300] });
  const text = caseTable(readCase("read", 32, [
    row("qemu", [GIB]),
    { ...ours, name: "ours", samples: [{ ...known, more: { "KiB of a session": 12 } }] },
  ]));
  const cell = cells(text);
  assert.is(cell("ours", "CPU s/GiB"), "0.50");
  assert.is(cell("ours", "CPU s/GiB without start"), "0.25");
  assert.is(cell("qemu", "CPU s/GiB without start"), "");
  assert.is(cell("ours", "first second ÷ best"), "0.50");
  assert.equal(["p50 ms", "p99 ms", "p99.9 ms"].map((head) => cell("ours", head)), ["1.00", "20.0", "300"]);
  assert.is(cell("ours", "KiB of a session"), "12.0");
  assert.not.match(text, /÷ the best/);
});

test("a program that failed is named, and does not take the others' rows", () => {
  const text = caseTable(readCase("read", 32, [
    row("qemu", [100e6, 100e6]),
    row("perf", [null, null], { failure: "it ended with 1\nmore" }),
    row("ours", [null, 50e6], ours),
  ]));
  const cell = cells(text);
  assert.is(cell("perf", "MB/s"), undefined);
  assert.match(text, "- perf failed: it ended with 1");
  assert.not.match(text, "more");
  assert.is(cell("ours", "÷ qemu"), "0.50");
});

test("answers are counted up to 64 KiB, and logins", () => {
  const work = (size: number) => ({ work: { kind: "requests", op: "read", size, depth: 1 } as const });
  assert.equal(unitOf(work(4096)), { name: "IOPS", size: 4096 });
  assert.is(unitOf(work(65_537)).name, "MB/s");
  assert.equal(unitOf({ work: { kind: "login" } }), { name: "logins/s", size: 1 });
});

test("columns without any text are left out", () => {
  assert.is(table(["a", "b", "c"], [["x", "", "1"], ["", "", "2"]]), "| a | c |\n| --- | ---: |\n| x | 1 |\n|  | 2 |");
});

test("results are merged by case in the order of the list, and survive their file", () => {
  const before = results({ cases: [readCase("b", 1, [row("old", [1])]), readCase("gone", 1, [])] });
  const now = results({ cases: [readCase("b", 1, [row("new", [2.123456789])]), readCase("a", 1, [])] });
  const merged = mergeResults(before, now, ["a", "b"]);
  assert.equal(merged.cases.map(({ one }) => one.title), ["a", "b"]);
  assert.equal(merged.cases[1]?.rows.map(({ name }) => name), ["new"]);
  const read = JSON.parse(formatResults(merged));
  assert.is(read.cases[1].rows[0].samples[0].bytes, 4.24691);
  assert.is(read.cases[1].one.work.size, 262_144);
  assert.equal(JSON.parse(formatResults(read)), read);
});

test("the tables are in sections by group", () => {
  const text = tables(results({
    cases: [readCase("one", 1, [row("qemu", [1e6])]), readCase("late", 1, [row("qemu", [1e6])], 10)],
  }));
  assert.match(text, /^2 cores\.\n\n## Reading\n\n### one\n[\s\S]*\n## Latency\n\n### late\n/);
});

test("the overview has a line for each case, with charts, loopback and relay", () => {
  const withCpu = (name: string, rate: number, cpuOfWork: number, rest: Partial<Row>): Row => ({
    ...row(name, [], rest),
    samples: [sample(rate, { cpuOfWork })],
  });
  const rows = [
    withCpu("qemu", 1e8, 1, {}),
    withCpu("perf", 2e8, 1, {}),
    withCpu("ours", 1e8, 1, ours),
    withCpu("bare", 4e8, 1, { role: "bare", runtime: "Deno" }),
    withCpu("ours, Node", 3e8, 1, { ...ours, runtime: "Node" }),
  ];
  const text = overview(
    results({
      relays: [{ delay: 10, roundTrip: [10.2, 11], rate: 5e8 }],
      loopback: [{ runtime: "Node", stream: [1e9, 3e9, 2e9], answers: [1000] }],
      cases: [readCase("one", 1, rows), readCase("late", 1, [row("qemu", [1e6])], 10)],
    }),
    new Map([["Reading", "![chart](x.svg)"]]),
  );
  assert.match(text, /2 cores\.[\s\S]*\| Node \| 2,000 \| 1,000 \|[\s\S]*### Reading\n\n/);
  assert.match(text, /!\[chart\]\(x.svg\)\n\n### Latency[\s\S]*\| 10 ms \| 10.2 \| 11.0 \| 500 \|[\s\S]*\| late \|/);
  const cell = cells(text.slice(text.indexOf("### Reading"), text.indexOf("![chart]")));
  assert.is(cell("one", "best of the others"), "200 MB/s");
  assert.equal(["Deno ÷ best", "Deno ÷ bare", "Deno CPU ÷ least"].map((head) => cell("one", head)), [
    ...["0.50", "0.25", "2.00"],
  ]);
  assert.is(cell("one", "Node ÷ best"), "1.50");
});

test("slices have the interval of their ratio", () => {
  const rates = Array.from({ length: 9 }, () => 2e6);
  const text = sliceTables([{
    ...{ title: "read", how: "9 turns." },
    rows: [{ name: "qemu", role: "peer", rates: rates.map((rate) => rate * 2) }, { name: "ours", role: "ours", rates }],
  }]);
  assert.match(text, "| ours | 2.00 | 0.50 [0.50–0.50] |");
  assert.is(sliceTables([]), "");
});

test("charts are drawn of what has two points at least, and a missing one is a gap", () => {
  const rows = (rate: number): Row[] => [row("qemu", [rate]), row("ours", [rate / 2], ours)];
  const drawn = plots(results({
    cases: [
      readCase("a", 1, rows(1e8)),
      readCase("b", 32, [row("ours", [2e8], ours)]),
      readCase("x, 1 ms of added latency", 32, rows(1e8), 1),
      readCase("x, 10 ms of added latency", 32, rows(1e8), 10),
    ],
  }));
  assert.equal(drawn.map(({ file }) => file), ["reading-256-kib.svg", "ratio-by-latency.svg"]);
  const [depth, latency] = drawn.map(({ chart }) => chart);
  assert.equal(depth?.xs, ["1", "32"]);
  assert.equal(depth?.lines.map(({ name, values, dashed }) => [name, values, dashed]), [
    ["qemu", [100, undefined], true],
    ["ours", [50, 200], false],
  ]);
  assert.equal(latency?.xs, ["1", "10"]);
  assert.equal(latency?.lines[0]?.values, [0.5, 0.5]);
});

test("a chart is well-formed SVG, always the same, with its points where they belong", () => {
  const chart = {
    ...{ title: "a < b", xLabel: "x", yLabel: "y", xs: ["1", "2", "3"] },
    lines: [{ name: 'q & "r"', values: [0, undefined, 100], dashed: true }],
  };
  const text = svg(chart);
  assert.is(text, svg(chart));
  assert.match(text, "a &lt; b, y");
  assert.match(text, "q &amp; &quot;r&quot;");
  // 70 to 530 from left to right, 312 up to 44.
  assert.match(text, '<circle cx="146.7" cy="312" r="3"');
  assert.match(text, '<circle cx="453.3" cy="44" r="3"');
  assert.match(text, 'd="M146.7 312M453.3 44"');
  const opened = text.match(/<(?!\/)[a-z]+/g)?.length ?? 0;
  const closed = text.match(/<\/|\/>/g)?.length ?? 0;
  assert.is(opened, closed);
  assert.equal([0, 7, 80, 81, 120, 1500].map(niceMaximum), [1, 8, 80, 100, 150, 1500]);
});

test("results replace what is between the markers", () => {
  const document = "top\n<!-- results: begin -->\nold\n<!-- results: end -->\nbottom";
  assert.is(
    replaceResults(document, "new"),
    "top\n<!-- results: begin -->\n\nnew\n\n<!-- results: end -->\nbottom",
  );
  assert.throws(() => replaceResults("none", "new"), /has no/);
});

test.run();
