/**
 * One run of a program, measured by itself and from outside.
 *
 * @module
 */

import { readFileSync, rmSync } from "node:fs";
import { command } from "../scripts/lib/command.ts";
import { installed, type Place, type Program } from "./programs/program.ts";
import { median } from "./report/statistics.ts";
import type { WorkerResult } from "./workload/meter.ts";

/** One run. */
export interface Sample {
  /** From the first request to the last answer; of copies, the whole run. */
  seconds: number;
  /** Moved in that time; of logins, their number. */
  bytes: number;
  /** Bytes of the first second, where the program says so. */
  firstSecond?: number;
  /** CPU seconds, user and system, of the whole process. */
  cpu: number;
  /** The same without start-up: between the first request and the last answer, or less those of an idle run. */
  cpuOfWork?: number;
  /** Largest resident memory of the process, in bytes. */
  peak: number;
  /** Milliseconds: p50, p99, p99.9. */
  latency?: number[];
  /** What only this kind of work has. */
  more?: Record<string, number>;
}

/** What a program needs to know before its first measured run. */
export interface Calibration {
  /** Requests that take about as long as the place says; 0 where the program knows the time itself. */
  count: number;
  /** CPU seconds of a run with next to no work. */
  idleCpu: number | undefined;
}

interface Usage {
  elapsed: number;
  cpu: number;
  peak: number;
  output: string;
}

/** On top of the time that a run is to take: for starts, logins, slow copies, and 512 sessions. */
const RUN_TIMEOUT_MS = 180_000;
/** A count is found out by runs of growing length, up to this many seconds. */
const CALIBRATED_AFTER = 0.25;
const GROWTH = 4;
const IDLE_RUNS = 3;
const TO_NOWHERE = "cat > /dev/null";

/** Runs a command line to its end; throws where it fails. */
async function timed(line: string[], pipe: string | undefined, { file, seconds }: Place): Promise<Usage> {
  const usage = `${file}.usage`;
  const whole = [installed("time"), "-o", usage, "-f", "%e %U %S %M %x", ...line];
  // The exit status of a pipeline is that of its end: that of the program is in the usage.
  const [first = "", ...rest] = pipe === undefined ? whole : ["sh", "-c", `"$@" | ${pipe}`, "sh", ...whole];
  const options = { timeout: RUN_TIMEOUT_MS + seconds * 1000, env: { NO_COLOR: "1" } };
  const { output, code, late } = await command(first, rest, options);
  try {
    const numbers = (readFileSync(usage, "utf8").trim().split("\n").at(-1) ?? "").split(" ").map(Number);
    const [elapsed = NaN, user = NaN, system = NaN, peakKiB = NaN, status = NaN] = numbers;
    if (code !== 0 || status !== 0) {
      throw new Error(`${line.join(" ")} ${late ? "ran out of time" : `ended with ${status}`}: ${output}`);
    }
    return { elapsed, cpu: user + system, peak: peakKiB * 1024, output };
  } finally {
    rmSync(usage, { force: true });
  }
}

/** Finds out what is to be known of a program: once for each case. */
export async function calibrate(program: Program, place: Place): Promise<Calibration> {
  const idle = program.idle?.(place);
  const idleTimes: number[] = [];
  while (idle !== undefined && idleTimes.length < IDLE_RUNS) idleTimes.push((await timed(idle, undefined, place)).cpu);
  const idleCpu = idle === undefined ? undefined : median(idleTimes);
  if (program.counts !== true || program.parse === undefined) return { count: 0, idleCpu };
  for (let count = GROWTH;; count *= GROWTH) {
    const { output, elapsed } = await timed(program.line(place, count), undefined, place);
    const { seconds } = program.parse(output, place, elapsed);
    if (seconds >= Math.min(CALIBRATED_AFTER, place.seconds)) {
      return { count: Math.max(1, Math.round(count * place.seconds / seconds)), idleCpu };
    }
  }
}

/** SHA-256 of what a program sends through its pipe. */
export async function digestOfPipe(program: Program, place: Place): Promise<string> {
  const { output } = await timed(program.line(place, 0), "sha256sum", place);
  return /\b[0-9a-f]{64}\b/.exec(output)?.[0] ?? "";
}

/** Runs a program once. `copied`: the bytes of a copy. */
export async function measure(
  program: Program,
  place: Place,
  { count, idleCpu }: Calibration,
  copied: number,
): Promise<Sample> {
  const pipe = program.piped === true ? TO_NOWHERE : undefined;
  const { elapsed, cpu, peak, output } = await timed(program.line(place, count), pipe, place);
  const result: WorkerResult = program.parse?.(output, place, elapsed) ?? { seconds: elapsed, bytes: copied };
  if (!(result.seconds > 0 && result.bytes > 0)) throw new Error(`${program.name} did nothing: ${output}`);
  const { seconds, bytes, firstSecond, latency, more } = result;
  const cpuOfWork = result.cpu ?? (idleCpu === undefined ? undefined : Math.max(0, cpu - idleCpu));
  return {
    seconds,
    bytes,
    cpu,
    peak,
    ...(cpuOfWork === undefined ? {} : { cpuOfWork }),
    ...(firstSecond === undefined ? {} : { firstSecond }),
    ...(latency === undefined ? {} : { latency }),
    ...(more === undefined ? {} : { more }),
  };
}
