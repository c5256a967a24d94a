import {
  onInterrupt,
  onStatusRequest,
  standardIsClosed,
  stderrIsTerminal,
  writeStderr,
  writeStdout,
} from "../runtime/mod.ts";

/** What a command uses of the process, besides LUNs and files. Tests pass one of their own. */
export interface CliIo {
  /**
   * Writes text to standard output, and resolves when it is taken.
   *
   * @param options `needed: false`: a standard output that seems to be closed is no error
   * @throws OutputEnded where its reader has gone; IscsiError `COPY_FILE`, `COPY_NO_SPACE` where it cannot be taken
   */
  out(text: string, options?: { needed: boolean }): Promise<void>;
  /** Writes text to standard error. */
  error(text: string): void;
  /** Whether standard error is a terminal. */
  readonly terminal: boolean;
  /** Calls the handler on SIGINT and SIGTERM. The function returned removes it. */
  onInterrupt(handler: (signal: "SIGINT" | "SIGTERM") => void): () => void;
  /** Calls the handler when the user asks for progress (SIGUSR1, SIGINFO). The function returned removes it. */
  onStatusRequest(handler: () => void): () => void;
}

/** The reader of our text has gone (`| head -1`): nobody is left who wants more, and nothing is to be said about it. */
export class OutputEnded extends Error {}

async function writeText(bytes: Uint8Array, needed: boolean): Promise<void> {
  // Whoever discards both, as a supervisor of services does, means it.
  if (standardIsClosed(1) && (!needed || standardIsClosed(2))) return;
  try {
    await writeStdout(bytes);
  } catch (error) {
    if ((error as { cause?: { code?: unknown } }).cause?.code === "EPIPE") throw new OutputEnded();
    throw error;
  }
}

export function processIo(): CliIo {
  const encoder = new TextEncoder();
  return {
    out: (text, { needed } = { needed: true }) => writeText(encoder.encode(text), needed),
    error: writeStderr,
    terminal: stderrIsTerminal(),
    onInterrupt,
    onStatusRequest,
  };
}
