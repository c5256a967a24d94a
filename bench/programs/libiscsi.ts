/**
 * The tools of libiscsi itself.
 *
 * @module
 */

import type { Case } from "../cases/case.ts";
import { installed, type Program } from "./program.ts";

const BLOCK = 512;
const LOGINS = 20;

/** The programs of libiscsi for a case. */
export function libiscsiPrograms({ work, variants }: Case): Program[] {
  if (work.kind === "login") return [logins()];
  if (work.kind !== "requests" || work.op !== "read") return [];
  // It takes no digest from its command line, so that it is no help in those cases.
  if (variants?.some(({ options }) => options?.some((option) => /Digest/.test(option)))) return [];
  const { size, depth, random } = work;
  return [{
    name: "iscsi-perf",
    role: "peer",
    line: ({ url, seconds }) => [
      ...[installed("iscsi-perf"), "-m", String(depth), "-b", String(size / BLOCK)],
      ...["-t", String(perfSeconds(seconds)), ...(random === true ? ["-r"] : []), url],
    ],
    // It has no run of less than a second; this one logs in and asks in the same way.
    idle: ({ url }) => [installed("iscsi-readcapacity16"), url],
    parse: (output, { seconds }) => {
      const last = [...output.matchAll(/iops average (\d+)/g)].at(-1)?.[1];
      if (last === undefined) throw new Error(`iscsi-perf printed no rate: ${output}`);
      const time = perfSeconds(seconds);
      const first = /iops current (\d+)/.exec(output)?.[1];
      const result = { seconds: time, bytes: Number(last) * time * size };
      return first === undefined ? result : { ...result, firstSecond: Number(first) * size };
    },
  }];
}

/** It takes whole seconds. */
function perfSeconds(seconds: number): number {
  return Math.max(1, Math.round(seconds));
}

/** Each login a process of its own: libiscsi has no program that logs in twice. */
function logins(): Program {
  const script = `i=0; while [ $i -lt ${LOGINS} ]; do "$0" "$1" > /dev/null || exit 1; i=$((i + 1)); done`;
  return {
    name: "iscsi-readcapacity16, a process each",
    role: "peer",
    line: ({ url }) => ["sh", "-c", script, installed("iscsi-readcapacity16"), url],
    parse: (_output, _place, elapsed) => ({ seconds: elapsed, bytes: LOGINS }),
  };
}
