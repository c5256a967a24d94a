import type * as Fs from "node:fs";
import type * as FsPromises from "node:fs/promises";
import { AtMost } from "../async/at_most.ts";
import { failing } from "./file_error.ts";
import { openNodePipe } from "./pipe_node.ts";
import { nodeModule } from "./platform.ts";
import { fileIdentity, type FileKind, type OpenFileOptions, type PositionalFile, WRITES } from "./positional_file.ts";

/** Opens a file in Node: one handle, whose reads and writes have positions. */
export async function openNodeFile(path: string, options: OpenFileOptions): Promise<PositionalFile | "directory"> {
  const fs = nodeModule<typeof FsPromises>("node:fs/promises");
  let { mode } = options;
  if (mode !== "readwrite" && !options.exclusive) {
    const there = await fs.stat(path).catch(() => undefined);
    if (there?.isFIFO()) return await openNodePipe(path, mode === "write", options);
    // The size of a device is found by reading.
    if (there?.isBlockDevice() && mode === "write") mode = "readwrite";
  }
  const handle = await fs.open(path, flagsOf({ ...options, mode }), options.permissions);
  const stat = await handle.stat();
  if (stat.isDirectory()) {
    await handle.close();
    return "directory";
  }
  const kind = stat.isFile() ? "regular" : stat.isBlockDevice() ? "block" : "stream";
  return new NodeFile(path, kind, fileIdentity(stat, kind), handle);
}

function flagsOf({ mode, create, truncate, exclusive }: OpenFileOptions): number {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_EXCL } = nodeModule<typeof Fs>("node:fs").constants;
  const access = mode === "read" ? O_RDONLY : mode === "write" ? O_WRONLY : O_RDWR;
  return access | (create ? O_CREAT : 0) | (truncate ? O_TRUNC : 0) | (exclusive ? O_EXCL : 0);
}

class NodeFile implements PositionalFile {
  readonly path: string;
  readonly kind: FileKind;
  readonly identity: string;
  readonly #handle: FsPromises.FileHandle;
  readonly #writes = new AtMost(WRITES);
  #closing: Promise<void> | undefined;

  constructor(path: string, kind: FileKind, identity: string, handle: FsPromises.FileHandle) {
    this.path = path;
    this.kind = kind;
    this.identity = identity;
    this.#handle = handle;
  }

  get isRegular(): boolean {
    return this.kind === "regular";
  }

  async size(): Promise<number> {
    if (this.kind === "stream") return 0;
    if (this.kind === "block") return await this.#deviceSize();
    return await failing("read the size of", this.path, async () => (await this.#handle.stat()).size);
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return failing("read", this.path, async () => {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, this.#at(position));
      return bytesRead;
    });
  }

  write(buffer: Uint8Array, position: number): Promise<void> {
    return this.kind === "regular"
      ? this.#writes.run(() => this.#write(buffer, position))
      : this.#write(buffer, position);
  }

  #write(buffer: Uint8Array, position: number): Promise<void> {
    return failing("write to", this.path, async () => {
      for (let done = 0; done < buffer.length;) {
        const at = this.#at(position + done);
        done += (await this.#handle.write(buffer, done, buffer.length - done, at)).bytesWritten;
      }
    });
  }

  sync(): Promise<void> {
    return this.kind === "stream" ? Promise.resolve() : failing("flush", this.path, () => this.#handle.sync());
  }

  truncate(length: number): Promise<void> {
    return failing("set the size of", this.path, () => this.#handle.truncate(length));
  }

  close(): Promise<void> {
    return this.#closing ??= failing("close", this.path, () => this.#handle.close());
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
}
