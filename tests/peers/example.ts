/**
 * The scripts of `examples/` as programs of their own, in the runtime in which the tests run; in Deno with the permissions
 * that their first lines name, and no more.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { ROOT } from "./lunstream.ts";
import { run, type RunOptions, type RunResult } from "./run.ts";

const IN_DENO = process.versions["deno"] !== undefined;

/** Names of the permissions that the header of an example grants in Deno, in order: `allow-net`, `allow-read`, … */
export function permissionsOf(name: string): string[] {
  const line = /^\/\/ Deno: deno run (.*)$/m.exec(readFileSync(join(ROOT, "examples", `${name}.ts`), "utf8"))?.[1];
  if (line === undefined) throw new Error(`examples/${name}.ts does not say how to run it in Deno`);
  return [...line.matchAll(/--(allow-[a-z]+)/g)].map((match) => match[1] as string);
}

/**
 * Program and arguments that start an example. `permissions` are those for Deno without their dashes, such as
 * `allow-net=127.0.0.1:3260`; they must be those of its header, with values of the test.
 */
export function exampleCommand(
  name: string,
  permissions: readonly string[],
  args: readonly string[],
): [program: string, args: string[]] {
  const granted = permissions.map((one) => one.split("=", 1)[0] as string);
  if (granted.join() !== permissionsOf(name).join()) {
    throw new Error(`examples/${name}.ts names ${permissionsOf(name).join()}, the test grants ${granted.join()}`);
  }
  if (IN_DENO) {
    const flags = permissions.map((one) => `--${one}`);
    return [
      process.execPath,
      ["run", "--quiet", "--no-prompt", "--no-check", ...flags, join(ROOT, "examples", `${name}.ts`), ...args],
    ];
  }
  const folder = join(dirname(fileURLToPath(import.meta.url)), "../../examples");
  return [process.execPath, [join(folder, `${name}.js`), ...args]];
}

/** Runs an example to its end. */
export function example(
  name: string,
  permissions: readonly string[],
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const [program, all] = exampleCommand(name, permissions, args);
  return run(program, all, { cwd: ROOT, check: true, ...options, env: { NO_COLOR: "1", ...options.env } });
}

/** An example that runs until it is told to end. */
export interface RunningExample {
  /** The first line that it printed. */
  line: string;
  /** Sends SIGTERM and gives its exit code. */
  stop(): Promise<number | null>;
}

/** Starts an example and waits for its first line. */
export async function startExample(
  name: string,
  permissions: readonly string[],
  args: readonly string[],
): Promise<RunningExample> {
  const [program, all] = exampleCommand(name, permissions, args);
  const child = spawn(program, all, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.once("close", (code: number | null) => resolve(code)));
  // Deno's child.kill() lets the exit code be forgotten.
  const kill = (signal: NodeJS.Signals): void => void process.kill(child.pid as number, signal);
  const abandon = (): void => kill("SIGKILL");
  process.once("exit", abandon);
  ended.then(() => process.removeListener("exit", abandon));
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface({ input: child.stdout }).once("line", resolve)),
    ended.then((code) =>
      Promise.reject(new Error(`examples/${name}.ts ended with ${code} before it printed anything`))
    ),
  ]);
  return {
    line,
    stop: async () => {
      kill("SIGTERM");
      return await ended;
    },
  };
}
