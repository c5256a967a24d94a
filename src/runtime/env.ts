import { denoApi, isDeno, nodeModule } from "./platform.ts";

/** An environment variable; undefined where it is not set or the runtime does not permit to read it. Never prompts. */
export function env(name: string): string | undefined {
  if (!isDeno) return nodeModule<typeof import("node:process")>("node:process").env[name];
  const { permissions, env } = denoApi();
  return permissions.querySync({ name: "env", variable: name }).state === "granted" ? env.get(name) : undefined;
}
