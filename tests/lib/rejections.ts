/**
 * What a promise that must reject rejects with.
 *
 * @module
 */

/** The error; fails where the promise resolves. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error("The promise was expected to reject");
}

/** How a promise that may resolve or reject has settled: undefined, or the error's code. */
export function outcome(promise: Promise<unknown>): Promise<string | undefined> {
  return promise.then(() => undefined, (error: { code?: string }) => error.code ?? String(error));
}

/** The error's code, or all of the error where it has none; fails where the promise resolves. */
export async function code(promise: Promise<unknown>): Promise<string> {
  const error = await rejection(promise);
  return error.code ?? String(error);
}

/** The code of what a call throws, or rejects with: `none: ` and the error where it has none, undefined where it succeeds. */
export async function codeOf(call: () => unknown): Promise<string | undefined> {
  try {
    await call();
  } catch (error) {
    return (error as { code?: string }).code ?? `none: ${error}`;
  }
  return undefined;
}

/** Fails unless the promise rejects with that code. */
export async function assertRejects(promise: Promise<unknown>, expected: string): Promise<void> {
  const error = await rejection(promise);
  if (error.code !== expected) throw new Error(`Expected ${expected}, got ${error.code}`, { cause: error });
}
