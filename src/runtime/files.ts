import type * as Fs from "node:fs";
import type * as FsPromises from "node:fs/promises";
import { fileError } from "./file_error.ts";
import { nodeModule } from "./platform.ts";

/** Options of {@link openFile}. */
export interface OpenFileOptions {
  /** What the file is opened for. */
  mode: "read" | "write" | "readwrite";
  /** Make the file where there is none. */
  create?: boolean | undefined;
  /** Cut a file that is there to no bytes. */
  truncate?: boolean | undefined;
  /** With `create`: fail where the file is there already. */
  exclusive?: boolean | undefined;
}

/** What kind of thing a path leads to: `stream` is a pipe, a terminal or a character device. */
export type FileKind = "regular" | "block" | "stream";

/** A file with reads and writes at positions, any number of them at once. Every failure is an `IscsiError`. */
export interface PositionalFile {
  /** The path it was opened by. */
  readonly path: string;
  /** What it is. */
  readonly kind: FileKind;
  /** Whether it is a regular file, which can be truncated and grows as it is written. */
  readonly isRegular: boolean;
  /** Tells whether two open files are the same one: device and inode. */
  readonly identity: string;
  /** Preferred size of a request in bytes, as the file system has it. */
  readonly blockSize: number;
  /** Size in bytes; that of the device for a block device; 0 for a stream. */
  size(): Promise<number>;
  /** Reads at `position` (ignored for a stream) and resolves with the number of bytes: 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Writes all of `buffer` at `position` (ignored for a stream). */
  write(buffer: Uint8Array, position: number): Promise<void>;
  /** Settles when all that was written is on the medium. */
  sync(): Promise<void>;
  /** Cuts or extends the file to `length` bytes. */
  truncate(length: number): Promise<void>;
  /** Closes it. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens a file, a block device, or what else has a path.
 *
 * @throws IscsiError `COPY_FILE` where it cannot be opened or is a directory, `COPY_NO_SPACE` where the file system is full
 */
export async function openFile(path: string, options: OpenFileOptions): Promise<PositionalFile> {
  const doing = options.mode === "read" ? "open" : "open for writing";
  try {
    const handle = await nodeModule<typeof FsPromises>("node:fs/promises").open(path, flagsOf(options));
    const stat = await handle.stat();
    if (stat.isDirectory()) {
      await handle.close();
      throw Object.assign(new Error("EISDIR"), { code: "EISDIR" });
    }
    const kind = stat.isFile() ? "regular" : stat.isBlockDevice() ? "block" : "stream";
    return new OpenFile(path, kind, `${stat.dev}:${stat.ino}`, stat.blksize, handle);
  } catch (error) {
    throw fileError(doing, path, error);
  }
}

function flagsOf({ mode, create, truncate, exclusive }: OpenFileOptions): number {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_EXCL } = nodeModule<typeof Fs>("node:fs").constants;
  const access = mode === "read" ? O_RDONLY : mode === "write" ? O_WRONLY : O_RDWR;
  return access | (create ? O_CREAT : 0) | (truncate ? O_TRUNC : 0) | (exclusive ? O_EXCL : 0);
}

class OpenFile implements PositionalFile {
  readonly path: string;
  readonly kind: FileKind;
  readonly identity: string;
  readonly blockSize: number;
  readonly #handle: FsPromises.FileHandle;
  #closing: Promise<void> | undefined;

  constructor(path: string, kind: FileKind, identity: string, blockSize: number, handle: FsPromises.FileHandle) {
    this.path = path;
    this.kind = kind;
    this.identity = identity;
    this.blockSize = blockSize;
    this.#handle = handle;
  }

  get isRegular(): boolean {
    return this.kind === "regular";
  }

  async size(): Promise<number> {
    if (this.kind === "stream") return 0;
    if (this.kind === "block") return await this.#deviceSize();
    return await this.#do("read the size of", async () => (await this.#handle.stat()).size);
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return this.#do("read", async () => {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, this.#at(position));
      return bytesRead;
    });
  }

  write(buffer: Uint8Array, position: number): Promise<void> {
    return this.#do("write to", async () => {
      for (let done = 0; done < buffer.length;) {
        const at = this.#at(position + done);
        done += (await this.#handle.write(buffer, done, buffer.length - done, at)).bytesWritten;
      }
    });
  }

  sync(): Promise<void> {
    return this.kind === "stream" ? Promise.resolve() : this.#do("flush", () => this.#handle.sync());
  }

  truncate(length: number): Promise<void> {
    return this.#do("set the size of", () => this.#handle.truncate(length));
  }

  close(): Promise<void> {
    return this.#closing ??= this.#do("close", () => this.#handle.close());
  }

  #at(position: number): number | null {
    return this.kind === "stream" ? null : position;
  }

  /** The size of a block device, whose `stat` says 0: the first position at which nothing can be read. */
  async #deviceSize(): Promise<number> {
    const probe = new Uint8Array(1);
    let readable = 0;
    let end = 4096;
    while (await this.read(probe, end - 1) === 1) {
      readable = end;
      end *= 2;
    }
    // Sizes of devices are multiples of 512 bytes.
    while (end - readable > 512) {
      const middle = (readable + end) / 2 - ((readable + end) / 2) % 512;
      if (await this.read(probe, middle - 1) === 1) readable = middle;
      else end = middle;
    }
    return readable;
  }

  async #do<Result>(doing: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw fileError(doing, this.path, error);
    }
  }
}
