/**
 * Checks that `src/` has no dead code: see `checks/dead_code.ts`.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { deadCode } from "./checks/dead_code.ts";
import { ROOT, sourceFiles } from "./lib/root.ts";
import { BIN_MODULE, readConfig } from "./npm/metadata.ts";

/** What stays although nothing in `src/` uses it, each with the reason. */
const EXCEPTIONS: Record<string, string> = {
  "src/bytes/crc32c_native.ts#Crc32cCandidate": "its test brings candidates of its own",
  "src/scsi/cdb/names.ts#CDB_NAMES": "a test holds the table against the layouts",
  "src/session/discovery.ts#SendTargetsOptions": "its test names the type",
  "src/session/login/negotiation/limits.ts#DEFAULT_LIMITS": "a test holds docs/options.md against them",
  "src/streams/streamx.ts#BaseOptions.*": "streamx reads them",
  "src/streams/streamx.ts#Hooks.*": "streamx calls them",
  "src/streams/streamx.ts#WriteHooks.*": "streamx calls them",
};

const files = sourceFiles();
const texts = new Map(files.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
const entries = [...Object.values(readConfig().exports), BIN_MODULE].map((path) => path.replace(/^\.\//, ""));
const problems = deadCode(texts, { entries, exceptions: EXCEPTIONS });
for (const problem of problems) console.error(problem);
console.log(`Dead code: ${files.length} modules, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
