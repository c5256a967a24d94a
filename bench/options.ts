/**
 * The command lines of the benchmark.
 *
 * @module
 */

import { parseArgs } from "node:util";
import type { Case } from "./cases/case.ts";
import { CASES } from "./cases/list.ts";
import { MEMORY } from "./machine.ts";

/** What is wanted. */
export interface BenchOptions {
  /** What is measured. */
  cases: readonly Case[];
  /** Whole runs of each program, or turns of slices. */
  rounds: number;
  /** Seconds of a run. */
  seconds: number;
  /** Bytes of the LUN. */
  lunSize: number;
  /** Put tables and charts into bench/. */
  write: boolean;
  /** Only make them anew of what was measured. */
  render: boolean;
  /** Warm processes in turn, in place of whole runs. */
  slices: boolean;
  /** Only print the titles. */
  list: boolean;
  /** Where the results are kept. */
  results: string | undefined;
  /** Folder for the destinations of copies to files; a folder in memory unless given. */
  files: string;
  /** Arguments without a name. */
  trees: string[];
}

const MIB = 2 ** 20;
const FULL = { rounds: 5, seconds: 5, lunSize: 2048 * MIB };
const QUICK = { rounds: 1, seconds: 0.3, lunSize: 128 * MIB };
const TURNS = { rounds: 20, seconds: 1, lunSize: 2048 * MIB };

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value > 0)) throw new Error(`--${name} is a number above 0, not ${text}`);
  return value;
}

/** Reads a command line, of slices by default if there are to be arguments without a name: those are trees to compare with. */
export function parseOptions(args: string[], { trees }: { trees: boolean }): BenchOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: trees,
    options: {
      rounds: { type: "string" },
      seconds: { type: "string" },
      only: { type: "string" },
      results: { type: "string" },
      files: { type: "string" },
      quick: { type: "boolean" },
      write: { type: "boolean" },
      render: { type: "boolean" },
      slices: { type: "boolean" },
      list: { type: "boolean" },
    },
  });
  const turns = trees || values.slices === true;
  const quick = values.quick === true;
  const defaults = quick ? QUICK : turns ? TURNS : FULL;
  const rounds = positive("rounds", values.rounds, defaults.rounds);
  if (!Number.isInteger(rounds)) throw new Error("--rounds is a whole number");
  const only = values.only ?? "";
  const exact = CASES.some(({ title }) => title === only);
  const cases = CASES.filter(({ title, group, quick: smoke }) => {
    if (only === "") return !quick || smoke === true;
    return exact ? title === only : title.includes(only) || group.includes(only);
  });
  if (cases.length === 0) throw new Error(`No case has ${only} in its title or heading: see --list`);
  return {
    cases,
    rounds,
    seconds: positive("seconds", values.seconds, defaults.seconds),
    lunSize: defaults.lunSize,
    write: values.write === true,
    render: values.render === true,
    slices: turns,
    list: values.list === true,
    results: values.results,
    files: values.files ?? MEMORY,
    trees: positionals,
  };
}
