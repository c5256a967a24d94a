/**
 * Errors of long work, with the line of the caller who asked for it.
 *
 * @module
 */

/** Lines of a stack that say where: `    at name (file:line:column)`. */
function framesOf(stack: string | undefined): string[] {
  return (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
}

/** Where a frame is: its file, line and column. */
function placeOf(frame: string): string {
  return /\(?([^\s(]+:\d+:\d+)\)?$/.exec(frame)?.[1] ?? frame;
}

/**
 * Does the work of a function that users call, to be called before it awaits anything. An error that was made in a callback (of a socket,
 * of a timer) has a stack that knows nothing of the caller: the caller's is added to it.
 */
export async function withCallSite<T>(work: () => Promise<T>): Promise<T> {
  const site = new Error();
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error) {
      const known = new Set(framesOf(error.stack).map(placeOf));
      const missing = framesOf(site.stack).filter((frame) => !known.has(placeOf(frame)));
      // An error of the caller's own means may be frozen: then it stays as it is.
      if (missing.length > 0) Reflect.set(error, "stack", [error.stack, ...missing].join("\n"));
    }
    throw error;
  }
}
