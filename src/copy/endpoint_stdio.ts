import { checkShape } from "../arguments.ts";
import { standardIdentity, stdin, writeStdout } from "../runtime/mod.ts";
import type { CopySink, CopySource } from "./endpoint.ts";
import { unlessAborted } from "../async/unless_aborted.ts";

/** The two standard streams of a process. */
export interface StandardStreams {
  /** The bytes of standard input. */
  stdin(): AsyncIterator<Uint8Array>;
  /** Writes all of `bytes` to standard output, and resolves when they are taken. */
  writeStdout(bytes: Uint8Array): Promise<void>;
  /**
   * Device and inode of what standard input (0) or output (1) has been redirected to; undefined if it is not a file.
   */
  identity?(fd: 0 | 1): string | undefined;
}

const PROCESS: StandardStreams = { stdin, writeStdout, identity: standardIdentity };

/**
 * Standard input as the source of a copy.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`
 * @throws IscsiError `COPY_FILE` where standard input is closed
 */
export function stdinSource(streams: StandardStreams = PROCESS): CopySource {
  checkShape("streams", streams, "StandardStreams", { stdin: "function" });
  const input = streams.stdin();
  /** Bytes that have arrived and did not fit the caller's buffer. */
  let rest: Uint8Array = new Uint8Array(0);
  let closed = false;
  return {
    name: "standard input",
    identity: identityOf(streams, 0),
    size: undefined,
    ordered: true,
    async read(buffer: Uint8Array, _position: number, { signal }): Promise<number> {
      let length = 0;
      while (length < buffer.length) {
        if (rest.length === 0) {
          const { done, value } = await unlessAborted(input.next(), signal);
          if (done) break;
          rest = value;
        }
        const taken = Math.min(rest.length, buffer.length - length);
        buffer.set(rest.subarray(0, taken), length);
        rest = rest.subarray(taken);
        length += taken;
      }
      return length;
    },
    close(): Promise<void> {
      // Not awaited: it would wait for a pending read, which may never end.
      if (!closed) input.return?.()?.catch(() => {});
      closed = true;
      return Promise.resolve();
    },
  };
}

/** Standard output as the destination of a copy. @throws TypeError `ERR_INVALID_ARG_TYPE` */
export function stdoutSink(streams: StandardStreams = PROCESS): CopySink {
  checkShape("streams", streams, "StandardStreams", { writeStdout: "function" });
  return {
    name: "standard output",
    identity: identityOf(streams, 1),
    capacity: Infinity,
    ordered: true,
    write: (buffer, _position, { signal }) => unlessAborted(streams.writeStdout(buffer), signal),
    finish: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/**
 * The identity that the file would have by its path, so that a copy does not truncate a file it reads by redirection.
 */
function identityOf(streams: StandardStreams, fd: 0 | 1): string | undefined {
  const identity = streams.identity?.(fd);
  return identity === undefined ? undefined : `file ${identity}`;
}
