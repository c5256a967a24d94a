/**
 * Runs the test files, each in a process of its own under a time limit: in Deno on the sources, in Node on what is built for
 * npm. The last line printed is `N passed, N failed, N skipped`; the exit code is 1 where a test failed.
 *
 * Usage: `deno run -A scripts/run_tests.ts [--deno | --node] [--source] [--no-build] [--long] [PATH...]`
 *
 * @module
 */

import process from "node:process";
import { buildNpm } from "./npm/build.ts";
import { runScript } from "./lib/at_end.ts";
import { command } from "./lib/command.ts";
import { filesBelow } from "./lib/root.ts";
import { type Counts, countsLine, judge } from "./test_runner/report.ts";
import { describeTestFile, type Runtime, type TestFile } from "./test_runner/test_file.ts";
import { transpileForNode } from "./test_runner/transpile.ts";

const USAGE = `Usage: run_tests.ts [--deno | --node] [--source] [--no-build] [PATH...]
  --deno, --node  only in this runtime
  --source        Node runs the transpiled sources instead of the npm build
  --no-build      Node runs the npm build that is there
  --long          ten times the fuzz cases (or FUZZ_CASES), 30 s of load (or FAULT_SECONDS), and the time for them
  PATH            only test files whose path contains one of these`;

interface Job {
  file: TestFile;
  runtime: Runtime;
}

interface Run {
  nodeFolder: string;
  env: Record<string, string>;
  totals: Counts;
  failures: string[];
}

async function main(args: string[]): Promise<number> {
  const known = new Set(["--deno", "--node", "--source", "--no-build", "--long"]);
  const flags = new Set(args.filter((arg) => arg.startsWith("--")));
  const paths = args.filter((arg) => !arg.startsWith("--"));
  if ([...flags].some((flag) => !known.has(flag))) {
    console.error(USAGE);
    return 2;
  }
  const runtimes: Runtime[] = flags.has("--deno") ? ["deno"] : flags.has("--node") ? ["node"] : ["deno", "node"];
  const files = filesBelow("tests", (path) => path.endsWith(".test.ts"))
    .filter((path) => paths.length === 0 || paths.some((part) => path.includes(part)))
    .map(describeTestFile)
    .map((file) => flags.has("--long") ? { ...file, timeLimit: file.timeLimit * 10 } : file);
  const jobs: Job[] = runtimes.flatMap((runtime) =>
    files.filter((file) => file.runtimes.includes(runtime)).map((file) => ({ file, runtime }))
  );
  if (jobs.length === 0) {
    console.error("There is no such test file");
    return 2;
  }

  const needsNode = jobs.some((job) => job.runtime === "node");
  const fromSource = flags.has("--source");
  if (needsNode && !fromSource && !flags.has("--no-build")) await buildNpm({ emitter: "pack" });
  const tree = needsNode ? transpileForNode(fromSource ? undefined : "npm") : undefined;
  for (const path of tree?.notInPackage ?? []) {
    console.log(`note: nothing public imports ${path}, so it is not in the npm build`);
  }
  const nodeFolder = tree?.folder ?? "";
  const run: Run = {
    nodeFolder,
    env: {
      NO_COLOR: "1",
      ...(flags.has("--long")
        ? { FUZZ_CASES: process.env["FUZZ_CASES"] ?? "30000", FAULT_SECONDS: process.env["FAULT_SECONDS"] ?? "30" }
        : {}),
      ...(fromSource ? { LUNSTREAM_NODE_SOURCES: nodeFolder } : {}),
    },
    totals: { passed: 0, failed: 0, skipped: 0 },
    failures: [],
  };
  await runAll(jobs, run);
  if (run.failures.length > 0) console.log(`\nFailed:\n${run.failures.map((line) => `  ${line}`).join("\n")}`);
  console.log(`\n${countsLine(run.totals)}`);
  return run.totals.failed === 0 ? 0 : 1;
}

/**
 * Two files at a time, and beside them one of those that only wait; then, one by one, those that want to be alone. Files with
 * long time limits come first, so that none of them is left over for the end.
 */
async function runAll(jobs: Job[], run: Run): Promise<void> {
  const queue = jobs.toSorted((a, b) => b.file.timeLimit - a.file.timeLimit);
  const together = queue.filter(({ file }) => !file.alone && !file.waits);
  const waiting = queue.filter(({ file }) => !file.alone && file.waits);
  const worker = async (...queues: Job[][]): Promise<void> => {
    const next = () => queues.find((one) => one.length > 0)?.shift();
    for (let job = next(); job !== undefined; job = next()) await runFile(job, run);
  };
  await Promise.all([worker(together, waiting), worker(together, waiting), worker(waiting)]);
  await worker(queue.filter(({ file }) => file.alone));
}

/** Runs one file, prints a line about it, and all of its output where it failed. */
async function runFile({ file, runtime }: Job, run: Run): Promise<void> {
  const [program, args] = runtime === "deno"
    ? [Deno.execPath(), ["run", "-A", "--no-prompt", file.path]]
    : ["node", [`${run.nodeFolder}/${file.path.replace(/\.ts$/, ".js")}`]];
  const start = performance.now();
  const { code, output, late } = file.mistake === undefined
    ? await command(program, args, {
      timeout: file.timeLimit * 1000,
      env: run.env,
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
    run.failures.push(`${runtime}  ${file.path}: ${reason}`);
    if (output !== "") console.log(output.trimEnd().split("\n").map((line) => `    ${line}`).join("\n"));
  }
  run.totals.passed += verdict.passed;
  run.totals.failed += verdict.failed;
  run.totals.skipped += verdict.skipped;
}

await runScript(async () => {
  process.exitCode = await main(process.argv.slice(2));
});
