/**
 * Checks that everything exported has a doc comment: see `checks/docs.ts`.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { docProblems } from "./checks/docs.ts";
import { ROOT, sourceFiles } from "./lib/root.ts";
import { readConfig } from "./npm/metadata.ts";

const entries = new Set(Object.values(readConfig().exports).map((path) => path.replace(/^\.\//, "")));
let count = 0;
const problems: string[] = [];
for (const path of sourceFiles().filter((one) => entries.has(one))) {
  const report = docProblems(path, readFileSync(join(ROOT, path), "utf8"), { isEntry: entries.has(path) });
  count += report.count;
  problems.push(...report.problems);
}
for (const problem of problems) console.error(problem);
console.log(`Doc comments: ${count} exports and members, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
