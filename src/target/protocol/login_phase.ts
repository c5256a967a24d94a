/**
 * The login phase of a connection: PDUs around `login/`.
 *
 * @module
 */

import { ProtocolError } from "../../errors.ts";
import {
  dataSegmentLengthOf,
  decodeLoginRequest,
  encodeLoginResponse,
  encodeTextKeys,
  type LoginRequest,
  Opcode,
  opcodeName,
  opcodeOf,
} from "../../wire/mod.ts";
import { LoginFailure, LoginStatus } from "../login/failure.ts";
import { Login, type LoginReply, type LoginResult } from "../login/login.ts";
import { Attention } from "../unit/attention.ts";
import { type Budget, Lease, takeAll } from "./buffers.ts";
import type { Session, SessionConnection } from "./session.ts";
import type { TargetContext } from "./target_context.ts";

/** Longest text of a response, in bytes: the initiator accepts no more during the login. */
const MAX_RESPONSE = 8192;

/** Bytes that a byte of the initiator's text may cost for the time of the login: it is kept as texts of keys and values. */
const KEPT = 8;

/** What a login needs of its connection. */
interface LoginConnection extends SessionConnection {
  readonly context: TargetContext;
  /** Whether it has ended, or is about to. */
  readonly ended: boolean;
  /** Takes the next StatSN. */
  nextStatSN(): number;
  /** Sends one PDU; nothing happens once the connection has ended. */
  send(header: Uint8Array, data?: Uint8Array): void;
  /** Takes in no more PDUs before {@link LoginConnection.begin}. */
  pause(): void;
  /** The login is complete: the full-feature phase begins with the next PDU, both ways. */
  begin(session: Session): void;
  /** Sends what is queued, then ends the connection. */
  finish(): void;
}

/** Takes the Login Requests of one connection. */
export class LoginPhase {
  readonly #connection: LoginConnection;
  readonly #login: Login;
  /** What the login takes its memory from. */
  readonly memory: Budget;
  /** The memory of what the login keeps. */
  readonly #lease: Lease;
  #busy = false;

  /** Waits for the first request. */
  constructor(connection: LoginConnection) {
    this.#connection = connection;
    this.memory = connection.context.memory.logins;
    this.#lease = new Lease(this.memory);
    this.#login = new Login(connection.context);
  }

  /** Whether memory is held until the initiator goes on. */
  get awaitsData(): boolean {
    return !this.#lease.empty;
  }

  /** @throws ProtocolError for another PDU, OutOfMemory */
  place(header: Uint8Array, lease: Lease): undefined {
    const opcode = opcodeOf(header);
    if (opcode !== Opcode.LoginRequest || this.#busy) {
      throw new ProtocolError(`Expected a Login Request, got ${opcodeName(opcode)}`, {
        opcode,
        field: "Opcode",
        got: opcode,
        limit: Opcode.LoginRequest,
      });
    }
    takeAll(lease, dataSegmentLengthOf(header));
  }

  /** @param lease the memory of this PDU: the login keeps what is in it */
  handle(header: Uint8Array, data: Uint8Array, lease: Lease): void {
    lease.give();
    takeAll(this.#lease, KEPT * data.length);
    const request = decodeLoginRequest(header);
    try {
      this.#checkSession(request);
      const reply = this.#login.handle(request, data);
      if (reply.result === undefined) return this.#respond(request, reply, request.tsih, 0);
      this.#busy = true;
      this.#connection.pause();
      void this.#complete(request, reply, reply.result);
    } catch (error) {
      this.#refuse(request, error);
    }
  }

  /** The connection has ended. */
  end(): void {
    this.#lease.give();
    this.#login.end();
  }

  /** Refuses what would be a second connection of a session. */
  #checkSession(request: LoginRequest): void {
    if (request.tsih === 0) return;
    const known = this.#connection.context.sessions.has(request.tsih);
    throw new LoginFailure(known ? LoginStatus.TooManyConnections : LoginStatus.NoSuchSession);
  }

  async #complete(request: LoginRequest, reply: LoginReply, result: LoginResult): Promise<void> {
    const { context } = this.#connection;
    let session: Session;
    try {
      session = await context.sessions.open({
        initiatorName: result.initiatorName,
        isid: request.isid,
        cid: request.cid,
        discovery: result.discovery,
        negotiated: result.negotiated,
        cmdSN: request.cmdSN,
        queueDepth: context.queueDepth,
        connection: this.#connection,
        memory: context.memory,
      });
    } catch (error) {
      return this.#refuse(request, error);
    }
    this.#login.end();
    if (this.#connection.ended) return void context.sessions.close(session);
    if (context.unitAttentionAtLogin && !session.discovery) {
      for (const unit of context.units.values()) unit.attentions.raiseFor(session.nexus.id, Attention.Reset);
    }
    this.#respond(request, reply, session.tsih, 0, session);
    this.#connection.begin(session);
  }

  /** Any failure ends the connection; an error without a login status is reported as the initiator's. */
  #refuse(request: LoginRequest, error: unknown): void {
    const expected = error instanceof LoginFailure || error instanceof ProtocolError;
    const status = error instanceof LoginFailure ? error.status : expected ? LoginStatus.InitiatorError : 0x0300;
    this.#respond(request, { transit: false, nextStage: 0, pairs: [] }, 0, status);
    this.#connection.finish();
  }

  #respond(request: LoginRequest, reply: LoginReply, tsih: number, status: number, session?: Session): void {
    const text = encodeTextKeys(reply.pairs);
    if (text.length > MAX_RESPONSE) throw new LoginFailure(LoginStatus.InitiatorError);
    const header = encodeLoginResponse({
      transit: reply.transit,
      continue: false,
      currentStage: request.currentStage,
      nextStage: reply.nextStage,
      dataSegmentLength: text.length,
      versionMax: 0,
      versionActive: 0,
      isid: request.isid,
      tsih,
      initiatorTaskTag: request.initiatorTaskTag,
      statSN: this.#connection.nextStatSN(),
      expCmdSN: session?.window.expCmdSN ?? request.cmdSN,
      maxCmdSN: session?.window.maxCmdSN ?? request.cmdSN,
      statusClass: status >> 8,
      statusDetail: status & 255,
    });
    this.#connection.send(header, text);
  }
}
