/**
 * What was measured, as it is kept in a file.
 *
 * @module
 */

import type { Case } from "../cases/case.ts";
import type { Sample } from "../measure.ts";
import type { Role, Runtime } from "../programs/program.ts";
import type { RelayFigures } from "../relayed.ts";

/** The runs of one program in one case. */
export interface Row {
  /** Its name. */
  name: string;
  /** Whose it is. */
  role: Role;
  /** What runs it. */
  runtime?: Runtime;
  /** Which of our ways; empty: the plain one. */
  variant?: string;
  /** One for each round; null where there is none. */
  samples: (Sample | null)[];
  /** Why there are no further samples. */
  failure?: string;
}

/** Bytes for each second, by round. */
export function ratesOf({ samples }: Row): (number | undefined)[] {
  return samples.map((sample) => sample === null ? undefined : sample.bytes / sample.seconds);
}

/** Bytes of the first second, by round. A run that is shorter has none. */
export function firstSecondsOf({ samples }: Row): (number | undefined)[] {
  return samples.map((sample) => sample === null || sample.seconds < 1 ? undefined : sample.firstSecond);
}

/** Everything that was measured in one case. */
export interface CaseResult {
  /** What was done. */
  one: Pick<Case, "title" | "group" | "work" | "delay">;
  /** Day, rounds and load: for the line below the heading. */
  how: string;
  /** The programs. */
  rows: Row[];
}

/** Slices of one program. */
export interface SliceRow {
  /** Its name. */
  name: string;
  /** Whose it is. */
  role: Role;
  /** What runs it. */
  runtime?: Runtime;
  /** Bytes for each second, one for each turn. */
  rates: number[];
}

/** Slices of warm processes in one case. */
export interface SliceResult {
  /** Heading of the case. */
  title: string;
  /** Day, turns and load. */
  how: string;
  /** The programs. */
  rows: SliceRow[];
}

/** What loopback gives in one runtime, without iSCSI. */
export interface LoopbackFigures {
  /** Which. */
  runtime: Runtime;
  /** Bytes for each second of a stream in pieces of 256 KiB, one for each round. */
  stream: number[];
  /** Answers of 4 KiB for each second, 32 questions in flight, one for each round. */
  answers: number[];
}

/** All of it. */
export interface Results {
  /** The machine and the versions of the programs. */
  machine: string;
  /** The relays, measured by themselves. */
  relays: RelayFigures[];
  /** The loopback interface. */
  loopback: LoopbackFigures[];
  /** Whole runs. */
  cases: CaseResult[];
  /** Slices. */
  slices: SliceResult[];
}

/** Puts what was measured now in place of what there was of the same cases, in the order of `titles`. */
export function mergeResults(before: Results, now: Results, titles: readonly string[]): Results {
  const merge = <T>(old: readonly T[], fresh: readonly T[], key: (one: T) => string | number): T[] => {
    const all = new Map([...old, ...fresh].map((one) => [key(one), one]));
    return [...all.values()];
  };
  const place = (title: string): number => titles.indexOf(title);
  return {
    machine: now.machine,
    relays: merge(before.relays, now.relays, ({ delay }) => delay).sort((a, b) => a.delay - b.delay),
    loopback: merge(before.loopback, now.loopback, ({ runtime }) => runtime),
    cases: merge(before.cases, now.cases, ({ one }) => one.title)
      // Cases that are no longer measured are no longer shown.
      .filter(({ one }) => place(one.title) >= 0)
      .sort((a, b) => place(a.one.title) - place(b.one.title)),
    slices: merge(before.slices, now.slices, ({ title }) => title)
      .filter(({ title }) => place(title) >= 0)
      .sort((a, b) => place(a.title) - place(b.title)),
  };
}

/** The text of a results file: fractions with six digits, one row a line. */
export function formatResults(results: Results): string {
  const text = (value: unknown): string =>
    JSON.stringify(
      value,
      (_key, one) => typeof one === "number" && !Number.isInteger(one) ? Number(one.toPrecision(6)) : one,
    );
  const list = (values: readonly unknown[]): string =>
    values.length === 0 ? "[]" : `[\n${values.map((one) => text(one)).join(",\n")}\n]`;
  const { machine, ...lists } = results;
  const parts = Object.entries(lists).map(([name, values]) => `,\n"${name}":${list(values)}`);
  return `{"machine":${text(machine)}${parts.join("")}}\n`;
}
