/**
 * What a test file says about itself in its first lines, and mistakes that would make it pass in silence.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../lib/root.ts";

/** The runtimes in which tests run. */
export type Runtime = "deno" | "node";

/** One test file. */
export interface TestFile {
  /** Path relative to the repository, with `/`. */
  path: string;
  /** Time limit in seconds: `// time limit: 300 s`; 120 where absent. */
  timeLimit: number;
  /** True: no other test runs beside it: `// alone`. */
  alone: boolean;
  /** True: it waits for most of its time and needs little of the processor, so that it runs beside the others: `// waits`. */
  waits: boolean;
  /** Where it runs: `// runtimes: deno`; both where absent. */
  runtimes: Runtime[];
  /** A mistake in it, for which it fails. */
  mistake: string | undefined;
}

const DEFAULT_TIME_LIMIT = 120;
const HEAD_LINES = 12;

/** Reads a test file's comments. */
export function describeTestFile(path: string): TestFile {
  const text = readFileSync(join(ROOT, path), "utf8");
  const head = text.split("\n", HEAD_LINES).join("\n");
  const limit = /^\/\/ time limit: (\d+) s$/m.exec(head)?.[1];
  const runtimes = /^\/\/ runtimes: (.+)$/m.exec(head)?.[1];
  return {
    path,
    timeLimit: limit === undefined ? DEFAULT_TIME_LIMIT : Number(limit),
    alone: /^\/\/ alone$/m.test(head),
    waits: /^\/\/ waits$/m.test(head),
    runtimes: runtimes === undefined ? ["deno", "node"] : runtimes.split(",").map((name) => name.trim() as Runtime),
    mistake: findMistake(text),
  };
}

/** A mistake in the text of a test file. uvu runs only what was defined before `run()`, and only the tests marked `only` where there are some. */
export function findMistake(text: string): string | undefined {
  if (/^\s*\w+\.only\(/m.test(text)) return "a test is marked only(): the others would not run";
  const last = text.lastIndexOf(".run();");
  if (last < 0) return "test.run() is missing: no test would run";
  if (/^\s*\w+\(["'`]/m.test(text.slice(last))) return "a test is defined after run(): it would not run";
  return undefined;
}
