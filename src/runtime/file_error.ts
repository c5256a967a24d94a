import { withoutSecrets } from "../arguments.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import { causeWithout } from "./cause.ts";

const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EBADF: "it is closed, or not open for that",
  EBUSY: "it is in use",
  EDQUOT: "the disk quota is used up",
  EEXIST: "it is there already",
  EFBIG: "the file system has no files that large",
  EIO: "input/output error",
  EISDIR: "it is a directory",
  ELOOP: "too many symbolic links",
  EMFILE: "too many open files",
  ENOENT: "no such file or directory",
  ENOSPC: "no space is left on the file system",
  ENOTDIR: "a part of the path is not a directory",
  ENXIO: "no such device",
  EPERM: "operation not permitted",
  EPIPE: "the reader has closed the pipe",
  EROFS: "the file system is read-only",
};

/** The error of something that failed with a file, such as `Cannot open /x: no such file or directory`. */
export function fileError(doing: string, path: string, cause: unknown): IscsiError {
  if (cause instanceof IscsiError) return cause;
  const { code = "", message = String(cause), name } = cause as Error & { code?: string };
  const full = code === "ENOSPC" || code === "EDQUOT";
  // A malformed URL was taken for a path.
  const shown = withoutSecrets(path);
  const told = shown === path ? message : withoutSecrets(message);
  const reason = name === "NotCapable" ? `Deno does not permit it (${told})` : WORDS[code] ?? told;
  return new IscsiError(full ? ErrorCode.CopyNoSpace : ErrorCode.CopyFile, `Cannot ${doing} ${shown}: ${reason}`, {
    cause: causeWithout(path, cause),
  });
}

/** Runs `work` with a file, and turns its errors into `IscsiError`s. */
export async function failing<Result>(doing: string, path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw fileError(doing, path, error);
  }
}
