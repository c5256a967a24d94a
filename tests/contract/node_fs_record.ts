/**
 * What Node gave over a file, as file_handle.test.ts records it:
 * `RECORD=1 deno run -A scripts/run_tests.ts --node --source tests/contract/file_handle` writes node_fs_record.json anew.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ROOT } from "../peers/lunstream.ts";

interface NodeRecord {
  /** Version of Node, as `process.versions.node` says it. */
  node: string;
  /** Results by the name of their test. */
  results: Record<string, unknown>;
}

const { node, results }: NodeRecord = JSON.parse(
  readFileSync(new URL("./node_fs_record.json", import.meta.url), "utf8"),
);

/** Results by the name of their test. */
export const NODE_FS: Readonly<Record<string, unknown>> = results;

/** Whether this is a Node of the line that was recorded. */
export function isRecordedNode(): boolean {
  return process.versions.node.split(".")[0] === node.split(".")[0];
}

/** Writes the record anew, into the sources. */
export function writeRecord(results: Record<string, unknown>): void {
  const record: NodeRecord = { node: process.versions.node, results };
  writeFileSync(join(ROOT, "tests/contract/node_fs_record.json"), `${JSON.stringify(record, null, 2)}\n`);
}
