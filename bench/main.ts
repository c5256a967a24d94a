/**
 * Measures lunstream, in Deno and in Node, against programs on libiscsi, all on the same tgtd over loopback. The runs are
 * interleaved: each round runs every program once, and the order moves on by one from round to round.
 *
 * Usage: `deno task bench [--rounds N] [--only TEXT] [--write]`; `--write` puts the tables into bench/README.md.
 *
 * @module
 */

import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { command } from "../scripts/lib/command.ts";
import { ROOT } from "../scripts/lib/root.ts";
import { buildNpm } from "../scripts/npm/build.ts";
import { transpileForNode } from "../scripts/test_runner/transpile.ts";
import { startTgtd } from "../tests/peers/tgtd.ts";
import { type Case, CASES, LUN_SIZE } from "./cases.ts";
import { type Contender, contenders, measure } from "./contenders.ts";
import { type CaseResult, replaceResults, type Series, tables } from "./report.ts";

const DEFAULT_ROUNDS = 5;
/** A folder in memory, where there is one: the disk of the machine is not what is measured. */
const SCRATCH = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Fills the backing file with bytes that are not zeros, which programs would skip. */
function fill(path: string): void {
  const file = openSync(path, "w");
  const chunk = new Uint8Array(1 << 20);
  for (let index = 0; index < chunk.length; index++) chunk[index] = 1 + (index * 31 + (index >> 8)) % 255;
  for (let position = 0; position < LUN_SIZE; position += chunk.length) writeSync(file, chunk);
  closeSync(file);
}

async function runCase(one: Case, programs: Contender[], rounds: number, folder: string): Promise<CaseResult> {
  const lun = join(folder, "lun");
  const target = await startTgtd({ luns: [{ path: lun }], params: one.params });
  const series: Series[] = programs.map(({ name, ours }) => ({ name, ours, samples: [] }));
  try {
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < programs.length; turn++) {
        const index = (round + turn) % programs.length;
        const contender = programs[index] as Contender;
        const sample = await measure(contender, one, target.url(1), folder);
        if (sample === undefined) continue;
        series[index]?.samples.push(sample);
        console.error(
          `${one.title}, round ${round + 1}: ${contender.name} ${Math.round(sample.rate / 1e6)} MB/s, ` +
            `${sample.cpuPerGiB.toFixed(2)} CPU s/GiB, ${Math.round(sample.peak / 2 ** 20)} MiB`,
        );
      }
    }
  } finally {
    await target.stop();
  }
  return {
    title: one.title,
    size: one.kind === "copy" ? undefined : one.size,
    series: series.filter((one) => one.samples.length > 0),
  };
}

async function describeMachine(rounds: number, load: number): Promise<string> {
  const version = async (program: string, pattern: RegExp): Promise<string> =>
    pattern.exec((await command(program, ["--version"])).output)?.[1] ?? "?";
  const [node, qemu] = await Promise.all([version("node", /v([\d.]+)/), version("qemu-img", /version ([\d.]+)/)]);
  return `${cpus().length} cores (${
    cpus()[0]?.model ?? "?"
  }), Deno ${Deno.version.deno}, Node ${node}, qemu-img ${qemu}, ` +
    `tgtd over loopback with a LUN in memory; medians of ${rounds} interleaved rounds. ` +
    `Load average of the machine before the start: ${load.toFixed(2)}.`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: { rounds: { type: "string" }, only: { type: "string" }, write: { type: "boolean" } },
  });
  const rounds = Number(values.rounds ?? DEFAULT_ROUNDS);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds is a number from 1 on");
  const only = values.only ?? "";
  const load = loadavg()[0] ?? NaN;
  const cases = CASES.filter((one) => one.title.includes(only));
  await buildNpm({ emitter: "pack" });
  const tree = transpileForNode("npm");
  const programs = contenders(tree.folder, "npm");
  const folder = mkdtempSync(join(SCRATCH, "lunstream-bench-"));
  try {
    fill(join(folder, "lun"));
    const results: CaseResult[] = [];
    for (const one of cases) results.push(await runCase(one, programs, rounds, folder));
    const text = `${await describeMachine(rounds, load)}\n\n${tables(results)}`;
    console.log(text);
    if (values.write === true) {
      const readme = join(ROOT, "bench/README.md");
      writeFileSync(readme, replaceResults(readFileSync(readme, "utf8"), text));
      await command(Deno.execPath(), ["fmt", "--quiet", readme]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(join(ROOT, tree.folder), { recursive: true, force: true });
  }
}

await main();
