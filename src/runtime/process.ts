import type * as Process from "node:process";
import { nodeModule } from "./platform.ts";

const proc = (): typeof Process => nodeModule<typeof Process>("node:process");

/** A signal that asks a program to end. */
export type Interrupt = "SIGINT" | "SIGTERM";

/** The arguments of the command line, without the program. */
export function args(): string[] {
  return proc().argv.slice(2);
}

/** Ends the process now, with a status of 0 to 255. */
export function exit(code: number): never {
  return proc().exit(code);
}

/** Calls `handler` on SIGINT and SIGTERM instead of ending the process. The function returned removes it. */
export function onInterrupt(handler: (signal: Interrupt) => void): () => void {
  return listen(["SIGINT", "SIGTERM"], handler);
}

/** Calls `handler` when the user asks for progress: SIGUSR1, and SIGINFO where the system has it. */
export function onStatusRequest(handler: () => void): () => void {
  const { platform } = proc();
  if (platform === "win32") return () => {};
  return listen(platform === "linux" ? ["SIGUSR1"] : ["SIGUSR1", "SIGINFO"], handler);
}

function listen<Name extends NodeJS.Signals>(names: Name[], handler: (signal: Name) => void): () => void {
  const process = proc();
  const listeners = names.map((name) => [name, (): void => handler(name)] as const);
  for (const [name, listener] of listeners) process.on(name, listener);
  return () => {
    for (const [name, listener] of listeners) process.off(name, listener);
  };
}
