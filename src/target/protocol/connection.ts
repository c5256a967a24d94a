/**
 * One TCP connection: bytes in, PDUs to the handler of the current phase. A protocol error ends this connection, and no
 * other.
 *
 * @module
 */

import { timeLimit } from "../../async/time_limit.ts";
import { ErrorCode, ProtocolError } from "../../errors.ts";
import type { ByteSink, TcpConnection } from "../../runtime/mod.ts";
import { encodeReject, Framer, type FramerHandler, Opcode, opcodeOf, RejectReason } from "../../wire/mod.ts";
import { Lease } from "./buffers.ts";
import { FullFeature } from "./full_feature.ts";
import { LoginPhase } from "./login_phase.ts";
import { PduWriter } from "./pdu_writer.ts";
import type { Session } from "./session.ts";
import type { TargetContext } from "./target_context.ts";

/** Longest data segment during the login, in bytes (RFC 7143 §13.12). */
const LOGIN_SEGMENT = 8192;

/** What an answer costs besides its bytes: the arrays of a header and of what goes with it. */
const ANSWER_COST = 256;

/** PDUs that bring more of what an initiator has begun to send. */
const ANNOUNCED: ReadonlySet<number> = new Set([Opcode.LoginRequest, Opcode.TextRequest, Opcode.DataOut]);

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
  /** Bytes of answers that the operating system has not taken, with the cost of their memory. */
  unread = 0;
  #draining = false;
  /** Bytes handed to the socket, and received of data that were announced. */
  #sent = 0;
  #dataReceived = 0;
  /** The memory of the PDU that is being received. */
  #lease: Lease | undefined;
  /** Bytes that the operating system had taken at the last look, if any were left. */
  #taken: number | undefined;

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
    context.memory.add(this);
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
    if (this.#lease !== undefined) this.#dataReceived += length;
    try {
      this.#framer.received(length);
    } catch (error) {
      this.#fail(error);
    }
  }

  closed(): void {
    this.destroy();
  }

  header(header: Uint8Array): Uint8Array | undefined {
    try {
      const lease = new Lease(this.#phase.memory);
      this.#lease = lease;
      return this.#phase.place(header, lease);
    } catch (error) {
      throw this.#blame(header, error);
    }
  }

  pdu(header: Uint8Array, data: Uint8Array): void {
    const lease = this.#lease!;
    this.#lease = undefined;
    if (ANNOUNCED.has(opcodeOf(header))) this.#dataReceived += data.length;
    if (this.#ended) return lease.give();
    try {
      this.#phase.handle(header, data, lease);
    } catch (error) {
      lease.give();
      throw this.#blame(header, error);
    }
  }

  /** Sends one PDU. The data must not change until {@link Connection.drained} has resolved. */
  send(header: Uint8Array, data?: Uint8Array): void {
    this.#send(header, data, data?.length ?? 0);
  }

  /** The same for data whose memory is counted elsewhere. */
  sendCounted(header: Uint8Array, data: Uint8Array): void {
    this.#send(header, data, 0);
  }

  /** @param counted bytes of the data that count as an answer */
  #send(header: Uint8Array, data: Uint8Array | undefined, counted: number): void {
    if (this.#ended) return;
    this.writer.send(header, data);
    this.#sent += header.length + (data?.length ?? 0);
    // Nothing was queued: the connection has failed and has not reported it yet; its tasks would work in vain.
    if (this.tcp.pendingBytes === 0) return this.destroy();
    const cost = ANSWER_COST + header.length + counted;
    this.unread += cost;
    this.context.memory.addAnswers(cost);
    if (!this.#draining) void this.#countRead();
  }

  /** Answers are no longer counted once the operating system has them. */
  async #countRead(): Promise<void> {
    this.#draining = true;
    while (this.unread > 0) {
      const { unread } = this;
      await this.writer.drained();
      this.#forgetUnread(unread);
    }
    this.#draining = false;
  }

  #forgetUnread(bytes: number): void {
    const forgotten = Math.min(bytes, this.unread);
    this.unread -= forgotten;
    this.context.memory.dropAnswers(forgotten);
  }

  progress(): readonly (number | undefined)[] {
    const { pendingBytes } = this.tcp;
    const taken = pendingBytes > 0 ? this.#sent - pendingBytes : undefined;
    const awaitsData = this.#lease !== undefined || this.#phase.awaitsData;
    return [taken, awaitsData ? this.#dataReceived : undefined];
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
    this.#phase.end();
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
    this.#cancelTimer = timeLimit(LINGER, () => this.destroy());
  }

  /** Ends the connection at once. Idempotent. */
  destroy(): void {
    this.#end();
    this.#cancelTimer();
    this.tcp.destroy();
    this.#forgetUnread(this.unread);
    this.context.memory.remove(this);
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
    this.#lease?.give();
    this.#phase.end();
    if (this.#session !== undefined) void this.context.sessions.close(this.#session);
  }

  /** Pings a silent initiator, and closes the connection if it stays silent, or takes nothing of what is sent to it. */
  #watch(): void {
    this.#cancelTimer = timeLimit(this.context.pingInterval, () => {
      const [taken] = this.progress();
      // One that asks and never reads is as good as gone, however much it says.
      if (taken !== undefined && taken === this.#taken) return this.destroy();
      this.#taken = taken;
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
