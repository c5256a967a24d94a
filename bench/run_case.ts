/**
 * Runs the programs of a case in turn.
 *
 * @module
 */

import { loadavg } from "node:os";
import type { Case } from "./cases/case.ts";
import { calibrate, type Calibration, digestOfPipe, measure } from "./measure.ts";
import type { Program } from "./programs/program.ts";
import { rateNumber, unitOf } from "./report/format.ts";
import type { CaseResult, Row } from "./report/results.ts";
import { openSite, type Site, type SiteOptions } from "./site.ts";

/** How often. */
export interface RunOptions extends SiteOptions {
  /** Each program runs once in each. */
  rounds: number;
}

/** Under the heading of a table. */
export function howText(what: string): string {
  return `${new Date().toISOString().slice(0, 10)}, ${what}, load average before the start ${
    loadavg()[0]?.toFixed(2)
  }.`;
}

/** Measures a case. A program that fails is left out from then on; the others go on. */
export async function runCase(one: Case, programs: Program[], options: RunOptions): Promise<CaseResult> {
  const { title, group, work, delay } = one;
  const how = howText(
    `${options.rounds} ${options.rounds === 1 ? "round" : "rounds"}${
      work.kind === "copy" ? "" : ` of ${options.seconds} s`
    }`,
  );
  const rows: Row[] = programs.map(({ name, role, runtime, variant }) => ({
    ...{ name, role, samples: [] },
    ...(runtime === undefined ? {} : { runtime }),
    ...(variant === undefined ? {} : { variant }),
  }));
  const site = await openSite(one, options);
  try {
    const runs = programs.map((program, index) => new Run(one, program, rows[index] as Row, site));
    for (const run of runs) await run.prepare();
    for (let round = 0; round < options.rounds; round++) {
      // The order moves on by one, so that nobody is always behind the same one.
      for (let turn = 0; turn < runs.length; turn++) await runs[(round + turn) % runs.length]?.once(round);
    }
  } finally {
    await site.stop();
  }
  return { one: { title, group, work, ...(delay === undefined ? {} : { delay }) }, how, rows };
}

/** One program in a case. */
class Run {
  #calibration: Calibration | undefined;

  constructor(
    readonly one: Case,
    readonly program: Program,
    readonly row: Row,
    readonly site: Site,
  ) {}

  async prepare(): Promise<void> {
    await this.#try(async () => {
      const { program, site } = this;
      // What a measured run sends is gone, so one more is checked.
      if (program.piped === true && await digestOfPipe(program, site.place) !== site.digest) {
        throw new Error("What came through the pipe is not what the source is");
      }
      this.#calibration = await calibrate(program, site.place);
    });
  }

  async once(round: number): Promise<void> {
    const calibration = this.#calibration;
    this.row.samples.push(null);
    if (calibration === undefined || this.row.failure !== undefined) return;
    await this.#try(async () => {
      // Bare ones do not copy.
      const copies = this.program.role !== "bare";
      if (copies) this.site.reset();
      const sample = await measure(this.program, this.site.place, calibration, this.site.size);
      if (copies) this.site.verify();
      this.row.samples[round] = sample;
      const unit = unitOf(this.one);
      const rate = `${rateNumber(sample.bytes / sample.seconds, unit)} ${unit.name}`;
      console.error(`${this.one.title}, round ${round + 1}: ${this.row.name} ${rate}`);
    });
  }

  async #try(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.row.failure = error instanceof Error ? error.message : String(error);
      console.error(`${this.one.title}: ${this.row.name} failed: ${this.row.failure}`);
    }
  }
}
