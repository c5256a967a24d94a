/**
 * Compares this tree with another one, in both runtimes: `deno task bench:ab OTHER_TREE [--only TEXT] [--rounds N] [--seconds N]`.
 * OTHER_TREE is a checkout of another commit. The worker is that of this tree. Copies are whole runs in turn, all others are slices
 * of warm processes in turn.
 *
 * @module
 */

import { resolve } from "node:path";
import process from "node:process";
import { runScript, scratchFolder } from "../scripts/lib/at_end.ts";
import type { Case } from "./cases/case.ts";
import { MEMORY } from "./machine.ts";
import { parseOptions } from "./options.ts";
import { ourPrograms, type RuntimeTools } from "./programs/ours.ts";
import { rateNumber, table, unitOf } from "./report/format.ts";
import { ratioText } from "./report/slice_tables.ts";
import { median } from "./report/statistics.ts";
import { openSite, type Site, type SiteOptions } from "./site.ts";
import { coldContestant, type Contestant, takeTurns, warmContestant, type Way, waysOf } from "./slices.ts";
import { otherTools, prepareTools } from "./tools.ts";

const WARM_UP_TURNS = 2;

async function contestant(name: string, tools: RuntimeTools, way: Way, site: Site): Promise<Contestant> {
  const { one } = way;
  if (one.work.kind !== "copy") return warmContestant(name, tools, way, site);
  const [program] = ourPrograms(tools, one);
  if (program === undefined) throw new Error(`${one.title} has no program`);
  return await coldContestant({ ...program, name }, site);
}

/** Lines of the table for one case: one for each variant and runtime. */
async function compare(one: Case, pairs: [RuntimeTools, RuntimeTools][], options: SiteOptions, rounds: number) {
  const unit = unitOf(one);
  const site = await openSite(one, options);
  const lines: string[][] = [];
  try {
    const all = waysOf(one).flatMap((way) => pairs.map(([ours, theirs]) => ({ way, ours, theirs })));
    for (const { way, ours, theirs } of all) {
      const both = [await contestant("this", ours, way, site), await contestant("other", theirs, way, site)];
      try {
        const [now, before] = (await takeTurns(both, rounds, WARM_UP_TURNS)).map(({ rates }) => rates);
        if (now === undefined || before === undefined) continue;
        const rates = [now, before].map((list) => `${rateNumber(median(list), unit)} ${unit.name}`);
        const { name } = way.variant;
        lines.push([name === "" ? one.title : `${one.title}: ${name}`, ours.runtime, ...rates, ratioText(now, before)]);
      } finally {
        for (const one of both) one.close();
      }
    }
  } finally {
    await site.stop();
  }
  return lines;
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), { trees: true });
  const [other] = options.trees;
  if (other === undefined) throw new Error("Usage: deno task bench:ab OTHER_TREE [--only TEXT]");
  const tools = await prepareTools({ native: false });
  const memory = scratchFolder(MEMORY);
  const lines: string[][] = [];
  const others = await otherTools(tools, resolve(other));
  const pairs = tools.runtimes.flatMap((ours, index): [RuntimeTools, RuntimeTools][] => {
    const theirs = others[index];
    return theirs === undefined ? [] : [[ours, theirs]];
  });
  for (const one of options.cases) {
    lines.push(...await compare(one, pairs, { ...options, memory, files: memory }, options.rounds));
  }
  console.log(table(["case", "runtime", "this", "other", "this ÷ other [95%]"], lines));
}

await runScript(main);
