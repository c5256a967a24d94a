/**
 * What is to be done when a script ends, however it ends: programs that go on without it, gigabytes in memory.
 *
 * @module
 */

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** Exit codes as a shell has them for what these signals have ended. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const works = new Set<() => void>();

/** Does something when the process ends, also by a signal; what it gives takes that back. See {@link runScript} for errors. */
export function atEnd(work: () => void): () => void {
  if (works.size === 0) listen();
  works.add(work);
  return () => {
    works.delete(work);
    if (works.size === 0) unlisten();
  };
}

function doAll(): void {
  for (const work of works) work();
}

const onSignal = (signal: NodeJS.Signals): void => process.exit(SIGNALS[signal as keyof typeof SIGNALS]);

function listen(): void {
  process.once("exit", doAll);
  // A signal that nobody listens to ends the process without an event.
  for (const signal of Object.keys(SIGNALS)) process.once(signal, onSignal);
}

function unlisten(): void {
  process.off("exit", doAll);
  for (const signal of Object.keys(SIGNALS)) process.off(signal, onSignal);
}

/** Makes a folder in another one, and removes it when the process ends. */
export function scratchFolder(parent: string): string {
  const path = mkdtempSync(join(parent, "lunstream-"));
  atEnd(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Runs all of a script. An error that nobody catches ends Deno without an event, so that what is left to do would not be done. */
export async function runScript(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}
