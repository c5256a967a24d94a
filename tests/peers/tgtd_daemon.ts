/**
 * One tgtd process: started in the foreground, watched, and ended.
 *
 * @module
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { findProgram } from "./peer.ts";
import { run } from "./run.ts";

/** A running daemon. */
export interface TgtdDaemon {
  /** Its process id. */
  readonly pid: number;
  /** Runs tgtadm on it. */
  adm(...args: string[]): Promise<string>;
  /** Sends it a signal. */
  kill(signal: NodeJS.Signals): void;
  /** What it has printed so far. */
  log(): string;
  /** Ends it. Idempotent. */
  stop(): Promise<void>;
}

/** tgtadm takes control channels up to here (a 16-bit signed number). */
const LAST_CHANNEL = 32_000;
const START_TIME_MS = 15_000;

/** The socket of a control channel and its lock file. */
export function socketPaths(channel: number): [string, string] {
  const socket = `/var/run/tgtd/socket.${channel}`;
  return [socket, `${socket}.lock`];
}

/** A control channel that no other instance uses, as far as one can see. tgtd itself refuses one that is in use. */
function freeChannel(): number {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const channel = 1 + (process.pid * 31 + Math.floor(Math.random() * LAST_CHANNEL)) % LAST_CHANNEL;
    if (!socketPaths(channel).some((path) => existsSync(path))) return channel;
  }
  throw new Error("Found no free control channel for tgtd");
}

function program(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed (Debian package tgt)`);
  return path;
}

/**
 * A shell that ends the daemon and removes its files when our end of its standard input closes without a word:
 * that is when the test process has ended, killed or not.
 */
function watchdog(pid: number, files: string[]): ChildProcess {
  const script = 'read -r word; [ "$word" = over ] && exit 0; kill -9 "$0" 2>/dev/null; rm -rf "$@"';
  const child = spawn("sh", ["-c", script, String(pid), ...files], {
    stdio: ["pipe", "ignore", "ignore"],
    // Outlives a signal to the process group of the test.
    detached: true,
  });
  child.stdin?.on("error", () => {});
  child.unref();
  return child;
}

/** Starts tgtd. Rejects where it ends, does not listen at every host, or is not ready in time. */
export async function startDaemon(options: { hosts: string[]; port: number; folder: string }): Promise<TgtdDaemon> {
  const { hosts, port, folder } = options;
  const tgtadm = program("tgtadm");
  const channel = freeChannel();
  const files = socketPaths(channel);
  const portals = hosts.map((host) => `${host.includes(":") ? `[${host}]` : host}:${port}`);
  const args = ["-f", "-C", String(channel), "--iscsi", portals.map((portal) => `portal=${portal}`).join(",")];
  const child = spawn(program("tgtd"), args, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (bytes: Uint8Array) => log = (log + new TextDecoder().decode(bytes)).slice(-65_536));
  }
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", (error: Error) => {
      log += `${error.message}\n`;
      resolve();
    });
  });
  let over = false;
  ended.then(() => over = true);
  const pid = child.pid;
  if (pid === undefined) {
    await ended;
    throw new Error(`tgtd could not be started: ${log}`);
  }
  const dog = watchdog(pid, [...files, folder]);

  // Deno's child.kill() sends one signal and then no other.
  const kill = (signal: NodeJS.Signals): void => {
    if (over) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      // It has ended, and we have not been told yet.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };

  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      // tgtd does not end at SIGTERM while it has targets.
      kill("SIGKILL");
      await ended;
      for (const file of files) rmSync(file, { force: true });
      dog.stdin?.end("over\n");
    })();
    return stopping;
  };
  const adm = async (...args: string[]): Promise<string> => {
    const line = ["-C", String(channel), "--lld", "iscsi", ...args];
    return (await run(tgtadm, line, { check: true, timeout: 20_000 })).stdout;
  };

  const deadline = Date.now() + START_TIME_MS;
  // tgtadm waits for ever where the socket exists and nobody answers, hence the limit in adm().
  for (;;) {
    if (over) {
      await stop();
      throw new Error(`tgtd ended at its start: ${log}`);
    }
    if (existsSync(files[0])) {
      const shown = await adm("--op", "show", "--mode", "portal").catch(() => "");
      if (portals.every((portal) => shown.includes(`${portal},`))) break;
      // tgtd goes on without a portal that it could not bind.
      if (log.includes("failed to create/bind")) {
        await stop();
        throw new Error(`tgtd cannot listen at ${portals.join(", ")}: ${log}`);
      }
    }
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`tgtd was not ready after ${START_TIME_MS} ms: ${log}`);
    }
    await wait(20);
  }
  return { pid, adm, kill, log: () => log, stop };
}
