/**
 * Tables of what was measured.
 *
 * @module
 */

import { decimals, milliseconds, rateNumber, spread, table, type Unit, unitOf } from "./format.ts";
import { type CaseResult, firstSecondsOf, ratesOf, type Results, type Row } from "./results.ts";
import { sliceTables } from "./slice_tables.ts";
import { summary } from "./summary.ts";
import { best, median, pairedRatio } from "./statistics.ts";

const MIB = 1 << 20;
const GIB = 1 << 30;

/** Median of something that not every sample has. */
function medianOf(
  { samples }: Row,
  value: (sample: NonNullable<Row["samples"][number]>) => number | undefined,
): number {
  return median(samples.flatMap((sample) => sample === null ? [] : value(sample) ?? []));
}

interface Column {
  head: string;
  cell(row: Row): string;
}

function ratioColumn(head: string, divisor: (row: Row) => readonly (number | undefined)[] | undefined): Column {
  return {
    head,
    cell: (row) => {
      const by = divisor(row);
      return by === undefined ? "" : decimals(pairedRatio(ratesOf(row), by));
    },
  };
}

/** To each peer, to the better one of each round, to the bare initiator of the same runtime, and to our own plain way. */
function ratioColumns(rows: readonly Row[]): Column[] {
  const peers = rows.filter(({ role, samples }) => role === "peer" && samples.some((one) => one !== null));
  const columns = peers.map((peer) => ratioColumn(`÷ ${peer.name}`, () => ratesOf(peer)));
  if (peers.length > 1) {
    const better = best(peers.map(ratesOf));
    columns.push(ratioColumn("÷ the best of them", ({ role }) => role === "peer" ? undefined : better));
  }
  columns.push({
    head: "first second ÷ best",
    cell: (row) => row.role === "peer" ? "" : decimals(pairedRatio(firstSecondsOf(row), best(peers.map(ratesOf)))),
  });
  const bare = (row: Row) => rows.find(({ role, runtime }) => role === "bare" && runtime === row.runtime);
  columns.push(ratioColumn("÷ bare", (row) => {
    const found = row.role === "ours" ? bare(row) : undefined;
    return found === undefined ? undefined : ratesOf(found);
  }));
  const plain = (row: Row) => rows.find(({ runtime, variant }) => variant === "" && runtime === row.runtime);
  columns.push(ratioColumn("÷ plain", (row) => {
    const found = row.role === "ours" && row.variant !== "" ? plain(row) : undefined;
    return found === undefined ? undefined : ratesOf(found);
  }));
  return columns;
}

function costColumns(unit: Unit): Column[] {
  // Of a login, a GiB says nothing.
  const [per, head] = unit.name === "logins/s" ? [1000, "CPU ms"] : [GIB, "CPU s/GiB"];
  return [
    { head, cell: (row) => decimals(medianOf(row, ({ cpu, bytes }) => cpu / bytes * per)) },
    {
      head: `${head} without start`,
      cell: (row) => decimals(medianOf(row, ({ cpuOfWork, bytes }) => cpuOfWork && cpuOfWork / bytes * per)),
    },
    { head: "peak MiB", cell: (row) => String(Math.round(medianOf(row, ({ peak }) => peak) / MIB)) },
    ...["p50", "p99", "p99.9"].map((name, index) => ({
      head: `${name} ms`,
      cell: (row: Row) => milliseconds(medianOf(row, ({ latency }) => latency?.[index])),
    })),
  ];
}

function moreColumns(rows: readonly Row[]): Column[] {
  const names = rows.flatMap(({ samples }) => samples.flatMap((sample) => Object.keys(sample?.more ?? {})));
  return [...new Set(names)].map((head) => ({
    head,
    cell: (row) => milliseconds(medianOf(row, ({ more }) => more?.[head])),
  }));
}

/** The table of one case. */
export function caseTable({ one, how, rows }: CaseResult): string {
  const unit = unitOf(one);
  const rates = (row: Row) => ratesOf(row).flatMap((rate) => rate ?? []);
  const shown = rows.filter((row) => rates(row).length > 0);
  const columns: Column[] = [
    { head: "program", cell: ({ name }) => name },
    { head: unit.name, cell: (row) => rateNumber(median(rates(row)), unit) },
    { head: "spread", cell: (row) => spread(rates(row), unit) },
    ...ratioColumns(rows),
    ...costColumns(unit),
    ...moreColumns(rows),
  ];
  const body = table(columns.map(({ head }) => head), shown.map((row) => columns.map(({ cell }) => cell(row))));
  const failures = rows.filter(({ failure }) => failure !== undefined).map(({ name, failure }) =>
    `- ${name} failed: ${failure?.split("\n")[0]?.slice(0, 200)}`
  );
  return [`### ${one.title}`, how, body, ...(failures.length === 0 ? [] : [failures.join("\n")])].join("\n\n");
}

function relayTable({ relays }: Results): string {
  if (relays.length === 0) return "";
  const rows = relays.map(({ delay, roundTrip, rate }) => [
    `${delay} ms`,
    ...roundTrip.map(milliseconds),
    rateNumber(rate, { name: "MB/s", size: 1e6 }),
  ]);
  return "The relay by itself: a byte there and back, and a stream of 512 MiB one way.\n\n" +
    table(["added latency", "there and back, median ms", "most ms", "MB/s"], rows);
}

function loopbackTable({ loopback }: Results): string {
  if (loopback.length === 0) return "";
  const rows = loopback.map(({ runtime, stream, answers }) => [
    runtime,
    rateNumber(median(stream), { name: "MB/s", size: 1e6 }),
    rateNumber(median(answers), { name: "IOPS", size: 1 }),
  ]);
  return "Loopback without iSCSI, two processes of one runtime (`bench/bare/loopback.ts`): a stream in pieces of 256 KiB, and " +
    "answers of 4 KiB to questions of 48 bytes, 32 in flight.\n\n" + table(["runtime", "MB/s", "answers/s"], rows);
}

/** What each part of a document is made of: the cases of one group. */
function sections(results: Results, part: (group: string, cases: CaseResult[]) => string[]): string[] {
  const groups = [...new Set(results.cases.map(({ one }) => one.group))];
  return groups.map((group) => {
    const cases = results.cases.filter(({ one }) => one.group === group);
    return [`## ${group}`, ...part(group, cases)].filter((text) => text !== "").join("\n\n");
  });
}

/** Everything as Markdown. */
export function tables(results: Results): string {
  const parts = sections(results, (_, cases) => cases.map(caseTable));
  const slices = sliceTables(results.slices);
  return [results.machine, ...parts, slices].filter((part) => part !== "").join("\n\n");
}

/** One line for each case; `plots` are of a group, by its name. */
export function overview(results: Results, plots: ReadonlyMap<string, string>): string {
  const parts = sections(results, (group, cases) => {
    const relay = cases.some(({ one }) => one.delay !== undefined) ? relayTable(results) : "";
    return [relay, summary(cases), plots.get(group) ?? ""];
  });
  return [results.machine, loopbackTable(results), ...parts.map((part) => `#${part}`)].filter((part) => part !== "")
    .join("\n\n");
}

const BEGIN = "<!-- results: begin -->";
const END = "<!-- results: end -->";

/** Puts new results between the markers of a document. */
export function replaceResults(document: string, results: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`The document has no ${BEGIN} and ${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${results}\n\n${document.slice(end)}`;
}
