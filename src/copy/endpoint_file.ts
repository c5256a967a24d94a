import { checkBoolean, checkKeys, checkSignal, checkString, optional } from "../arguments.ts";
import {
  openFile,
  type OpenFileOptions,
  type PositionalFile,
  replaceFile,
  type Replacement,
  requireStandard,
} from "../runtime/mod.ts";
import type { CopySink, CopySource, EndpointOperation } from "./endpoint.ts";
import { unlessAborted } from "../async/unless_aborted.ts";

/** Options of opening a file as an end of a copy. */
export interface FileEndpointOptions {
  /** Ends the wait for the other end of a named pipe. */
  signal?: AbortSignal | undefined;
}

/**
 * Opens a file, a block device or a named pipe as the source of a copy.
 *
 * @throws IscsiError `COPY_FILE`, `ABORT_ERR`
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
export async function fileSource(path: string, options: FileEndpointOptions = {}): Promise<CopySource> {
  check(path, options);
  requireStandard(path, "read");
  const file = await open(path, { mode: "read" }, options.signal);
  const pipe = new Pipe(file);
  try {
    const size = await file.size();
    // Files of /proc have bytes but report a size of 0: only their end tells how many.
    const ordered = file.kind === "stream" || size === 0 && await file.read(new Uint8Array(1), 0) > 0;
    return {
      name: path,
      identity: identityOf(file),
      size: ordered ? undefined : size,
      ordered,
      read: (buffer, position, operation) => pipe.wait(readFully(file, buffer, position), operation),
      close: () => pipe.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readFully(file: PositionalFile, buffer: Uint8Array, position: number): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const more = await file.read(length === 0 ? buffer : buffer.subarray(length), position + length);
    if (more === 0) break;
    length += more;
  }
  return length;
}

/** Options of {@link fileSink}. */
export interface FileSinkOptions extends FileEndpointOptions {
  /**
   * Writes into a regular file that is there, instead of replacing it by a new one when the copy is done.
   *
   * @default false
   */
  inPlace?: boolean | undefined;
}

/**
 * Opens a file as the destination of a copy.
 *
 * A regular file is written under the name `NAME.part` beside it (or another one ending in `.part` where that is taken),
 * and gets its own name when the copy is done and on the medium. Until then a file that is there stays as it is, and if
 * the copy fails, closing the sink removes what was written. The new file has the permissions of the old one, and its
 * owner where the system allows that; a symbolic link stays and leads to the new file; other hard links of the old file
 * keep the old contents. Deno needs the permissions to read and write the folder for that.
 *
 * A block device, a character device and a named pipe are written in place, as is a regular file with `inPlace`: that
 * is truncated when the copy begins and written in order, so that it has no gaps if the copy is interrupted.
 *
 * @throws IscsiError `COPY_FILE`, `COPY_NO_SPACE`, `ABORT_ERR`
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
export async function fileSink(path: string, options: FileSinkOptions = {}): Promise<CopySink> {
  check(path, options, ["inPlace"]);
  const inPlace = optional(checkBoolean, "inPlace", options.inPlace) ?? false;
  requireStandard(path, "write to");
  const replacement = inPlace ? undefined : await replaceFile(path);
  return replacement === undefined ? await sinkInPlace(path, options.signal) : replacingSink(path, replacement);
}

function replacingSink(path: string, replacement: Replacement): CopySink {
  const { file, identity } = replacement;
  return {
    name: path,
    identity: identity === undefined ? undefined : `file ${identity}`,
    capacity: Infinity,
    ordered: false,
    // What fails after that does not undo it.
    get whole(): boolean {
      return !replacement.inPlace;
    },
    write: (buffer, position) => file.write(buffer, position),
    finish: ({ signal }) => replacement.commit(signal),
    close: () => replacement.discard(),
  };
}

async function sinkInPlace(path: string, signal: AbortSignal | undefined): Promise<CopySink> {
  const file = await open(path, { mode: "write", create: true }, signal);
  const pipe = new Pipe(file);
  try {
    return {
      name: path,
      identity: identityOf(file),
      capacity: file.kind === "block" ? await file.size() : Infinity,
      ordered: file.kind !== "block",
      begin: () => file.isRegular ? file.truncate(0) : Promise.resolve(),
      write: (buffer, position, operation) => pipe.wait(file.write(buffer, position), operation),
      finish: () => file.sync(),
      close: () => pipe.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function check(path: unknown, options: FileEndpointOptions, more: readonly string[] = []): void {
  checkString("path", path);
  checkKeys("options", options, ["signal", ...more]);
  checkSignal("signal", options.signal);
}

/** Opens a file. Opening a named pipe waits for somebody at its other end, and cannot be cancelled. */
async function open(path: string, options: OpenFileOptions, signal: AbortSignal | undefined): Promise<PositionalFile> {
  const opening = openFile(path, { ...options, signal });
  try {
    return await unlessAborted(opening, signal);
  } catch (error) {
    if (signal?.aborted) opening.then((file) => file.close()).catch(() => {});
    throw error;
  }
}

/** The part of a file that may be a pipe: its reads and writes may wait for ever. */
class Pipe {
  readonly #file: PositionalFile;
  #left = false;

  constructor(file: PositionalFile) {
    this.#file = file;
  }

  /** The work, or for a pipe the abort, whichever comes first. */
  async wait<Value>(work: Promise<Value>, { signal }: EndpointOperation): Promise<Value> {
    if (this.#file.kind !== "stream") return await work;
    try {
      return await unlessAborted(work, signal);
    } catch (error) {
      this.#left ||= signal.aborted;
      throw error;
    }
  }

  /** Closes the file. A pending read or write is not waited for. */
  async close(): Promise<void> {
    const closing = this.#file.close();
    if (this.#left) closing.catch(() => {});
    else await closing;
  }
}

function identityOf(file: PositionalFile): string | undefined {
  return file.kind === "stream" ? undefined : `file ${file.identity}`;
}
