/**
 * Opening and closing a LUN again and again: connection, login, what a disk is asked, logout.
 *
 * @module
 */

import { Meter } from "./meter.ts";
import { type Library, lunOptions, type Work, type WorkOptions } from "./work.ts";

/** The kind `login`. A request is one login; its bytes count as 1, so that the rate is logins for each second. */
export function openLogins(library: Library, _kind: string, options: WorkOptions): Promise<Work> {
  const run: Work["run"] = async (amount) => {
    const meter = new Meter(amount);
    let first: number | undefined;
    let now = performance.now();
    while (meter.more(now)) {
      const start = now;
      const lun = await library.openLun(options.url, lunOptions(options));
      const opened = performance.now();
      await lun.close();
      meter.answered(1, start, opened);
      first ??= opened - start;
      now = performance.now();
    }
    return { ...meter.result(), more: { "first login, ms": first ?? NaN } };
  };
  return Promise.resolve({ run, close: () => Promise.resolve() });
}
