/**
 * Folders for gigabytes in memory, which must not stay behind.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** Makes a folder in another one, and removes it when the process ends, also by Ctrl-C. */
export function scratchFolder(parent: string): string {
  const path = mkdtempSync(join(parent, "lunstream-bench-"));
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  return path;
}
