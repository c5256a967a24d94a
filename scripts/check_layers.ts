/**
 * Checks the rules between the layers of `src/`: see `checks/layers.ts`.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { layerProblems } from "./checks/layers.ts";
import { ROOT, sourceFiles } from "./lib/root.ts";

const files = sourceFiles();
const problems = files.flatMap((path) => layerProblems(path, readFileSync(join(ROOT, path), "utf8")));
for (const problem of problems) console.error(problem);
console.log(`Layers: ${files.length} modules, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
