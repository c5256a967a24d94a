/**
 * Named pipes in Node, over the streams of the runtime: a read or write of `node:fs` waits for the other end in a
 * thread of the pool, cannot be cancelled, and keeps the process alive.
 *
 * @module
 */

import type * as Fs from "node:fs";
import type * as Net from "node:net";
import { delay } from "../async/delay.ts";
import { failing } from "./file_error.ts";
import { nodeModule } from "./platform.ts";
import type { FileKind, OpenFileOptions, PositionalFile } from "./positional_file.ts";

/** Milliseconds between two tries to open a pipe that nobody reads. */
const NEXT_TRY = 50;

/**
 * Opens a named pipe. For writing that waits until somebody reads.
 *
 * @throws `ABORT_ERR` where the signal ends the wait
 */
export async function openNodePipe(path: string, writes: boolean, { signal }: OpenFileOptions): Promise<NodePipe> {
  const { openSync, constants: { O_RDONLY, O_WRONLY, O_NONBLOCK } } = nodeModule<typeof Fs>("node:fs");
  while (true) {
    try {
      return new NodePipe(path, openSync(path, (writes ? O_WRONLY : O_RDONLY) | O_NONBLOCK), writes);
    } catch (error) {
      // Nobody reads.
      if ((error as { code?: string }).code !== "ENXIO") throw error;
    }
    await delay(NEXT_TRY, signal);
  }
}

class NodePipe implements PositionalFile {
  readonly path: string;
  readonly kind: FileKind = "stream";
  readonly isRegular = false;
  readonly identity: string;
  readonly #socket: Net.Socket;
  readonly #input: AsyncIterator<Uint8Array>;
  /** Bytes that have arrived and did not fit the reader's buffer. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(path: string, fd: number, writes: boolean) {
    const { dev, ino } = nodeModule<typeof Fs>("node:fs").fstatSync(fd);
    this.path = path;
    this.identity = `${dev}:${ino}`;
    this.#socket = new (nodeModule<typeof Net>("node:net").Socket)({ fd, readable: !writes, writable: writes });
    // The next read or write rejects.
    this.#socket.on("error", () => {});
    this.#input = this.#socket[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  size(): Promise<number> {
    return Promise.resolve(0);
  }

  read(buffer: Uint8Array): Promise<number> {
    return failing("read", this.path, async () => {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#input.next();
        if (done) return 0;
        this.#rest = value;
      }
      const length = Math.min(buffer.length, this.#rest.length);
      buffer.set(this.#rest.subarray(0, length));
      this.#rest = this.#rest.subarray(length);
      return length;
    });
  }

  write(buffer: Uint8Array): Promise<void> {
    return failing("write to", this.path, () =>
      new Promise((resolve, reject) => {
        this.#socket.write(buffer, (error) => error ? reject(error) : resolve());
      }));
  }

  sync(): Promise<void> {
    return Promise.resolve();
  }

  truncate(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    if (this.#socket.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.#socket.once("close", () => resolve());
      this.#socket.destroy();
    });
  }
}
