import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { CliIo } from "../../../src/cli/main.ts";
import { main } from "../../../src/cli/main.ts";

/** An io that keeps what was written, and whose signals the test sends. */
export class FakeIo implements CliIo {
  stdout = "";
  stderr = "";
  terminal = false;
  /** Called with what was written to standard error. */
  onError: (text: string) => void = () => {};
  readonly #interrupts = new Set<(signal: "SIGINT" | "SIGTERM") => void>();
  readonly #requests = new Set<() => void>();

  out(text: string): Promise<void> {
    this.stdout += text;
    return Promise.resolve();
  }
  error(text: string): void {
    this.stderr += text;
    this.onError(text);
  }
  onInterrupt(handler: (signal: "SIGINT" | "SIGTERM") => void): () => void {
    this.#interrupts.add(handler);
    return () => this.#interrupts.delete(handler);
  }
  onStatusRequest(handler: () => void): () => void {
    this.#requests.add(handler);
    return () => this.#requests.delete(handler);
  }
  interrupt(signal: "SIGINT" | "SIGTERM"): void {
    for (const handler of this.#interrupts) handler(signal);
  }
  /** Returns how many were there to hear it. */
  requestStatus(): number {
    for (const handler of this.#requests) handler();
    return this.#requests.size;
  }
  get listeners(): number {
    return this.#interrupts.size + this.#requests.size;
  }
}

/** Runs a command line in this process. */
export async function cli(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const io = new FakeIo();
  const code = await main(argv, io);
  if (io.listeners > 0) throw new Error("A handler of signals was left behind");
  return { code, stdout: io.stdout, stderr: io.stderr };
}

/** A folder for the files of a test; `remove()` when done. */
export function scratch(): { path(name: string): string; folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "lunstream-cli-"));
  return {
    folder,
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Credentials of the environment would change what the tests see. */
export function withoutCredentials(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("LIBISCSI_")) delete process.env[name];
}

/** Runs the work with a standard error that is a terminal, and gives what is written there to the test. */
export async function onTerminal(write: (text: string) => void, work: () => Promise<void>): Promise<void> {
  const { stderr } = process;
  const changes = { isTTY: true, write: (text: string) => (write(text), true) };
  const before = new Map(Object.keys(changes).map((name) => [name, Object.getOwnPropertyDescriptor(stderr, name)]));
  for (const [name, value] of Object.entries(changes)) {
    Object.defineProperty(stderr, name, { value, configurable: true, writable: true });
  }
  try {
    await work();
  } finally {
    for (const [name, descriptor] of before) {
      delete (stderr as unknown as Record<string, unknown>)[name];
      if (descriptor !== undefined) Object.defineProperty(stderr, name, descriptor);
    }
  }
}
