/**
 * Scripts that need a process of their own, in the runtime of the tests: they tell what they see in lines of JSON.
 *
 * @module
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";

/** True in Deno. */
export const inDeno: boolean = process.versions["deno"] !== undefined;

/** How to run a script. */
export interface OwnProcessOptions {
  /** Arguments of the script. */
  args?: string[] | undefined;
  /** Gives the script `gc()`. */
  gc?: boolean | undefined;
  /** A program and its arguments that start the runtime, such as `ip netns exec`. */
  prefix?: string[] | undefined;
}

/** A running script whose messages are of type `T`. */
export interface OwnProcess<T> {
  /** What it has said. */
  messages: T[];
  /** Resolves when it says something of the kind; rejects when it ends before. */
  until(wanted: (message: T) => boolean): Promise<void>;
  /** Its exit code, -1 for a signal. */
  ended: Promise<number>;
  /** Ends it. */
  kill(): void;
}

/** Runs a script. `path` is where it is for this runtime. */
export function ownProcess<T>(path: string, options: OwnProcessOptions = {}): OwnProcess<T> {
  const gc = options.gc === true ? [inDeno ? "--v8-flags=--expose-gc" : "--expose-gc"] : [];
  const runtime = inDeno
    ? [process.execPath, "run", "-A", "--no-prompt", ...gc, path]
    : [process.execPath, ...gc, path];
  const [program = "", ...args] = [...options.prefix ?? [], ...runtime, ...options.args ?? []];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  const messages: T[] = [];
  const waiting: { wanted: (message: T) => boolean; resolve: () => void }[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message = JSON.parse(line) as T;
    messages.push(message);
    for (const one of waiting) if (one.wanted(message)) one.resolve();
  });
  const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
  return {
    messages,
    ended,
    kill: () => void child.kill("SIGKILL"),
    until: (wanted) =>
      Promise.race([
        new Promise<void>((resolve) => messages.some(wanted) ? resolve() : void waiting.push({ wanted, resolve })),
        ended.then((code) => Promise.reject(new Error(`${path} ended with ${code}: ${JSON.stringify(messages)}`))),
      ]),
  };
}

/** From inside of a script: tells the test something. */
export function tell(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
