/**
 * The two ends of a copy as the engine sees them.
 *
 * @module
 */

import type { IscsiSession } from "../client/iscsi_session.ts";

/** Options of one read or write of an end. */
export interface EndpointOperation {
  /** Aborts it. */
  signal: AbortSignal;
}

/** Where the bytes of a copy come from. */
export interface CopySource {
  /** What to call it in messages; never with credentials. */
  readonly name: string;
  /** Equal for two ends that are the same place; undefined where that cannot be. */
  readonly identity: string | undefined;
  /** The session behind it, if it is a LUN: for its events. */
  readonly session?: IscsiSession | undefined;
  /** Bytes that it has; undefined where only its end will tell. */
  readonly size: number | undefined;
  /** Whether it can only be read in order, one read at a time: a pipe. */
  readonly ordered: boolean;
  /** Preferred size of a request in bytes; undefined if there is none. */
  readonly requestSize?: number | undefined;
  /** Fills `buffer` from `position`, and resolves with the number of bytes: fewer than its length only at the end. */
  read(buffer: Uint8Array, position: number, operation: EndpointOperation): Promise<number>;
  /** Releases what it holds, and waits for what is in flight. Idempotent. */
  close(): Promise<void>;
}

/** Where the bytes of a copy go. */
export interface CopySink {
  /** What to call it in messages; never with credentials. */
  readonly name: string;
  /** Equal for two ends that are the same place; undefined where that cannot be. */
  readonly identity: string | undefined;
  /** The session behind it, if it is a LUN: for its events. */
  readonly session?: IscsiSession | undefined;
  /** Bytes that it can hold; `Infinity` if that is not known beforehand. */
  readonly capacity: number;
  /** Whether it can only be written in order, one write at a time: a pipe. */
  readonly ordered: boolean;
  /** Preferred size of a request in bytes; undefined if there is none. */
  readonly requestSize?: number | undefined;
  /** Whether it is as it was until the copy is done, and nothing is kept of one that fails. Default: false. */
  readonly whole?: boolean | undefined;
  /** Makes it ready, called once before the first write and after all checks: a file loses what it had. */
  begin?(): Promise<void>;
  /** Writes all of `buffer` at `position`. */
  write(buffer: Uint8Array, position: number, operation: EndpointOperation): Promise<void>;
  /** Settles when all that was written is safe: on the medium, or with the reader of the pipe. */
  finish(operation: EndpointOperation): Promise<void>;
  /** Releases what it holds, and waits for what is in flight. Idempotent. */
  close(): Promise<void>;
}
