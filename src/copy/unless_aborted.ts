/**
 * Settles as `work` does, or rejects with the signal's reason as soon as that fires: for what cannot be told to give up, such as the
 * read from a pipe that nobody writes to. The work goes on unheard.
 */
export function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason);
    if (signal.aborted) aborted();
    else signal.addEventListener("abort", aborted);
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
  });
}
