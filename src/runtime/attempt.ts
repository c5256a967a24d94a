import { onAbort } from "../async/on_abort.ts";
import { timeLimit } from "../async/time_limit.ts";
import { AbortError } from "../errors.ts";
import { connectError, connectTimeout } from "./connect_error.ts";
import type { ConnectTcpOptions } from "./tcp.ts";

/**
 * Runs one attempt to connect under its time limit and the caller's signal. `open` gets a signal that fires when the
 * attempt ends before it has succeeded; `open` must then close whatever it still opens, and its result is dropped.
 */
export function attempt<Socket>(
  options: ConnectTcpOptions,
  open: (giveUp: AbortSignal) => Promise<Socket>,
  discard: (socket: Socket) => void,
): Promise<Socket> {
  const { host, port, timeout, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(reasonOf(signal));
    const giveUp = new AbortController();
    let over = false;
    const finish = (): boolean => {
      if (over) return false;
      over = true;
      cancel();
      forget();
      return true;
    };
    const stop = (error: unknown): void => {
      if (!finish()) return;
      reject(error);
      giveUp.abort();
    };
    const cancel = timeLimit(timeout, () => stop(connectTimeout(host, port, timeout)));
    const forget = onAbort(signal, () => stop(reasonOf(signal!)));
    open(giveUp.signal).then(
      (socket) => finish() ? resolve(socket) : discard(socket),
      (error) => stop(connectError(error, host, port, timeout)),
    );
  });
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? new AbortError(signal);
}
