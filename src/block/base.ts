/**
 * The part that all devices share: the public method checks its arguments, a hook does the work.
 *
 * @module
 */

import {
  booleanProblem,
  bytesProblem,
  identityProblem,
  optionsProblem,
  rangeProblem,
  signalProblem,
  wrongValue,
} from "../arguments.ts";
import { ReadPool } from "./read_pool.ts";
import { AbortError, ErrorCode, IscsiError } from "../errors.ts";
import type {
  BlockDevice,
  ChangeOptions,
  DeviceLimits,
  DeviceSupport,
  Extent,
  OperationOptions,
  WriteOptions,
} from "./device.ts";

const ZEROS = 256 * 1024;
const OPERATION_KEYS: readonly (keyof OperationOptions)[] = ["signal"];
const CHANGE_KEYS: readonly (keyof ChangeOptions)[] = ["signal", "writer"];
const WRITE_KEYS: readonly (keyof WriteOptions)[] = ["signal", "writer", "fua"];

/** An error for wrong options of a call, or undefined. Correct ones cost no allocation. */
function callProblem(options: WriteOptions, known: readonly string[]): Error | undefined {
  const problem = optionsProblem("options", options, known);
  if (problem !== undefined) return problem;
  const { signal, fua, writer } = options;
  const nobody = writer === undefined ? undefined : identityProblem("writer", writer);
  if (nobody !== undefined) return nobody;
  if (fua !== undefined && typeof fua !== "boolean") return booleanProblem("fua", fua);
  return signal === undefined ? undefined : signalProblem("signal", signal);
}

/**
 * A device whose subclasses implement hooks, named with an underscore. A hook is called with checked arguments, never with
 * a length of 0 (but {@link DeviceBase._flush}), and never after `close()`. It rejects; it does not throw.
 */
export abstract class DeviceBase implements BlockDevice {
  abstract readonly size: number;
  /** Logical block size in bytes. */
  abstract readonly blockSize: number;
  /** Whether writes are refused. */
  abstract readonly readOnly: boolean;
  /** What it can do. */
  abstract readonly supports: DeviceSupport;
  /** Sizes for fast requests, in bytes. */
  abstract readonly limits: DeviceLimits;

  readonly #pool = new ReadPool();
  #pending = 0;
  #idle: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /** Fills the whole of `buffer`. */
  protected abstract _readInto(buffer: Uint8Array, position: number, signal: AbortSignal | undefined): Promise<void>;
  /** Writes the whole of `buffer`. */
  protected abstract _write(buffer: Uint8Array, position: number, options: WriteOptions | undefined): Promise<void>;
  /** Brings acknowledged writes to the medium. */
  protected abstract _flush(signal: AbortSignal | undefined, writer: object | undefined): Promise<void>;

  /** Reads into new memory; a device that must read more than was asked can avoid a copy here. */
  protected async _read(position: number, length: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const buffer = this.memory(length);
    await this._readInto(buffer, position, signal);
    return buffer;
  }

  /** Memory for a read, of any content: what was given back, or new. */
  protected memory(length: number): Uint8Array {
    return this.#pool.take(length);
  }

  /** Gives the range back to the medium. */
  protected _discard(
    _position: number,
    _length: number,
    _signal: AbortSignal | undefined,
    _writer: object | undefined,
  ): Promise<void> {
    return Promise.reject(new IscsiError(ErrorCode.Unsupported, "This device cannot discard"));
  }

  /** Makes the range read as zeros; here by writing them. */
  protected async _writeZeroes(
    position: number,
    length: number,
    signal: AbortSignal | undefined,
    writer: object | undefined,
  ): Promise<void> {
    const zeros = new Uint8Array(Math.min(length, ZEROS));
    for (let done = 0; done < length;) {
      if (signal?.aborted) throw new AbortError(signal);
      const step = Math.min(zeros.length, length - done);
      await this._write(zeros.subarray(0, step), position + done, { signal, writer });
      done += step;
    }
  }

  /** Data and holes; here one extent of data. */
  protected _extents(position: number, length: number, _signal: AbortSignal | undefined): Promise<Extent[]> {
    return Promise.resolve([{ position, length, hole: false, zero: false }]);
  }

  /** Compares and writes as one step. Both arrays have the same length. */
  protected _compareAndWrite(
    _expected: Uint8Array,
    _data: Uint8Array,
    _position: number,
    _signal: AbortSignal | undefined,
    _writer: object | undefined,
  ): Promise<void> {
    return Promise.reject(new IscsiError(ErrorCode.Unsupported, "This device cannot compare and write"));
  }

  /** Releases what the device holds, once, when nothing is in flight any more. */
  protected _close(): Promise<void> {
    return Promise.resolve();
  }

  /** Fills the whole of `buffer` from `position` (bytes), or rejects. */
  readInto(buffer: Uint8Array, position: number, options?: OperationOptions): Promise<void> {
    const problem = bytesProblem("buffer", buffer) ?? this.#refusal(position, buffer.length, options);
    if (problem !== undefined) return Promise.reject(problem);
    if (buffer.length === 0) return Promise.resolve();
    return this.#track(this._readInto(buffer, position, options?.signal));
  }

  /** Reads exactly `length` bytes from `position` into new memory. */
  read(position: number, length: number, options?: OperationOptions): Promise<Uint8Array> {
    const problem = this.#refusal(position, length, options);
    if (problem !== undefined) return Promise.reject(problem);
    if (length === 0) return Promise.resolve(new Uint8Array(0));
    return this.#track(this._read(position, length, options?.signal));
  }

  /**
   * Takes memory back that {@link DeviceBase.read} has given, or a chunk of a read stream: nobody may use it any more but a later
   * read, of the same length. At most 16 MiB are kept.
   *
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`; `ERR_INVALID_ARG_VALUE` where it has been given back before
   */
  recycle(buffer: Uint8Array): void {
    const problem = bytesProblem("buffer", buffer);
    if (problem !== undefined) throw problem;
    if (this.#closing === undefined) this.#pool.give(buffer);
  }

  /** Writes the whole of `buffer` at `position` (bytes). The buffer must not be changed before this has settled. */
  write(buffer: Uint8Array, position: number, options?: WriteOptions): Promise<void> {
    const problem = bytesProblem("buffer", buffer) ??
      this.#refusal(position, buffer.length, options, true, WRITE_KEYS);
    if (problem !== undefined) return Promise.reject(problem);
    if (buffer.length === 0) return Promise.resolve();
    return this.#track(this._write(buffer, position, options));
  }

  /** Settles when all writes acknowledged to this writer are on the medium. */
  flush(options?: ChangeOptions): Promise<void> {
    const problem = this.#refusal(0, 0, options, false, CHANGE_KEYS);
    if (problem !== undefined) return Promise.reject(problem);
    return this.#track(this._flush(options?.signal, options?.writer));
  }

  /** Says that `length` bytes from `position` are no longer needed. */
  discard(position: number, length: number, options?: ChangeOptions): Promise<void> {
    const problem = this.#refusal(position, length, options, true, CHANGE_KEYS);
    if (problem !== undefined) return Promise.reject(problem);
    if (!this.supports.discard) {
      return Promise.reject(new IscsiError(ErrorCode.Unsupported, "This device cannot discard"));
    }
    if (length === 0) return Promise.resolve();
    return this.#track(this._discard(position, length, options?.signal, options?.writer));
  }

  /** Makes `length` bytes from `position` read as zeros. */
  writeZeroes(position: number, length: number, options?: ChangeOptions): Promise<void> {
    const problem = this.#refusal(position, length, options, true, CHANGE_KEYS);
    if (problem !== undefined) return Promise.reject(problem);
    if (length === 0) return Promise.resolve();
    return this.#track(this._writeZeroes(position, length, options?.signal, options?.writer));
  }

  /** Data and holes of `length` bytes from `position`, in order, without gaps. */
  extents(position: number, length: number, options?: OperationOptions): Promise<Extent[]> {
    const problem = this.#refusal(position, length, options);
    if (problem !== undefined) return Promise.reject(problem);
    if (length === 0) return Promise.resolve([]);
    return this.#track(this._extents(position, length, options?.signal));
  }

  /** Writes `data` at `position` if the bytes there equal `expected`, as one step. */
  compareAndWrite(
    expected: Uint8Array,
    data: Uint8Array,
    position: number,
    options?: ChangeOptions,
  ): Promise<void> {
    const problem = bytesProblem("expected", expected) ?? bytesProblem("data", data) ??
      (expected.length === data.length
        ? undefined
        : wrongValue("data", `be as long as expected, ${expected.length} bytes`, `${data.length} bytes`)) ??
      this.#refusal(position, data.length, options, true, CHANGE_KEYS);
    if (problem !== undefined) return Promise.reject(problem);
    if (!this.supports.compareAndWrite) {
      return Promise.reject(new IscsiError(ErrorCode.Unsupported, "This device cannot compare and write"));
    }
    if (data.length === 0) return Promise.resolve();
    return this.#track(this._compareAndWrite(expected, data, position, options?.signal, options?.writer));
  }

  /** Waits for what is in flight and releases the device. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#finish();
    return this.#closing;
  }

  /** The same as {@link DeviceBase.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Does what only this device can: refused after `close()`, which waits for it. */
  protected run<T>(work: () => Promise<T>, options: OperationOptions | undefined): Promise<T> {
    const problem = this.#refusal(0, 0, options);
    return problem === undefined ? this.#track(work()) : Promise.reject(problem);
  }

  #refusal(
    position: number,
    length: number,
    options: OperationOptions | undefined,
    writes = false,
    keys: readonly string[] = OPERATION_KEYS,
  ): Error | undefined {
    if (this.#closing !== undefined) return new IscsiError(ErrorCode.Closed, "The device has been closed");
    if (writes && this.readOnly) return new IscsiError(ErrorCode.ReadOnly, "The device is read-only");
    const problem = rangeProblem(this.size, position, length);
    if (problem !== undefined) return problem;
    if (options === undefined) return undefined;
    return callProblem(options, keys) ?? (options.signal?.aborted ? new AbortError(options.signal) : undefined);
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#pending++;
    work.then(this.#settled, this.#settled);
    return work;
  }

  #settled = (): void => {
    if (--this.#pending === 0) this.#idle?.();
  };

  async #finish(): Promise<void> {
    if (this.#pending > 0) await new Promise<void>((resolve) => this.#idle = resolve);
    this.#pool.clear();
    await this._close();
  }
}
