import { withoutSecrets } from "../arguments.ts";

/**
 * The system's error as the cause of another one. Its message and its members repeat the text that was passed, a path or
 * a host: where that may have a secret in it, only the name and the code are kept.
 */
export function causeWithout(text: string, cause: unknown): unknown {
  if (withoutSecrets(text) === text) return cause;
  const { name, code } = (cause ?? {}) as { name?: string; code?: string };
  return Object.assign(new Error(code ?? name ?? "unknown"), { code });
}
