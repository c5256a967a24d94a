/**
 * Runs the programs that the scripts need.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { atEnd } from "./at_end.ts";
import { ROOT } from "./root.ts";

/** How a program ended. */
export interface CommandResult {
  /** Exit code; -1 where a signal ended it, or it could not be started. */
  code: number;
  /** What it printed, both streams as they came. */
  output: string;
  /** True where it ran past the time limit and was ended. */
  late: boolean;
}

/** Options of {@link command}. */
export interface CommandOptions {
  /** Working folder; the repository where absent. */
  cwd?: string | undefined;
  /** Variables on top of our environment. */
  env?: Record<string, string> | undefined;
  /** Time limit in milliseconds; none where absent. */
  timeout?: number | undefined;
  /** Let it print to our own terminal instead of collecting. */
  inherit?: boolean | undefined;
}

/** Runs a program without a shell and without standard input. At the time limit it is ended with everything it started. */
export function command(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const output: string[] = [];
    const inherit = options.inherit === true;
    const child = spawn(program, [...args], {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", inherit ? "inherit" : "pipe", inherit ? "inherit" : "pipe"],
      // A process group of its own, which can be ended as a whole.
      detached: options.timeout !== undefined,
    });
    let late = false;
    const kill = (signal: "SIGTERM" | "SIGKILL"): void => {
      try {
        process.kill(-(child.pid as number), signal);
      } catch {
        child.kill(signal);
      }
    };
    const timer = options.timeout === undefined ? undefined : setTimeout(() => {
      late = true;
      kill("SIGKILL");
    }, options.timeout);
    // What is in a group of its own is reached by no Ctrl-C, and would go on without us. It may put its things in order, as apt-get does.
    const forget = timer === undefined ? undefined : atEnd(() => kill("SIGTERM"));
    const settle = (result: CommandResult): void => {
      clearTimeout(timer);
      forget?.();
      resolve(result);
    };
    const decoder = new TextDecoder();
    child.stdout?.on("data", (bytes: Uint8Array) => output.push(decoder.decode(bytes, { stream: true })));
    child.stderr?.on("data", (bytes: Uint8Array) => output.push(new TextDecoder().decode(bytes)));
    child.once("error", (error: Error) => settle({ code: -1, output: `${program}: ${error.message}\n`, late }));
    child.once("close", (code: number | null) => settle({ code: code ?? -1, output: output.join(""), late }));
  });
}

/** Runs a program, lets it print, and throws where it fails. */
export async function mustRun(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await command(program, args, options);
  if (result.code !== 0) {
    throw new Error(`${program} ${args.join(" ")} ended with ${result.code}\n${result.output}`);
  }
  return result.output;
}
