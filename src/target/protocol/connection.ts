/**
 * One TCP connection: bytes in, PDUs to the handler of the current phase. A protocol error ends this connection, and no
 * other.
 *
 * @module
 */

import { timeLimit } from "../../async/time_limit.ts";
import { ErrorCode, ProtocolError } from "../../errors.ts";
import type { ByteSink, TcpConnection } from "../../runtime/mod.ts";
import { encodeReject, Framer, type FramerHandler, RejectReason } from "../../wire/mod.ts";
import { FullFeature } from "./full_feature.ts";
import { LoginPhase } from "./login_phase.ts";
import { PduWriter } from "./pdu_writer.ts";
import type { Session } from "./session.ts";
import type { TargetContext } from "./target_context.ts";

/** Longest data segment during the login, in bytes (RFC 7143 §13.12). */
const LOGIN_SEGMENT = 8192;

/** Bytes that may wait to be sent: far more than the payloads of one session. */
const MAX_PENDING = 64 * 1024 * 1024;

/** Milliseconds that the peer has to close its side once the target has closed. */
const LINGER = 1000;

export class Connection implements ByteSink, FramerHandler {
  readonly context: TargetContext;
  readonly tcp: TcpConnection;
  readonly writer: PduWriter;
  /** The next StatSN. */
  statSN = 1;
  readonly #framer: Framer;
  /** Who handles PDUs now: it says where their data go, and what it throws ends the connection. */
  #phase: LoginPhase | FullFeature;
  #session: Session | undefined;
  #ended = false;
  #cancelTimer: () => void = () => {};
  #heard = true;
  #pinged = false;

  /**
   * Waits for a login, up to the login timeout. `refused`: there are too many connections, and this one ends at once.
   */
  constructor(context: TargetContext, tcp: TcpConnection, refused: boolean) {
    this.context = context;
    this.tcp = tcp;
    this.writer = new PduWriter(tcp);
    this.#framer = new Framer(this, { maxDataSegmentLength: LOGIN_SEGMENT, peer: "initiator" });
    this.#phase = new LoginPhase(this);
    context.connections.add(this);
    if (refused) queueMicrotask(() => this.destroy());
    else this.#cancelTimer = timeLimit(context.loginTimeout, () => this.destroy());
  }

  /** Whether the connection has ended, or is about to. */
  get ended(): boolean {
    return this.#ended;
  }

  nextBuffer(): Uint8Array {
    return this.#framer.nextBuffer();
  }

  received(length: number): void {
    if (this.#ended) return;
    this.#heard = true;
    try {
      this.#framer.received(length);
    } catch (error) {
      this.#fail(error);
    }
  }

  closed(): void {
    this.#end();
    this.#cancelTimer();
  }

  header(header: Uint8Array): Uint8Array | undefined {
    try {
      return this.#phase.place(header);
    } catch (error) {
      throw this.#blame(header, error);
    }
  }

  pdu(header: Uint8Array, data: Uint8Array): void {
    if (this.#ended) return;
    try {
      this.#phase.handle(header, data);
    } catch (error) {
      throw this.#blame(header, error);
    }
  }

  /** Sends one PDU. The data must not change until {@link Connection.drained} has resolved. */
  send(header: Uint8Array, data?: Uint8Array): void {
    if (this.#ended) return;
    this.writer.send(header, data);
    const { pendingBytes } = this.tcp;
    // Nothing was queued: the connection has failed and has not reported it yet; its tasks would work in vain. Too much
    // is queued: the peer keeps sending requests and reads no responses.
    if (pendingBytes === 0 || pendingBytes > MAX_PENDING) this.destroy();
  }

  /** Resolves when all that was sent has been taken by the operating system, or the connection has ended. */
  drained(): Promise<void> {
    return this.writer.drained();
  }

  /** Takes the next StatSN. */
  nextStatSN(): number {
    const statSN = this.statSN;
    this.statSN = (statSN + 1) >>> 0;
    return statSN;
  }

  /** Sends a Reject with the header that it is about. */
  reject(header: Uint8Array, reason: RejectReason): void {
    const window = this.#session?.window;
    const data = header.slice();
    const pdu = encodeReject({
      reason,
      dataSegmentLength: data.length,
      statSN: this.nextStatSN(),
      expCmdSN: window?.expCmdSN ?? 0,
      maxCmdSN: window?.maxCmdSN ?? 0,
      dataSN: 0,
    });
    this.send(pdu, data);
  }

  /** Stops parsing: the login needs time for its last step. */
  pause(): void {
    this.#framer.pause();
  }

  /** The login is complete: the full-feature phase begins with the next PDU, both ways. */
  begin(session: Session): void {
    const { negotiated } = session;
    this.#session = session;
    this.#phase = new FullFeature(this, session);
    this.#cancelTimer();
    if (this.context.pingInterval > 0) this.#watch();
    const digests = { header: negotiated.headerDigest, data: negotiated.dataDigest };
    this.writer.setDigests(digests);
    this.#framer.setDigests(digests);
    this.#framer.setMaxDataSegmentLength(negotiated.maxRecvDataSegmentLength);
    try {
      this.#framer.resume();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Sends what is queued, then ends the connection. */
  finish(): void {
    if (this.#ended) return;
    this.#end();
    this.tcp.end();
    // The peer should read what is left and close; it gets a little time for that.
    this.#cancelTimer = timeLimit(LINGER, () => this.tcp.destroy());
  }

  /** Ends the connection at once. Idempotent. */
  destroy(): void {
    this.#end();
    this.#cancelTimer();
    this.tcp.destroy();
  }

  /** A PDU that could be read but is wrong: it is rejected before the connection ends (RFC 7143 §7.3). */
  #blame(header: Uint8Array, error: unknown): unknown {
    if (error instanceof ProtocolError && this.#session !== undefined) this.reject(header, RejectReason.ProtocolError);
    return error;
  }

  #fail(error: unknown): void {
    // After a bad header digest there must be no answer: nobody knows what the PDU was.
    const digest = error instanceof ProtocolError &&
      (error.code === ErrorCode.HeaderDigest || error.code === ErrorCode.DataDigest);
    if (this.#session === undefined || digest) this.destroy();
    else this.finish();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTimer();
    this.context.connections.delete(this);
    if (this.#phase instanceof LoginPhase) this.#phase.end();
    if (this.#session !== undefined) void this.context.sessions.close(this.#session);
  }

  /** Pings a silent initiator, and closes the connection if it stays silent. */
  #watch(): void {
    this.#cancelTimer = timeLimit(this.context.pingInterval, () => {
      if (this.#heard) this.#pinged = false;
      else if (this.#pinged) return this.destroy();
      else if (this.#phase instanceof FullFeature) {
        this.#phase.ping();
        this.#pinged = true;
      }
      this.#heard = false;
      this.#watch();
    });
  }
}
