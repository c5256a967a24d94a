/**
 * Reads uvu's report and judges a file by it.
 *
 * @module
 */

/** Tests counted. */
export interface Counts {
  /** Tests that passed. */
  passed: number;
  /** Tests that failed, or did not come to run. */
  failed: number;
  /** Tests that were skipped. */
  skipped: number;
}

/** How one file ended. */
export interface Verdict extends Counts {
  /** Why it failed; undefined where it passed. */
  reason: string | undefined;
}

function sum(output: string, label: string): number | undefined {
  let total: number | undefined;
  for (const match of output.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)\\s*$`, "gm"))) {
    total = (total ?? 0) + Number(match[1]);
  }
  return total;
}

/**
 * Judges a file. uvu exits with 0 where a `before` hook threw, so its counts are believed and not its exit code alone;
 * and a file that reports nothing has failed, whatever its exit code.
 */
export function judge(output: string, code: number, late: boolean, timeLimit: number): Verdict {
  const total = sum(output, "Total");
  const passed = sum(output, "Passed") ?? 0;
  const skipped = sum(output, "Skipped") ?? 0;
  const failed = Math.max(0, (total ?? 0) - passed);
  const fail = (reason: string): Verdict => ({ passed, skipped, failed: Math.max(1, failed), reason });
  if (late) return fail(`ran longer than ${timeLimit} s`);
  if (total === undefined) return fail(`reported nothing and ended with ${code}`);
  if (failed > 0) return fail(`${failed} of ${total} did not pass`);
  if (code !== 0) return fail(`ended with ${code}`);
  if (total + skipped === 0) return fail("has no tests");
  return { passed, skipped, failed: 0, reason: undefined };
}

/** The counts as the last line of a run. */
export function countsLine(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}
