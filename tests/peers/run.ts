/**
 * Runs a program to its end and collects what it prints.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import process from "node:process";

/** Options of {@link run}. */
export interface RunOptions {
  /** Bytes for its standard input; empty where absent. */
  input?: string | Uint8Array | undefined;
  /** Variables set on top of our own environment; undefined removes one. */
  env?: Record<string, string | undefined> | undefined;
  /** Its working folder. */
  cwd?: string | undefined;
  /** Time limit in milliseconds, after which it is killed and the promise rejects; 60,000 where absent. */
  timeout?: number | undefined;
  /** Rejects where the program ends with another code than 0. */
  check?: boolean | undefined;
  /** Called with the process as soon as it has started, for instance to send a signal. */
  started?: ((child: { pid: number; kill(signal: NodeJS.Signals): boolean }) => void) | undefined;
}

/** How a program ended. */
export interface RunResult {
  /** Exit code; 128 + the number of the signal is not used: see `signal`. -1 where a signal ended it. */
  code: number;
  /** Name of the signal that ended it. */
  signal: string | undefined;
  /** Standard output as UTF-8. */
  stdout: string;
  /** Standard error as UTF-8. */
  stderr: string;
  /** Standard output as it came. */
  stdoutBytes: Uint8Array;
}

/** Runs a program with arguments (no shell). Rejects where it cannot be started, or runs past its time limit. */
export function run(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> {
  const timeout = options.timeout ?? 60_000;
  const env: Record<string, string | undefined> = { ...process.env, ...options.env };
  for (const name of Object.keys(env)) if (env[name] === undefined) delete env[name];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { cwd: options.cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    const out: Uint8Array[] = [];
    const err: Uint8Array[] = [];
    const line = [command, ...args].join(" ");
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeout);
    child.on("error", (error: Error) => {
      clearTimeout(timer);
      reject(new Error(`Could not start ${line}: ${error.message}`, { cause: error }));
    });
    child.on("spawn", () => {
      options.started?.({ pid: child.pid as number, kill: (signal) => child.kill(signal) });
    });
    child.stdout.on("data", (bytes: Uint8Array) => out.push(bytes));
    child.stderr.on("data", (bytes: Uint8Array) => err.push(bytes));
    // A program that does not read its input closes the pipe: that is no failure of ours.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    child.on("close", (code: number | null, signal: string | null) => {
      clearTimeout(timer);
      const bytes = Buffer.concat(out);
      const stderr = Buffer.concat(err).toString("utf8");
      const stdout = bytes.toString("utf8");
      if (late) return reject(new Error(`${line} ran longer than ${timeout} ms\n${stdout}${stderr}`));
      const result: RunResult = {
        code: code ?? -1,
        signal: signal ?? undefined,
        stdout,
        stderr,
        stdoutBytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length),
      };
      if (options.check === true && result.code !== 0) {
        return reject(new Error(`${line} ended with ${signal ?? code}\n${stdout}${stderr}`));
      }
      resolve(result);
    });
  });
}
