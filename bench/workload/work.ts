/**
 * What a worker does.
 *
 * @module
 */

import type { openLun, OpenLunOptions } from "../../mod.ts";
import type { Amount, WorkerResult } from "./meter.ts";

/** What of the package is used here: another tree's may be measured in its place. */
export interface Library {
  /** Opens a LUN. */
  openLun: typeof openLun;
}

/** What the command line says. */
export interface WorkOptions {
  /** The LUN. */
  url: string;
  /** Bytes of a request. */
  size: number;
  /** Requests in flight. */
  depth: number;
  /** NAME=VALUE. */
  named: ReadonlyMap<string, string>;
}

/** Something that can be done for a time, as often as one likes. */
export interface Work {
  /** Does it once. */
  run(amount: Amount): Promise<WorkerResult>;
  /** Ends what it has opened. */
  close(): Promise<void>;
}

/** Options of `openLun()` for a command line: digests, and room for the depth. */
export function lunOptions({ depth, named }: WorkOptions): OpenLunOptions {
  const limits: OpenLunOptions["limits"] = {};
  if (named.get("headerDigest") === "1") limits.headerDigest = ["CRC32C"];
  if (named.get("dataDigest") === "1") limits.dataDigest = ["CRC32C"];
  // Without a depth, ours is 32 and finds out whether more is better.
  return depth > 32 ? { limits, depth } : { limits };
}
