import { onInterrupt, onStatusRequest, stderrIsTerminal, writeStderr, writeStdout } from "../runtime/mod.ts";

/** What a command uses of the process, besides LUNs and files. Tests pass one of their own. */
export interface CliIo {
  /** Writes text to standard output, and resolves when it is taken. */
  out(text: string): Promise<void>;
  /** Writes text to standard error. */
  error(text: string): void;
  /** Whether standard error is a terminal. */
  readonly terminal: boolean;
  /** Calls the handler on SIGINT and SIGTERM. The function returned removes it. */
  onInterrupt(handler: (signal: "SIGINT" | "SIGTERM") => void): () => void;
  /** Calls the handler when the user asks for progress (SIGUSR1, SIGINFO). The function returned removes it. */
  onStatusRequest(handler: () => void): () => void;
}

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
