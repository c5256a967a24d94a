import { onInterrupt, onStatusRequest, stderrIsTerminal, writeStderr, writeStdout } from "../runtime/mod.ts";

/** What a command does with the world around it, LUNs and files excepted. Tests give one of their own. */
export interface CliIo {
  /** Writes text to standard output, and resolves when it is taken. */
  out(text: string): Promise<void>;
  /** Writes text to standard error. */
  error(text: string): void;
  /** Whether standard error is a terminal. */
  readonly terminal: boolean;
  /** Calls the handler on SIGINT and SIGTERM; returns what takes it away again. */
  onInterrupt(handler: (signal: "SIGINT" | "SIGTERM") => void): () => void;
  /** Calls the handler when the user asks how far the work is (SIGUSR1, SIGINFO); returns what takes it away again. */
  onStatusRequest(handler: () => void): () => void;
}

/** That of this process. */
export function processIo(): CliIo {
  const encoder = new TextEncoder();
  return {
    out: (text) => writeStdout(encoder.encode(text)),
    error: writeStderr,
    terminal: stderrIsTerminal(),
    onInterrupt,
    onStatusRequest,
  };
}
