/**
 * Checks docs/rfc7143.md against code and tests: see `checks/rfc7143.ts`.
 *
 * @module
 */

import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { rfc7143Problems } from "./checks/rfc7143.ts";
import { ROOT } from "./lib/root.ts";

const tests = new Map(
  globSync("tests/**/*.test.ts", { cwd: ROOT })
    // Its table is made up, to test this check.
    .filter((path) => path !== "tests/unit/scripts/rfc7143.test.ts")
    .map((path) => [path, readFileSync(join(ROOT, path), "utf8")]),
);
const problems = rfc7143Problems({
  table: readFileSync(join(ROOT, "docs/rfc7143.md"), "utf8"),
  tests,
  sourceExists: (path) => existsSync(join(ROOT, path)),
});
for (const problem of problems) console.error(problem);
console.log(`RFC 7143: ${problems.length} problems between docs/rfc7143.md, code and tests`);
process.exitCode = problems.length === 0 ? 0 : 1;
