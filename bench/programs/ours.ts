/**
 * lunstream in both runtimes, and the bare initiators that show what the runtimes give.
 *
 * @module
 */

import { type Case, type Variant, variantsOf } from "../cases/case.ts";
import type { WorkerResult } from "../workload/meter.ts";
import type { Place, Program, Runtime } from "./program.ts";

/** How to run things in one runtime. */
export interface RuntimeTools {
  /** Which. */
  runtime: Runtime;
  /** Starts the worker. */
  worker: string[];
  /** Starts the command. */
  cli: string[];
  /** Starts the bare initiator. */
  bare: string[];
  /** Starts the loopback sender. */
  loopback: string[];
  /** `mod.js` of a package that was installed with a native CRC32C. */
  nativeLib?: string;
  /** `mod.ts` or `mod.js` of another tree in place of this one. */
  lib?: string;
}

/** What bare initiators do in place of a copy or many sessions. */
const BULK = { size: 262_144, depth: 32 };

/** The line of the worker for a variant of a case; `amount` as bench/worker.ts takes it. */
export function workerLine(
  tools: RuntimeTools,
  { work }: Case,
  variant: Variant,
  url: string,
  amount: string,
): string[] {
  if (work.kind === "copy") throw new Error("Copies are made by the command");
  const { kind, size, depth, options } = workerWork(work);
  const lib = variant.native === true ? tools.nativeLib : tools.lib;
  if (variant.native === true && lib === undefined) throw new Error("No native CRC32C could be installed");
  return [
    ...[...tools.worker, variant.kind ?? kind, url, String(size), String(depth), amount],
    ...[...options, ...variant.options ?? [], ...(lib === undefined ? [] : [`lib=${lib}`])],
  ];
}

function workerWork(work: Exclude<Case["work"], { kind: "copy" }>) {
  switch (work.kind) {
    case "requests":
      return { kind: work.op, size: work.size, depth: work.depth, options: work.random === true ? ["random=1"] : [] };
    case "sessions":
      return { kind: "sessions", size: work.size, depth: work.depth, options: [`sessions=${work.count}`] };
    case "login":
      return { kind: "login", size: 0, depth: 1, options: [] };
  }
}

/** The line that a worker prints. */
export function parseWorker(output: string): WorkerResult {
  const line = output.split("\n").find((text) => text.startsWith("{"));
  if (line === undefined) throw new Error(`The worker said nothing: ${output}`);
  return JSON.parse(line);
}

/** Name of a row of ours. */
export function rowName(runtime: Runtime, variant: Variant): string {
  return `lunstream, ${runtime}${variant.name === "" ? "" : `, ${variant.name}`}`;
}

/** lunstream in one runtime, once for each variant. */
export function ourPrograms(tools: RuntimeTools, one: Case): Program[] {
  const { runtime } = tools;
  const { work } = one;
  return variantsOf(one).map((variant) => {
    const name = rowName(runtime, variant);
    const program = { name, role: "ours", runtime, variant: variant.name } as const;
    if (work.kind !== "copy") {
      const line = ({ url, seconds }: Place) => workerLine(tools, one, variant, url, `${seconds}s`);
      return { ...program, line, parse: parseWorker };
    }
    const to = (place: Place) => ({ lun: place.secondUrl, file: place.file, stdout: "-" })[work.to];
    return {
      ...program,
      piped: work.to === "stdout",
      line: (place) => [...tools.cli, "cp", "--quiet", work.from === "lun" ? place.url : place.source, to(place)],
      idle: ({ url }) => [...tools.cli, "ls", url.replace(/\/\d+$/, "")],
    };
  });
}

/** The bare initiator of one runtime: the same requests, or in place of a copy the requests of one end. */
export function barePrograms({ runtime, bare }: RuntimeTools, { work }: Case): Program[] {
  if (work.kind === "login") return [];
  const { kind, size, depth } = bareWork(work);
  return [{
    name: `bare, ${runtime}`,
    role: "bare",
    runtime,
    // The source of a copy must stay as it is.
    line: ({ url, secondUrl, seconds }) => [
      ...[...bare, kind, work.kind === "copy" && kind === "write" ? secondUrl : url],
      ...[String(size), String(depth), String(seconds)],
    ],
    parse: parseWorker,
  }];
}

function bareWork(work: Exclude<Case["work"], { kind: "login" }>) {
  if (work.kind === "copy") return { kind: work.from === "lun" ? "read" : "write", ...BULK };
  if (work.kind === "sessions") {
    return { kind: "read", size: work.size, depth: Math.min(128, work.depth * work.count) };
  }
  const kind = work.random === true && work.op !== "mixed" ? `rand${work.op}` : work.op;
  return { kind, size: work.size, depth: work.depth };
}
