/**
 * A file behind HTTP as a block device, read by ranges.
 *
 * @module
 */

import type { Agent, Dispatcher } from "undici";
import { checkKeys, checkSignal, integerOption, kindOf, wrongValue } from "../arguments.ts";
import { delay } from "../async/delay.ts";
import { DeviceBase } from "../block/base.ts";
import type { BlockDevice, DeviceLimits, DeviceSupport } from "../block/mod.ts";
import { fileGeometry } from "./positional.ts";
import { AbortError, ErrorCode, IscsiError, TimeoutError, TransportError } from "../errors.ts";

/** Size of a request in bytes: large enough to keep a connection busy. */
const REQUEST = 4 * 1024 * 1024;
const RETRIES = 4;
const DELAY = 200;

/** Options of {@link httpDevice}. */
export interface HttpDeviceOptions {
  /** Headers of every request: authorization, for instance. */
  headers?: Record<string, string> | undefined;
  /**
   * Most connections, 1 to 256.
   *
   * @default 8
   */
  connections?: number | undefined;
  /**
   * Time limit in milliseconds for the headers of an answer, and between two pieces of its body.
   *
   * @default 30000
   */
  timeout?: number | undefined;
  /**
   * Tries after a lost connection, a status 429 or one of 5xx, 0 to 100. The waits between them double.
   *
   * @default 4
   */
  retries?: number | undefined;
  /** Logical block size in bytes, a power of two. Default: 512, or less where the size is no multiple of 512. */
  blockSize?: number | undefined;
  /** Aborts the opening. */
  signal?: AbortSignal | undefined;
}

/** One answer to a range request: its status, headers and body. */
type Answer = Dispatcher.ResponseData;

class HttpDevice extends DeviceBase {
  readonly readOnly = true;
  readonly supports: DeviceSupport = {
    flush: true,
    fua: false,
    discard: false,
    writeZeroes: false,
    extents: false,
    compareAndWrite: false,
  };
  readonly limits: DeviceLimits;

  constructor(
    readonly source: HttpSource,
    override readonly size: number,
    override readonly blockSize: number,
  ) {
    super();
    this.limits = { maxTransfer: REQUEST, optimalTransfer: REQUEST, physicalBlockSize: blockSize };
  }

  protected override async _readInto(buffer: Uint8Array, position: number, signal?: AbortSignal): Promise<void> {
    const parts: Promise<void>[] = [];
    for (let done = 0; done < buffer.length; done += REQUEST) {
      const part = buffer.subarray(done, Math.min(buffer.length, done + REQUEST));
      parts.push(this.source.fill(part, position + done, this.size, signal));
    }
    // All of them, so that nothing writes into the buffer any more when this settles.
    for (const result of await Promise.allSettled(parts)) if (result.status === "rejected") throw result.reason;
  }

  protected override _write(): Promise<void> {
    return Promise.reject(new IscsiError(ErrorCode.ReadOnly, "The device is read-only"));
  }

  protected override _flush(): Promise<void> {
    return Promise.resolve();
  }

  protected override async _close(): Promise<void> {
    await this.source.close();
  }
}

/** What distinguishes one version of a file from another. */
interface Version {
  /** The entity tag, weak or strong. */
  readonly tag: string | undefined;
  readonly modified: string | undefined;
}

/** Requests for ranges of one URL. */
class HttpSource {
  readonly #agent: Agent;
  readonly #url: URL;
  readonly #options: HttpDeviceOptions;
  /** Whose bytes are read. */
  #version: Version = { tag: undefined, modified: undefined };

  constructor(agent: Agent, url: URL, options: HttpDeviceOptions) {
    this.#agent = agent;
    this.#url = url;
    this.#options = options;
  }

  /** Requests one byte: the response to a range gives the whole size, and shows whether ranges work at all. */
  async probe(signal: AbortSignal | undefined): Promise<number> {
    return await this.#retrying(signal, async () => {
      const answer = await this.#request(0, 1, signal);
      this.#version = versionOf(answer);
      const total = /^bytes (?:0-0|\*)\/(\d+)$/.exec(headerOf(answer, "content-range") ?? "")?.[1];
      await answer.body.dump();
      // 416 is the answer where there is not even one byte.
      if (answer.statusCode === 416 && total === "0") return 0;
      if (answer.statusCode !== 206 || total === undefined) this.#refuse(answer, "bytes 0-0");
      const size = Number(total);
      if (!Number.isSafeInteger(size)) {
        throw new IscsiError(ErrorCode.Unsupported, `The file may have 2^53-1 bytes at most, got ${total}`);
      }
      return size;
    });
  }

  /** Fills a buffer from `position` of a file of `size` bytes. */
  async fill(buffer: Uint8Array, position: number, size: number, signal: AbortSignal | undefined): Promise<void> {
    // Bytes that have arrived are kept: a retry asks for the rest.
    let done = 0;
    await this.#retrying(signal, async () => {
      const first = position + done;
      const last = position + buffer.length - 1;
      const answer = await this.#request(first, buffer.length - done, signal);
      if (answer.statusCode !== 206 || headerOf(answer, "content-range") !== `bytes ${first}-${last}/${size}`) {
        await answer.body.dump();
        this.#refuse(answer, `bytes ${first}-${last}/${size}`);
      }
      // A server may not know If-Match, and a weak tag cannot be asked for.
      if (differ(this.#version, versionOf(answer))) {
        await answer.body.dump();
        throw changed();
      }
      for await (const chunk of answer.body) {
        const bytes = chunk as Uint8Array;
        if (bytes.length > buffer.length - done) {
          throw new IscsiError(ErrorCode.HttpBadResponse, `The server sent more than bytes ${first}-${last}`);
        }
        buffer.set(bytes, done);
        done += bytes.length;
      }
      if (done < buffer.length) {
        throw new TransportError(ErrorCode.ConnectionLost, `The server sent ${done} of ${buffer.length} bytes`);
      }
    });
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #request(first: number, length: number, signal: AbortSignal | undefined): Promise<Answer> {
    const { tag } = this.#version;
    const answer = await this.#agent.request({
      origin: this.#url.origin,
      path: this.#url.pathname + this.#url.search,
      method: "GET",
      headers: {
        "accept-encoding": "identity",
        ...this.#options.headers,
        range: `bytes=${first}-${first + length - 1}`,
        // With a strong tag the server refuses bytes of another version.
        ...(tag?.startsWith('"') ? { "if-match": tag } : {}),
      },
      ...(signal === undefined ? {} : { signal }),
    });
    const encoding = headerOf(answer, "content-encoding") ?? "identity";
    if (answer.statusCode !== 206 || encoding === "identity") return answer;
    await answer.body.dump();
    // Ranges of an encoded file are not ranges of the file.
    throw new IscsiError(ErrorCode.Unsupported, `The server must send the file as it is, it sends it as ${encoding}`);
  }

  #refuse(answer: Answer, wanted: string): never {
    const { statusCode } = answer;
    if (statusCode === 412) throw changed();
    if (statusCode === 200) {
      throw new IscsiError(ErrorCode.Unsupported, "The server must answer to range requests, it sends the whole file");
    }
    const range = headerOf(answer, "content-range") ?? "none";
    const what = `The answer must have status 206 and ${wanted}, got status ${statusCode} and range ${range}`;
    if (statusCode === 429 || statusCode >= 500) throw new TransportError(ErrorCode.ConnectFailed, what);
    throw new IscsiError(statusCode === 206 ? ErrorCode.HttpBadResponse : ErrorCode.CopyFile, what);
  }

  async #retrying<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    let left = this.#options.retries ?? RETRIES;
    for (let pause = DELAY;; pause *= 2) {
      try {
        return await work();
      } catch (reason) {
        if (signal?.aborted) throw new AbortError(signal);
        const error = translate(reason, this.#url, this.#options.timeout ?? 30_000);
        if (left-- <= 0 || !(error instanceof TransportError || error instanceof TimeoutError)) throw error;
        if (error.code === ErrorCode.HostNotFound || error.code === ErrorCode.PermissionDenied) throw error;
      }
      await delay(pause, signal);
    }
  }
}

function versionOf(answer: Answer): Version {
  return { tag: headerOf(answer, "etag"), modified: headerOf(answer, "last-modified") };
}

/** Whether two answers are of different versions: by their tags, where there are none by their dates. */
function differ(one: Version, other: Version): boolean {
  // A proxy may make a strong tag weak.
  const plain = (tag: string | undefined): string | undefined => tag?.replace(/^W\//, "");
  if (one.tag !== undefined && other.tag !== undefined) return plain(one.tag) !== plain(other.tag);
  return one.modified !== undefined && other.modified !== undefined && one.modified !== other.modified;
}

function changed(): IscsiError {
  return new IscsiError(ErrorCode.CopyFile, "The file behind the URL has changed");
}

function headerOf(answer: Answer, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Turns errors of undici and of the system into `IscsiError`s. */
function translate(reason: unknown, url: URL, timeout: number): unknown {
  if (reason instanceof IscsiError) return reason;
  const { code } = reason as { code?: string };
  const options = { cause: reason };
  const where = url.host;
  if (code === "ECONNREFUSED") {
    return new TransportError(ErrorCode.ConnectRefused, `Nothing listens at ${where}`, options);
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return new TransportError(ErrorCode.HostNotFound, `The host ${url.hostname} cannot be resolved`, options);
  }
  if (code === "UND_ERR_CONNECT_TIMEOUT") {
    return new TimeoutError(ErrorCode.ConnectTimeout, `${where} did not accept in time`, timeout, options);
  }
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT") {
    return new TimeoutError(ErrorCode.RequestTimeout, `${where} did not answer in time`, timeout, options);
  }
  if ((reason as Error).name === "NotCapable") {
    return new TransportError(ErrorCode.PermissionDenied, `There is no permission to connect to ${where}`, options);
  }
  return new TransportError(ErrorCode.ConnectionLost, `The request to ${where} failed`, options);
}

/**
 * Opens a file behind HTTP or HTTPS as a read-only device, for copies to a LUN and comparisons with one. The server
 * must support range requests, and answer them itself: redirects are not followed. Bytes of a later version of the file
 * are refused (`COPY_FILE`) where its entity tag, its date or its size is another one; with a server that sends neither
 * tag nor date, a change that keeps the size goes unnoticed.
 *
 * @throws IscsiError (`BLOCK_UNSUPPORTED`) where the server knows no ranges, or sends the file encoded
 * @throws TransportError (`ISCSI_CONNECT_REFUSED`, `ISCSI_HOST_NOT_FOUND`, `ISCSI_CONNECTION_LOST`), TimeoutError
 * @throws IscsiError (`HTTP_BAD_RESPONSE`) where the server sends other bytes than it was asked for
 * @throws IscsiError (`COPY_FILE`) for another status than 206, 404 for instance
 * @example
 * ```ts
 * import { httpDevice } from "lunstream";
 *
 * const image = await httpDevice("https://images.example/disk.img");
 * ```
 */
export async function httpDevice(url: string | URL, options: HttpDeviceOptions = {}): Promise<BlockDevice> {
  const place = addressOf(url);
  checkKeys("options", options, ["headers", "connections", "timeout", "retries", "blockSize", "signal"]);
  const timeout = integerOption("timeout", options.timeout, 30_000, 1, 2 ** 31 - 1);
  const connections = integerOption("connections", options.connections, 8, 1, 256);
  integerOption("retries", options.retries, RETRIES, 0, 100);
  // An empty file: whether the size fits is known later.
  fileGeometry(0, options.blockSize);
  const { signal } = options;
  checkSignal("signal", signal);
  if (signal?.aborted) throw new AbortError(signal);
  // Loaded at first use: most programs do not need it.
  const undici = await import("undici");
  const agent = new undici.Agent({ connections, headersTimeout: timeout, bodyTimeout: timeout, connect: { timeout } });
  const source = new HttpSource(agent, place, options);
  try {
    const size = await source.probe(signal);
    return new HttpDevice(source, size, fileGeometry(size, options.blockSize).blockSize);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** @throws TypeError (`ERR_INVALID_ARG_VALUE`) */
function addressOf(url: string | URL): URL {
  const place = URL.canParse(url) ? new URL(url) : undefined;
  if (place?.protocol === "http:" || place?.protocol === "https:") return place;
  // It may have a password in it.
  throw wrongValue("url", "be a URL of http or https", place === undefined ? kindOf(url) : `one of ${place.protocol}`);
}
