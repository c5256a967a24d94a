/**
 * Checks what the entry points give out: `deno doc --lint` wants a comment on everything, and every type of a public signature
 * exported by one of them; `checks/docs.ts` wants a comment of the module.
 *
 * @module
 */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { moduleDocProblem } from "./checks/docs.ts";
import { ROOT } from "./lib/root.ts";
import { readConfig } from "./npm/metadata.ts";

const entries = Object.values(readConfig().exports);
const lint = spawnSync(process.execPath, ["doc", "--lint", ...entries], { cwd: ROOT, encoding: "utf8" });
if (lint.status !== 0) console.error(lint.stderr);
const problems = entries.map((path) => moduleDocProblem(path, readFileSync(join(ROOT, path), "utf8")))
  .filter((problem) => problem !== undefined);
for (const problem of problems) console.error(problem);
console.log(
  `Doc comments: ${entries.length} entry points, ${problems.length} problems${
    lint.status === 0 ? "" : ", and the lint's"
  }`,
);
process.exitCode = problems.length === 0 && lint.status === 0 ? 0 : 1;
