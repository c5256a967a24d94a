/**
 * Iterating over the reading half of a duplex stream.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../errors.ts";
import type { DeviceStream } from "./types.ts";

/** The stream that is iterated over. */
interface Source<T> extends DeviceStream {
  read(): T | null;
}

/**
 * Chunks up to `end`. The iterator of streamx ends only at `close`, which a duplex stream reaches after its writing
 * half has ended too: a loop that writes what it reads would wait for itself. Leaving the loop destroys the stream;
 * reaching its end does not.
 */
export async function* iterate<T>(stream: Source<T>): AsyncGenerator<T, void, undefined> {
  let ended = false;
  let failure: { reason: unknown } | undefined;
  let wake: (() => void) | undefined;
  const look = (): void => wake?.();
  const end = (): void => {
    ended = true;
    look();
  };
  const fail = (reason: unknown): void => {
    failure = { reason };
    look();
  };
  stream.on("readable", look).on("close", look).on("end", end).on("error", fail);
  try {
    for (;;) {
      const chunk = stream.read();
      if (chunk !== null) yield chunk;
      else if (failure !== undefined) throw failure.reason;
      else if (ended) return;
      else if (stream.destroyed) throw new IscsiError(ErrorCode.Closed, "The stream has been destroyed");
      else await new Promise<void>((resolve) => wake = resolve);
    }
  } finally {
    if (!ended) {
      stream.destroy();
      while (!stream.destroyed) await new Promise<void>((resolve) => wake = resolve);
    }
    stream.off("readable", look).off("close", look).off("end", end).off("error", fail);
  }
}
