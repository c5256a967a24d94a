/**
 * Checks the rules between the layers of `src/`, and that no modules import each other in a circle: see `checks/layers.ts` and
 * `checks/circles.ts`.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { importCircles, importsOf } from "./checks/circles.ts";
import { layerProblems } from "./checks/layers.ts";
import { ROOT, sourceFiles } from "./lib/root.ts";

const files = sourceFiles();
const texts = new Map(files.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
const problems = [...texts].flatMap(([path, text]) => layerProblems(path, text));
const circles = importCircles(new Map([...texts].map(([path, text]) => [path, importsOf(path, text)])));
if (process.argv.includes("--circles")) {
  for (const circle of circles) problems.push(`These import each other in a circle: ${circle.join(", ")}`);
}
for (const problem of problems) console.error(problem);
console.log(`Layers: ${files.length} modules, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
