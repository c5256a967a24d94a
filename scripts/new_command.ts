/**
 * `deno task new-command NAME`: writes what a new SCSI command needs, everywhere it needs it. See `new_command/`.
 *
 * @module
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { mustRun } from "./lib/command.ts";
import { ROOT } from "./lib/root.ts";
import { planCommand } from "./new_command/plan.ts";
import { parseRequest, Refusal, USAGE } from "./new_command/request.ts";

function readSource(path: string): string | undefined {
  const full = join(ROOT, path);
  return existsSync(full) ? readFileSync(full, "utf8") : undefined;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0 || args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return args.length === 0 ? 2 : 0;
  }
  const request = parseRequest(args);
  // All is planned before anything is written: a refusal leaves everything as it was.
  const plan = planCommand(request, readSource);
  for (const [path, text] of plan.files) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
  }
  await mustRun(process.execPath, ["fmt", "-q", ...plan.files.keys()]);
  for (const path of plan.files.keys()) console.log(path);
  console.log(`\n${plan.next.join("\n")}`);
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => process.exitCode = code,
  (error) => {
    if (!(error instanceof Refusal)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  },
);
