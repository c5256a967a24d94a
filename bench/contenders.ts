/**
 * The programs that are compared, each run once in a process of its own and measured from outside.
 *
 * @module
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { command } from "../scripts/lib/command.ts";
import { findProgram } from "../tests/peers/peer.ts";
import { type Case, LUN_SIZE } from "./cases.ts";

/** One run. */
export interface Sample {
  /** Bytes moved in a second. */
  rate: number;
  /** CPU seconds, user and system, for each GiB moved: of the whole process, its start included. */
  cpuPerGiB: number;
  /** Largest resident memory, in bytes. */
  peak: number;
}

/** One program. */
export interface Contender {
  /** Name in the tables. */
  name: string;
  /** True: one of ours. */
  ours: boolean;
  /** Its command line for a case; undefined where it cannot do it. */
  line(one: Case, url: string, file: string): string[] | undefined;
  /** Seconds and bytes of a run from what it printed; the whole run and all the bytes where absent. */
  parse?(one: Case, output: string): { seconds: number; bytes: number };
}

const GIB = 1 << 30;
/** How long iscsi-perf runs, in seconds: it knows no count of requests. */
const ISCSI_PERF_SECONDS = 2;
const RUN_TIMEOUT_MS = 120_000;

function program(name: string): string {
  const path = findProgram(name);
  if (path === undefined) {
    throw new Error(`The benchmark needs the program ${name} (deno run -A scripts/install_peers.ts)`);
  }
  return path;
}

function ours(name: string, runtime: string[], worker: string, bin: string): Contender {
  return {
    name,
    ours: true,
    line: (one, url, file) => {
      if (one.kind === "copy") return [...runtime, bin, "cp", url, file];
      return [...runtime, worker, one.kind, url, String(one.size), String(one.depth), String(one.count)];
    },
    parse: (one, output) => {
      const line = output.split("\n").find((text) => text.startsWith("{"));
      if (line === undefined || one.kind === "copy") throw new Error(`The worker said nothing: ${output}`);
      return { seconds: JSON.parse(line).seconds, bytes: one.size * one.count };
    },
  };
}

/** All contenders. `nodeFolder` has the worker for Node, `npmFolder` the built package. */
export function contenders(nodeFolder: string, npmFolder: string): Contender[] {
  return [
    {
      name: "qemu-img",
      ours: false,
      line: (one, url, file) => {
        const qemu = program("qemu-img");
        if (one.kind === "copy") return [qemu, "convert", "-f", "raw", "-O", "raw", url, file];
        const numbers = ["-c", String(one.count), "-d", String(one.depth), "-s", String(one.size)];
        return [qemu, "bench", ...(one.kind === "write" ? ["-w"] : []), "-f", "raw", "-t", "none", ...numbers, url];
      },
      parse: (one, output) => {
        const seconds = /completed in ([\d.]+) seconds/.exec(output)?.[1];
        if (seconds === undefined || one.kind === "copy") throw new Error(`qemu-img printed no time: ${output}`);
        return { seconds: Number(seconds), bytes: one.size * one.count };
      },
    },
    {
      name: "iscsi-perf",
      ours: false,
      line: (one, url) => {
        if (one.kind !== "read") return undefined;
        const numbers = ["-m", String(one.depth), "-b", String(one.size / 512), "-t", String(ISCSI_PERF_SECONDS)];
        return [program("iscsi-perf"), ...numbers, url];
      },
      parse: (one, output) => {
        const rates = [...output.matchAll(/iops average (\d+)/g)];
        const last = rates.at(-1)?.[1];
        if (last === undefined || one.kind === "copy") throw new Error(`iscsi-perf printed no rate: ${output}`);
        return { seconds: ISCSI_PERF_SECONDS, bytes: Number(last) * ISCSI_PERF_SECONDS * one.size };
      },
    },
    ours("lunstream, Deno", [Deno.execPath(), "run", "-A"], "bench/worker.ts", "src/cli/bin.ts"),
    ours("lunstream, Node", [program("node")], `${nodeFolder}/bench/worker.js`, `${npmFolder}/src/cli/bin.js`),
  ];
}

/** Runs a contender once; undefined where it cannot do the case. */
export async function measure(
  contender: Contender,
  one: Case,
  url: string,
  folder: string,
): Promise<Sample | undefined> {
  const scratch = mkdtempSync(join(folder, "run-"));
  const file = join(scratch, "copy.img");
  try {
    const line = contender.line(one, url, file);
    if (line === undefined) return undefined;
    const usage = join(scratch, "usage");
    const time = ["-o", usage, "-f", "%e %U %S %M", ...line];
    const result = await command(program("time"), time, { timeout: RUN_TIMEOUT_MS, env: { NO_COLOR: "1" } });
    if (result.code !== 0) throw new Error(`${line.join(" ")} ended with ${result.code}: ${result.output}`);
    const numbers = (readFileSync(usage, "utf8").trim().split("\n").at(-1) ?? "").split(" ").map(Number);
    const [elapsed = NaN, user = NaN, system = NaN, peakKiB = NaN] = numbers;
    const { seconds, bytes } = one.kind === "copy" || contender.parse === undefined
      ? { seconds: elapsed, bytes: LUN_SIZE }
      : contender.parse(one, result.output);
    return { rate: bytes / seconds, cpuPerGiB: (user + system) / (bytes / GIB), peak: peakKiB * 1024 };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
