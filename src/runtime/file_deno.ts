import { AtMost } from "../async/at_most.ts";
import { failing } from "./file_error.ts";
import { denoApi, type DenoFile } from "./platform.ts";
import { fileIdentity, type FileKind, type OpenFileOptions, type PositionalFile, WRITES } from "./positional_file.ts";

/** Most open handles of one file, and so most requests in flight. */
const HANDLES = 8;
const SEEK_START = 0;
const SEEK_END = 2;

/**
 * Opens a file in Deno. A handle there has a cursor and no positions, so a file gets several handles, each used by one request at a
 * time. (The runtime's `node:fs` has positions, but writes without leaving the thread: nothing else runs meanwhile, and a write to a
 * pipe that nobody reads stops the program.)
 */
export async function openDenoFile(path: string, options: OpenFileOptions): Promise<PositionalFile | "directory"> {
  const { create = false, truncate = false, exclusive = false, permissions } = options;
  const access = { read: options.mode !== "write", write: options.mode !== "read" };
  const createNew = create && exclusive;
  const making = {
    createNew,
    create: create && !createNew,
    ...(permissions === undefined ? {} : { mode: permissions }),
  };
  const handle = await denoApi().open(path, { ...access, truncate, ...making });
  const stat = await handle.stat();
  if (stat.isDirectory) {
    handle.close();
    return "directory";
  }
  const kind = stat.isFile ? "regular" : stat.isBlockDevice ? "block" : "stream";
  return new MultiHandleFile(path, kind, handle, fileIdentity(stat, kind), access);
}

class MultiHandleFile implements PositionalFile {
  readonly path: string;
  readonly kind: FileKind;
  readonly identity: string;
  readonly #access: { read: boolean; write: boolean };
  readonly #first: DenoFile;
  readonly #all: DenoFile[];
  readonly #free: DenoFile[];
  readonly #waiting: ((handle: DenoFile) => void)[] = [];
  readonly #writes = new AtMost(WRITES);
  /** Handles that are open or being opened; `HANDLES` once no more can be opened. */
  #count = 1;
  #closed = false;

  constructor(
    path: string,
    kind: FileKind,
    handle: DenoFile,
    identity: string,
    access: { read: boolean; write: boolean },
  ) {
    this.path = path;
    this.kind = kind;
    this.identity = identity;
    this.#access = access;
    this.#first = handle;
    this.#all = [handle];
    this.#free = [handle];
  }

  get isRegular(): boolean {
    return this.kind === "regular";
  }

  size(): Promise<number> {
    if (this.kind === "stream") return Promise.resolve(0);
    return this.#with("read the size of", async (handle) => {
      // The end of a file of /proc cannot be sought; that of a device is in no `stat`.
      return this.kind === "block" ? await handle.seek(0, SEEK_END) : (await handle.stat()).size;
    });
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return this.#with("read", async (handle) => {
      this.#seek(handle, position);
      return await handle.read(buffer) ?? 0;
    });
  }

  write(buffer: Uint8Array, position: number): Promise<void> {
    return this.kind === "regular"
      ? this.#writes.run(() => this.#write(buffer, position))
      : this.#write(buffer, position);
  }

  #write(buffer: Uint8Array, position: number): Promise<void> {
    return this.#with("write to", async (handle) => {
      this.#seek(handle, position);
      for (let done = 0; done < buffer.length;) {
        done += await handle.write(done === 0 ? buffer : buffer.subarray(done));
      }
    });
  }

  sync(): Promise<void> {
    return this.kind === "stream" ? Promise.resolve() : failing("flush", this.path, () => this.#first.sync());
  }

  truncate(length: number): Promise<void> {
    return failing("set the size of", this.path, () => this.#first.truncate(length));
  }

  close(): Promise<void> {
    if (!this.#closed) { for (const handle of this.#all) handle.close(); }
    this.#closed = true;
    return Promise.resolve();
  }

  #seek(handle: DenoFile, position: number): void {
    if (this.kind !== "stream") handle.seekSync(position, SEEK_START);
  }

  #with<Result>(doing: string, work: (handle: DenoFile) => Promise<Result>): Promise<Result> {
    return failing(doing, this.path, async () => {
      const handle = this.#free.pop() ?? await this.#another();
      try {
        return await work(handle);
      } finally {
        const next = this.#waiting.shift();
        if (next === undefined) this.#free.push(handle);
        else next(handle);
      }
    });
  }

  /** A handle when none is free: a new one if the limit allows, else the next one to be given back. */
  async #another(): Promise<DenoFile> {
    if (this.kind !== "stream" && this.#count < HANDLES) {
      this.#count++;
      const handle = await this.#open();
      if (handle !== undefined) return handle;
      this.#count = HANDLES;
    }
    return this.#free.pop() ?? await new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Opens the file once more. Undefined where that is not possible, or the path leads to another file by now. */
  async #open(): Promise<DenoFile | undefined> {
    let handle: DenoFile;
    try {
      handle = await denoApi().open(this.path, this.#access);
    } catch {
      return undefined;
    }
    const identity = fileIdentity(await handle.stat(), this.kind);
    if (this.#closed || identity !== this.identity) {
      handle.close();
      return undefined;
    }
    this.#all.push(handle);
    return handle;
  }
}
