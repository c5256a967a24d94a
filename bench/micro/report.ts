/**
 * Tables of micro-benchmarks.
 *
 * @module
 */

/** What one process has measured. */
export interface MicroSample {
  name: string;
  /** Nanoseconds for one operation: the median. */
  ns: number;
}

/** One row. */
export interface MicroResult extends MicroSample {
  /** Half of what lies between the fastest and the slowest process, as a part of the median. */
  spread: number;
}

/** The median of several processes. The same code can be compiled well in one and badly in the next. */
export function summary(processes: readonly (readonly MicroSample[])[]): MicroResult[] {
  return (processes[0] ?? []).map(({ name }, index) => {
    const all = processes.map((samples) => samples[index]!.ns).sort((a, b) => a - b);
    const ns = all[all.length >> 1]!;
    return { name, ns, spread: (all.at(-1)! - all[0]!) / 2 / ns };
  });
}

/** Results of each runtime by its name, as they are kept in a file. */
export type MicroResults = Record<string, MicroResult[]>;

function digits(value: number): string {
  return value.toLocaleString("en", value < 100 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 });
}

/** The table of one runtime; `before`: what it is compared with. */
export function microTable(runtime: string, results: readonly MicroResult[], before?: readonly MicroResult[]): string {
  const earlier = new Map(before?.map(({ name, ns }) => [name, ns]));
  const rows = [[runtime, "ops/s", "ns per op", "±", ...(before === undefined ? [] : ["time, × before"])]];
  for (const { name, ns, spread } of results) {
    const row = [name, digits(1e9 / ns), digits(ns), `${(spread * 100).toFixed(1)} %`];
    const was = earlier.get(name);
    if (before !== undefined) row.push(was === undefined ? "new" : (ns / was).toFixed(2));
    rows.push(row);
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: string[]): string =>
    `| ${row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join(" | ")} |`;
  const rule = `| ${
    widths.map((width, i) => "-".repeat(i === 0 ? width : width - 1) + (i === 0 ? "" : ":")).join(" | ")
  } |`;
  return [line(rows[0]!), rule, ...rows.slice(1).map(line)].join("\n");
}
