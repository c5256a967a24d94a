import type { CopySink, CopySource } from "../copy/mod.ts";
import { formatDuration } from "./duration.ts";
import type { Progress } from "./progress.ts";

/** Tells of each recovery of the session behind an end of a copy, if there is one. The function returned ends that. */
export function noteRecoveries({ session, name }: CopySource | CopySink, progress: Progress): () => void {
  if (session === undefined) return () => {};
  let cause: Error | undefined;
  const forget = [
    session.on("state", ({ state, error }) => {
      if (state === "reconnecting") cause ??= error;
      progress.waitsFor(state === "reconnecting" && cause !== undefined ? `reconnecting: ${cause.message}` : undefined);
    }),
    session.on("recovered", ({ attempts, milliseconds }) => {
      const tries = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
      const seconds = milliseconds / 1000;
      const why = cause === undefined ? "" : `: ${cause.message}`;
      progress.note(`Reconnected to ${name} after ${tries} in ${formatDuration(seconds)}${why}`, "reconnected", {
        attempts,
        seconds,
        reason: cause?.message,
      });
      cause = undefined;
    }),
  ];
  return () => forget.forEach((one) => one());
}
