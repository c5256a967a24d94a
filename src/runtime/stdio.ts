import type * as Fs from "node:fs";
import type * as Net from "node:net";
import type * as Path from "node:path";
import type * as Process from "node:process";
import { ErrorCode, IscsiError } from "../errors.ts";
import { fileError } from "./file_error.ts";
import { denoApi, isDeno, nodeModule } from "./platform.ts";
import { fileIdentity } from "./positional_file.ts";

/** Size of the reads from standard input, in bytes: a pipe of Linux holds 64 KiB. */
const INPUT = 65536;

const proc = (): typeof Process => nodeModule<typeof Process>("node:process");

/**
 * The bytes of standard input. Chunks do not share memory. Ending the iteration early closes standard input.
 *
 * @throws IscsiError `COPY_FILE`, at once where it is closed
 */
export function stdin(): AsyncGenerator<Uint8Array, void, void> {
  requireStandard("/dev/stdin", "read");
  return input();
}

async function* input(): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* isDeno ? denoInput() : nodeInput();
  } catch (error) {
    throw fileError("read", "standard input", error);
  }
}

async function* denoInput(): AsyncGenerator<Uint8Array, void, void> {
  const { stdin } = denoApi();
  while (true) {
    const buffer = new Uint8Array(INPUT);
    const length = await stdin.read(buffer);
    if (length === null) return;
    yield buffer.subarray(0, length);
  }
}

async function* nodeInput(): AsyncGenerator<Uint8Array, void, void> {
  const fs = nodeModule<typeof Fs>("node:fs");
  const stat = fs.fstatSync(0);
  const known = stat.isFIFO() || stat.isSocket() || stat.isCharacterDevice();
  // For what it does not know, such as a block device or a folder, the stream of Node has no bytes and no error.
  const input = known ? proc().stdin : fs.createReadStream("", { fd: 0, autoClose: false });
  yield* input as AsyncIterable<Uint8Array>;
}

/**
 * Tells whether standard input (0) or output (1) is the same file as another one, as `PositionalFile.identity` does. Undefined where
 * it is neither a regular file nor a block device.
 */
export function standardIdentity(fd: 0 | 1): string | undefined {
  try {
    const stat = nodeModule<typeof Fs>("node:fs").fstatSync(fd);
    if (stat.isBlockDevice()) return fileIdentity(stat, "block");
    return stat.isFile() ? fileIdentity(stat, "regular") : undefined;
  } catch {
    return undefined; // It is closed: the next read or write rejects.
  }
}

/** Whether a standard stream seems to have been closed when the program began, by its descriptor. */
const seemsClosed = new Map<0 | 1 | 2, boolean>();

/**
 * Whether standard input (0), output (1) or error (2) has been closed (`>&-` in a shell). Both runtimes put `/dev/null` in
 * the place of such a stream before the program begins, open for reading too; a program that passes such a `/dev/null`
 * on purpose cannot be told from that. Only Linux tells how it is open; false elsewhere.
 */
export function standardIsClosed(fd: 0 | 1 | 2): boolean {
  let closed = seemsClosed.get(fd);
  if (closed === undefined) seemsClosed.set(fd, closed = isClosed(fd));
  return closed;
}

function isClosed(fd: 0 | 1 | 2): boolean {
  const fs = nodeModule<typeof Fs>("node:fs");
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isCharacterDevice() || stat.rdev !== fs.statSync("/dev/null").rdev) return false;
    return (flagsOf(fs.readFileSync(`/proc/self/fdinfo/${fd}`, "utf8")) & ACCESS) === fs.constants.O_RDWR;
  } catch (error) {
    return (error as { code?: string }).code === "EBADF";
  }
}

/** The bits of the flags of an open file that say what it is open for. */
const ACCESS = 3;

/** The flags of an open file, as Linux reports them in `/proc`. */
function flagsOf(fdinfo: string): number {
  return Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(fdinfo)?.[1] ?? "0", 8);
}

const STANDARD = ["input", "output", "error"] as const;

/** The standard streams by the paths that lead to them. */
const STANDARD_PATHS: ReadonlyMap<string, 0 | 1 | 2> = new Map(
  ([0, 1, 2] as const).flatMap((fd) =>
    [`/dev/${["stdin", "stdout", "stderr"][fd]}`, `/dev/fd/${fd}`, `/proc/self/fd/${fd}`, `/proc/thread-self/fd/${fd}`]
      .map((path) => [path, fd] as const)
  ),
);

/**
 * Makes sure that a standard stream is there, if that is where `path` leads: a closed one would pass for an empty file when it is
 * read, and take for nothing what is written.
 *
 * @throws IscsiError `COPY_FILE` where it is closed
 */
export function requireStandard(path: string, use: "read" | "write to"): void {
  const fd = STANDARD_PATHS.get(nodeModule<typeof Path>("node:path").normalize(path));
  if (fd === undefined || !standardIsClosed(fd)) return;
  const instead = use === "read"
    ? "it is /dev/null opened for writing too (< /dev/null: nothing to read)"
    : "it is /dev/null opened for reading too (cp to null: discards)";
  throw new IscsiError(ErrorCode.CopyFile, `Cannot ${use} standard ${STANDARD[fd]}: it is closed, or ${instead}`);
}

/**
 * Writes all of `bytes` to standard output, and resolves when the system has taken them. A slow reader of a pipe makes it wait
 * without stopping anything else.
 *
 * @throws IscsiError `COPY_FILE` where it is closed or the reader has gone (with a cause whose code is `EPIPE`), `COPY_NO_SPACE` where it
 * is a file and the disk is full
 */
export async function writeStdout(bytes: Uint8Array): Promise<void> {
  requireStandard("/dev/stdout", "write to");
  try {
    for (let done = 0; done < bytes.length;) {
      const rest = done === 0 ? bytes : bytes.subarray(done);
      done += isDeno ? await writeDeno(rest) : await writeNode(rest);
    }
  } catch (error) {
    throw fileError("write to", "standard output", error);
  }
}

/** Standard output of Deno where it is a non-blocking pipe. */
let denoPipe: Net.Socket | undefined;

/**
 * `Deno.stdout` cannot wait for a full pipe that someone has made non-blocking, and keeps an unknown part of what it could not write.
 * Such a pipe is therefore written as a socket, before it is full for the first time.
 */
async function writeDeno(bytes: Uint8Array): Promise<number> {
  if (denoPipe === undefined) {
    if (!await outputIsNonBlockingPipe()) return await denoApi().stdout.write(bytes);
    denoPipe = new (nodeModule<typeof Net>("node:net").Socket)({ fd: 1, readable: false, writable: true });
    denoPipe.on("error", ignore);
  }
  const pipe = denoPipe;
  return await new Promise((resolve, reject) => {
    pipe.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
  });
}

/** As Linux reports it; false on other systems. */
async function outputIsNonBlockingPipe(): Promise<boolean> {
  const fs = nodeModule<typeof Fs>("node:fs");
  try {
    const stat = fs.fstatSync(1);
    if (!stat.isFIFO() && !stat.isSocket()) return false;
    return (flagsOf(await fs.promises.readFile("/proc/self/fdinfo/1", "utf8")) & fs.constants.O_NONBLOCK) !== 0;
  } catch {
    return false;
  }
}

/** Writes in a thread of the pool: `process.stdout` would stop the whole program while a pipe is full. */
function writeNode(bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    nodeModule<typeof Fs>("node:fs").write(1, bytes, (error, written) => {
      if (error === null) resolve(written);
      else if (error.code === "EAGAIN") writeStream(bytes).then(resolve, reject);
      else reject(error);
    });
  });
}

/** For a pipe that someone has made non-blocking: the stream of the runtime knows how to wait for it. */
function writeStream(bytes: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    const { stdout } = proc();
    // The event comes after the callback that tells of the same error, and without a listener it ends the process.
    if (!stdout.listeners("error").includes(ignore)) stdout.on("error", ignore);
    stdout.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
  });
}

/** Writes text to standard error. A closed pipe or a full disk is ignored. */
export function writeStderr(text: string): void {
  const { stderr } = proc();
  if (!stderr.listeners("error").includes(ignore)) stderr.on("error", ignore);
  try {
    stderr.write(text);
  } catch {
    // As above: a file is written to at once, and throws.
  }
}

function ignore(): void {}

/** Whether standard error is a terminal. */
export function stderrIsTerminal(): boolean {
  return proc().stderr.isTTY === true;
}

/** Standard error for what draws on a terminal. As with {@link writeStderr}, a terminal that has gone is ignored. */
interface DrawingStream {
  /** Whether it is a terminal. */
  readonly isTTY: boolean;
  /** Columns of the terminal; 80 if it is not one. */
  readonly columns: number;
  write(text: string): boolean;
}

export function stderrDrawing(): DrawingStream {
  return {
    get isTTY(): boolean {
      return stderrIsTerminal();
    },
    get columns(): number {
      return stderrColumns();
    },
    write(text: string): boolean {
      writeStderr(text);
      return true;
    },
  };
}

function stderrColumns(): number {
  return proc().stderr.columns || 80;
}
