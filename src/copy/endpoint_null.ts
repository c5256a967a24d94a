import type { CopySink } from "./endpoint.ts";

/** A destination that discards everything, for measuring a source. */
export function nullSink(): CopySink {
  const done = (): Promise<void> => Promise.resolve();
  return {
    name: "null:",
    identity: undefined,
    capacity: Infinity,
    ordered: false,
    write: done,
    finish: done,
    close: done,
  };
}
