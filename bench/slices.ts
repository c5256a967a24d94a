/**
 * Warm processes in turn: each stays alive and works when it is told to, for a second at a time. Single processes differ by
 * 10% for the same code, and start cold; here all that differs between two turns is who works.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { ROOT } from "../scripts/lib/root.ts";
import { type Case, type Variant, variantsOf } from "./cases/case.ts";
import { calibrate, measure } from "./measure.ts";
import { parseWorker, type RuntimeTools, workerLine } from "./programs/ours.ts";
import type { Program, Role, Runtime } from "./programs/program.ts";
import type { SliceRow } from "./report/results.ts";
import type { Site } from "./site.ts";

/** Somebody who takes turns. */
export interface Contestant {
  /** Name of the row. */
  name: string;
  /** Whose it is. */
  role: Role;
  /** What runs it. */
  runtime?: Runtime;
  /** Works for a slice and gives bytes for each second. */
  slice(): Promise<number>;
  /** Ends it. */
  close(): void;
}

/** What is measured, and how. */
export interface Way {
  /** The case. */
  one: Case;
  /** One of its variants. */
  variant: Variant;
}

/** The ways of a case in slices. Those with a native CRC32C need a package of their own, and are left to whole runs. */
export function waysOf(one: Case): Way[] {
  return variantsOf(one).filter(({ native }) => native !== true).map((variant) => ({ one, variant }));
}

/** A process of our worker that stays. */
export function warmContestant(name: string, tools: RuntimeTools, { one, variant }: Way, { place }: Site): Contestant {
  const [program = "", ...args] = workerLine(tools, one, variant, place.url, "-");
  const child = spawn(program, args, { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ...{ name, role: "ours", runtime: tools.runtime },
    slice: async () => {
      child.stdin.write(`${place.seconds}s\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error(`${name} has ended`);
      const { bytes, seconds } = parseWorker(line.value);
      return bytes / seconds;
    },
    close: () => child.stdin.end(),
  };
}

/** A program that cannot wait: a process for each slice, which measures itself from the first request on. */
export async function coldContestant(program: Program, site: Site): Promise<Contestant> {
  const calibration = await calibrate(program, site.place);
  return {
    ...{ name: program.name, role: program.role },
    ...(program.runtime === undefined ? {} : { runtime: program.runtime }),
    slice: async () => {
      site.reset();
      const { bytes, seconds } = await measure(program, site.place, calibration, site.size);
      return bytes / seconds;
    },
    close: () => {},
  };
}

/** Lets everyone take turns; the first ones, which warm up, do not count. The order changes from turn to turn. */
export async function takeTurns(contestants: Contestant[], turns: number, warmUp: number): Promise<SliceRow[]> {
  const rows: SliceRow[] = contestants.map(({ name, role, runtime }) => ({
    ...{ name, role, rates: [] },
    ...(runtime === undefined ? {} : { runtime }),
  }));
  for (let turn = -warmUp; turn < turns; turn++) {
    for (let step = 0; step < contestants.length; step++) {
      const index = (step + turn + warmUp) % contestants.length;
      const rate = await contestants[index]?.slice() ?? NaN;
      if (turn >= 0) rows[index]?.rates.push(rate);
    }
    console.error(`turn ${turn + 1} of ${turns}`);
  }
  return rows;
}
