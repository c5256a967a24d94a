import { ErrorCode } from "../errors.ts";
import type { Interrupt } from "../runtime/mod.ts";

/** The exit status of a command; 128 plus the number of the signal where one ended it. */
export const ExitCode = {
  Done: 0,
  /** The command failed. */
  Fatal: 1,
  /** The command line is wrong. */
  Usage: 2,
  /** The reader of the output has gone: as of a program that SIGPIPE has ended. */
  OutputEnded: 128 + 13,
} as const;
/** One of the values of {@link ExitCode}. */
export type ExitCode = typeof ExitCode[keyof typeof ExitCode];

const BY_CODE: Readonly<Record<string, ExitCode>> = {
  [ErrorCode.InvalidArgType]: ExitCode.Usage,
  [ErrorCode.InvalidArgValue]: ExitCode.Usage,
  [ErrorCode.OutOfRange]: ExitCode.Usage,
  [ErrorCode.UrlInvalid]: ExitCode.Usage,
  [ErrorCode.UrlUnknownKey]: ExitCode.Usage,
};

export function exitCodeOf(error: unknown): ExitCode {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" && Object.hasOwn(BY_CODE, code) ? BY_CODE[code]! : ExitCode.Fatal;
}

export function exitCodeOfSignal(signal: Interrupt): number {
  return 128 + (signal === "SIGINT" ? 2 : 15);
}

/** The text for an error: its message and code, and for an error without a code, which is a bug, its stack too. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `lunstream: ${String(error)}\n`;
  const { code } = error as { code?: unknown };
  const known = typeof code === "string" && (Object.values(ErrorCode) as string[]).includes(code);
  return `lunstream: ${known ? `${error.message} [${code}]` : error.stack ?? error.message}\n`;
}
