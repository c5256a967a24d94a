/**
 * Runs the test files, each in a process of its own under a time limit: in Deno on the sources, in Node on what is built for
 * npm. The last line printed is `N passed, N failed, N skipped`; the exit code is 1 where a test failed.
 *
 * Usage: `deno run -A scripts/run_tests.ts [--deno | --node] [--source] [--no-build] [PATH...]`
 *
 * @module
 */

import process from "node:process";
import { buildNpm } from "./npm/build.ts";
import { command } from "./lib/command.ts";
import { filesBelow } from "./lib/root.ts";
import { type Counts, countsLine, judge } from "./test_runner/report.ts";
import { describeTestFile, type Runtime, type TestFile } from "./test_runner/test_file.ts";
import { NODE_FOLDER, transpileForNode } from "./test_runner/transpile.ts";

const USAGE = `Usage: run_tests.ts [--deno | --node] [--source] [--no-build] [PATH...]
  --deno, --node  only in this runtime
  --source        Node runs the transpiled sources instead of the npm build
  --no-build      Node runs the npm build that is there
  PATH            only test files whose path contains one of these`;

interface Job {
  file: TestFile;
  runtime: Runtime;
}

async function main(args: string[]): Promise<number> {
  const known = new Set(["--deno", "--node", "--source", "--no-build"]);
  const flags = new Set(args.filter((arg) => arg.startsWith("--")));
  const paths = args.filter((arg) => !arg.startsWith("--"));
  if ([...flags].some((flag) => !known.has(flag))) {
    console.error(USAGE);
    return 2;
  }
  const runtimes: Runtime[] = flags.has("--deno") ? ["deno"] : flags.has("--node") ? ["node"] : ["deno", "node"];
  const files = filesBelow("tests", (path) => path.endsWith(".test.ts"))
    .filter((path) => paths.length === 0 || paths.some((part) => path.includes(part)))
    .map(describeTestFile);
  const jobs: Job[] = runtimes.flatMap((runtime) =>
    files.filter((file) => file.runtimes.includes(runtime)).map((file) => ({ file, runtime }))
  );
  if (jobs.length === 0) {
    console.error("There is no such test file");
    return 2;
  }

  if (jobs.some((job) => job.runtime === "node")) {
    if (!flags.has("--source") && !flags.has("--no-build")) await buildNpm({ emitter: "pack" });
    const { notInPackage } = transpileForNode(flags.has("--source") ? undefined : "npm");
    for (const path of notInPackage) console.log(`note: nothing public imports ${path}, so it is not in the npm build`);
  }

  const totals: Counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: string[] = [];
  const env: Record<string, string> = { NO_COLOR: "1" };
  if (flags.has("--source")) env["LUNSTREAM_NODE_SOURCES"] = NODE_FOLDER;
  const runOne = async ({ file, runtime }: Job): Promise<void> => {
    const { passed, failed, skipped } = await runFile(file, runtime, env, failures);
    totals.passed += passed;
    totals.failed += failed;
    totals.skipped += skipped;
  };
  const together = jobs.filter((job) => !job.file.alone);
  const worker = async (): Promise<void> => {
    for (let job = together.shift(); job !== undefined; job = together.shift()) await runOne(job);
  };
  await Promise.all([worker(), worker()]);
  for (const job of jobs.filter((job) => job.file.alone)) await runOne(job);

  if (failures.length > 0) console.log(`\nFailed:\n${failures.map((line) => `  ${line}`).join("\n")}`);
  console.log(`\n${countsLine(totals)}`);
  return totals.failed === 0 ? 0 : 1;
}

/** Runs one file, prints a line about it, and all of its output where it failed. */
async function runFile(
  file: TestFile,
  runtime: Runtime,
  env: Record<string, string>,
  failures: string[],
): Promise<Counts> {
  const [program, args] = runtime === "deno"
    ? [Deno.execPath(), ["run", "-A", "--no-prompt", file.path]]
    : ["node", [`${NODE_FOLDER}/${file.path.replace(/\.ts$/, ".js")}`]];
  const start = performance.now();
  const { code, output, late } = file.mistake === undefined
    ? await command(program, args, {
      timeout: file.timeLimit * 1000,
      env,
    })
    : { code: 1, output: "", late: false };
  const verdict = judge(output, code, late, file.timeLimit);
  const reason = file.mistake ?? verdict.reason;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const counts = `${verdict.passed} passed` + (verdict.skipped > 0 ? `, ${verdict.skipped} skipped` : "");
  console.log(
    `${reason === undefined ? "ok    " : "FAILED"} ${runtime}  ${file.path}  ${counts}, ${seconds} s` +
      (reason === undefined ? "" : `: ${reason}`),
  );
  if (reason !== undefined) {
    failures.push(`${runtime}  ${file.path}: ${reason}`);
    if (output !== "") console.log(output.trimEnd().split("\n").map((line) => `    ${line}`).join("\n"));
  }
  return verdict;
}

process.exitCode = await main(process.argv.slice(2));
