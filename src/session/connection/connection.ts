/**
 * One TCP connection that carries PDUs: framing, digests, and an end that is reported once.
 *
 * @module
 */

import { crc32c, loadNativeCrc32c } from "../../bytes/crc32c.ts";
import type { ByteSink, ConnectTcp, TcpConnection } from "../../runtime/mod.ts";
import { digestIn } from "../../wire/digest.ts";
import { Framer, type FramerHandler, paddingOf } from "../../wire/mod.ts";
import { Slab } from "../../bytes/slab.ts";
import { asError, connectionLost } from "../failures.ts";
import { type PduTap, show } from "./tap.ts";

/** Handles the PDUs of a connection: the login phase first, then the full-feature phase. */
export interface PduHandler extends FramerHandler {
  /** The connection has ended; called once. `error` says why, unless the end is orderly. */
  closed(error: Error | undefined): void;
}

/** Options of {@link openConnection}. */
export interface OpenConnectionOptions {
  /** Host name or address. */
  host: string;
  /** Port, 1 to 65535. */
  port: number;
  /** Time limit in milliseconds. */
  timeout: number;
  signal?: AbortSignal | undefined;
  /** Makes the TCP connection. */
  connectTcp: ConnectTcp;
  /** Longest data segment that is accepted until {@link Connection.enterFullFeature}, in bytes. */
  maxDataSegmentLength: number;
  tap?: PduTap | undefined;
}

const PADS: readonly Uint8Array[] = [new Uint8Array(0), new Uint8Array(1), new Uint8Array(2), new Uint8Array(3)];
const EMPTY: Uint8Array = PADS[0] as Uint8Array;

/** The handler before a phase has set its own, and after the end. */
const NOBODY: PduHandler = {
  header: () => undefined,
  pdu: () => {},
  closed: () => {},
};

/** Connects by TCP. Rejects as `ConnectTcp` does. */
export async function openConnection(options: OpenConnectionOptions): Promise<Connection> {
  let connection: Connection | undefined;
  await options.connectTcp({
    host: options.host,
    port: options.port,
    timeout: options.timeout,
    signal: options.signal,
    sink: (tcp) => connection = new Connection(tcp, options.maxDataSegmentLength, options.tap),
  });
  return connection as Connection;
}

/**
 * Frames incoming bytes and writes outgoing PDUs. An error of the framer or of the handler ends the connection, and is
 * passed to the handler.
 */
export class Connection implements ByteSink, FramerHandler {
  /** For headers and digests that are sent. */
  readonly memory: Slab = new Slab();
  readonly #tcp: TcpConnection;
  readonly #framer: Framer;
  readonly #tap: PduTap | undefined;
  #handler: PduHandler = NOBODY;
  #headerDigest = false;
  #dataDigest = false;
  #queuedBytes = 0;
  #receivedBytes = 0;
  #batch = 0;
  #ended = false;
  #error: Error | undefined;

  /** @param maxDataSegmentLength longest data segment that is accepted, in bytes */
  constructor(tcp: TcpConnection, maxDataSegmentLength: number, tap?: PduTap) {
    this.#tcp = tcp;
    this.#tap = tap;
    this.#framer = new Framer(this, { maxDataSegmentLength });
  }

  /** Address of the peer, as `host:port`. */
  get remoteAddress(): string {
    return this.#tcp.remoteAddress;
  }

  /** Whether the connection has ended: no more PDUs are received or sent. */
  get ended(): boolean {
    return this.#ended;
  }

  /**
   * Bytes queued on the socket so far: they have all been sent once {@link handedOverBytes} has reached this number.
   */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Bytes that the operating system has taken so far. */
  get handedOverBytes(): number {
    return this.#queuedBytes - this.#tcp.pendingBytes;
  }

  /** Bytes received so far. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Number of the read that is being handled: all PDUs of one read have the same number. */
  get batch(): number {
    return this.#batch;
  }

  /** Resolves when the memory of everything sent so far is no longer held by the socket. */
  drained(): Promise<void> {
    return this.#tcp.drained();
  }

  /** Sets the handler of PDUs. If the connection has already ended, `closed` is called in a microtask. */
  setHandler(handler: PduHandler): void {
    this.#handler = handler;
    if (!this.#ended) return;
    queueMicrotask(() => this.#tellEnd());
  }

  /** Holds back the PDUs after the current one. */
  pause(): void {
    this.#framer.pause();
  }

  /** Continues with the PDUs that were held back. */
  resume(): void {
    if (this.#ended) return;
    try {
      this.#framer.resume();
    } catch (thrown) {
      this.fail(asError(thrown));
    }
  }

  /** Applies the negotiated parameters, from the next PDU on in both directions. */
  enterFullFeature(agreed: { headerDigest: boolean; dataDigest: boolean; maxDataSegmentLength: number }): void {
    this.#headerDigest = agreed.headerDigest;
    this.#dataDigest = agreed.dataDigest;
    this.#framer.setDigests({ header: agreed.headerDigest, data: agreed.dataDigest });
    // Never rejects. Until the native CRC32C is loaded, JavaScript is used; for headers it is faster anyway.
    if (agreed.dataDigest) loadNativeCrc32c();
    this.#framer.setMaxDataSegmentLength(agreed.maxDataSegmentLength);
  }

  /**
   * Queues one PDU. Neither header nor data are copied: both must stay as they are until the socket has taken them.
   * Ignored after the end.
   */
  send(header: Uint8Array, data: Uint8Array = EMPTY): void {
    if (this.#ended) return;
    if (this.#tap !== undefined) show(this.#tap, "out", header, data);
    this.#write(header);
    if (this.#headerDigest) this.#write(digestIn(this.memory, crc32c(header)));
    if (data.length === 0) return;
    this.#write(data);
    const pad = PADS[paddingOf(data.length)] as Uint8Array;
    if (pad.length > 0) this.#write(pad);
    if (!this.#dataDigest) return;
    const crc = crc32c(data);
    this.#write(digestIn(this.memory, pad.length > 0 ? crc32c(pad, crc) : crc));
  }

  #write(bytes: Uint8Array): void {
    this.#queuedBytes += bytes.length;
    this.#tcp.write(bytes);
  }

  /** Sends what is queued, then a FIN. */
  end(): void {
    if (!this.#ended) this.#tcp.end();
  }

  /**
   * Ends the connection at once. No byte is put into a buffer afterwards. The handler's `closed` is called
   * synchronously. Idempotent.
   */
  fail(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#tcp.destroy();
    this.#tellEnd();
  }

  #tellEnd(): void {
    const handler = this.#handler;
    this.#handler = NOBODY;
    handler.closed(this.#error);
  }

  nextBuffer(): Uint8Array {
    return this.#framer.nextBuffer();
  }

  received(length: number): void {
    if (this.#ended) return;
    this.#receivedBytes += length;
    this.#batch++;
    try {
      this.#framer.received(length);
    } catch (thrown) {
      this.fail(asError(thrown));
    }
  }

  closed(error?: Error): void {
    if (this.#ended) return;
    if (error === undefined && this.#framer.midPdu) {
      this.fail(connectionLost("The target closed the connection in the middle of a PDU"));
    } else {
      this.fail(error);
    }
  }

  header(header: Uint8Array): Uint8Array | undefined {
    return this.#handler.header(header);
  }

  /** Called by the framer. A handler that has ended the connection gets no further PDUs of the same read. */
  pdu(header: Uint8Array, data: Uint8Array): void {
    if (this.#ended) return;
    if (this.#tap !== undefined) show(this.#tap, "in", header, data);
    this.#handler.pdu(header, data);
  }
}
