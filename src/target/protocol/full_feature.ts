/**
 * The full-feature phase of a connection: dispatches every PDU of the initiator to its handler, in the order of CmdSN.
 *
 * @module
 */

import { ProtocolError } from "../../errors.ts";
import {
  dataSegmentLengthOf,
  decodeLogoutRequest,
  decodeNopOut,
  decodeTaskManagementRequest,
  decodeTextRequest,
  encodeLogoutResponse,
  encodeNopIn,
  encodeTaskManagementResponse,
  encodeTextResponse,
  LogoutReason,
  type LogoutRequest,
  LogoutResponseCode,
  type NopOut,
  Opcode,
  opcodeName,
  opcodeOf,
  RejectReason,
  RESERVED_TAG,
  type TaskManagementRequest,
  type TextRequest,
} from "../../wire/mod.ts";
import { type Budget, type Lease, takeAll } from "./buffers.ts";
import { type CommandConnection, ScsiCommands } from "./scsi_commands.ts";
import type { Session } from "./session.ts";
import { manageTasks } from "./task_management.ts";
import { TextExchange } from "./text.ts";

/** Most task management functions of a session at a time; they wait for the tasks that they end. */
const MAX_MANAGING = 16;

/** PDUs that are allowed in a discovery session (RFC 7143 §7.4): no commands. */
const DISCOVERY_OPCODES: ReadonlySet<number> = new Set([Opcode.TextRequest, Opcode.LogoutRequest, Opcode.NopOut]);

/** What the full-feature phase needs of its connection. */
interface FullFeatureConnection extends CommandConnection {
  readonly tcp: { readonly localAddress: string };
  /** Sends a Reject with the header that it is about. */
  reject(header: Uint8Array, reason: RejectReason): void;
  /** Sends what is queued, then ends the connection. */
  finish(): void;
}

/** Takes the PDUs of one session. */
export class FullFeature {
  readonly #connection: FullFeatureConnection;
  readonly #session: Session;
  readonly #commands: ScsiCommands;
  readonly #text: TextExchange;
  #pingTag = 1;
  /** Task management functions that have not ended. */
  #managing = 0;
  /** The memory of requests that came before their turn. */
  readonly #early = new Set<Lease>();
  /** A Logout has arrived: everything after it is ignored. */
  #leaving = false;

  /** What requests take their memory from. */
  readonly memory: Budget;

  /** Begins with the session's numbers. */
  constructor(connection: FullFeatureConnection, session: Session) {
    this.#connection = connection;
    this.#session = session;
    this.#commands = new ScsiCommands(connection, session);
    this.memory = connection.context.memory.requests;
    this.#text = new TextExchange(
      { targetName: connection.context.targetName, address: connection.tcp.localAddress },
      session,
      this.memory,
    );
  }

  /** Whether memory is held for what the initiator has announced and not sent. */
  get awaitsData(): boolean {
    return this.#early.size > 0 || this.#text.open || this.#commands.awaitsData;
  }

  /** Where the data of a PDU go. @throws OutOfMemory where there is none for a request that must not be lost */
  place(header: Uint8Array, lease: Lease): Uint8Array | undefined {
    const length = dataSegmentLengthOf(header);
    const scsi = this.#leaving || this.#session.discovery ? undefined : this.#commands.place(header, lease);
    if (scsi !== undefined || length === 0) return scsi;
    const opcode = opcodeOf(header);
    if (opcode === Opcode.ScsiCommand || opcode === Opcode.DataOut || this.#leaving) {
      // Nobody will read it; only a digest must be right, which others' bytes would spoil.
      return this.#session.negotiated.dataDigest ? undefined : this.#connection.context.pool.scrap(length);
    }
    takeAll(lease, length);
    return undefined;
  }

  /** @param lease the memory of this PDU, to be given back */
  handle(header: Uint8Array, data: Uint8Array, lease: Lease): void {
    if (this.#leaving) return lease.give();
    const opcode = opcodeOf(header);
    if (this.#session.discovery && !DISCOVERY_OPCODES.has(opcode)) throw unexpected(opcode);
    switch (opcode) {
      case Opcode.ScsiCommand:
        return this.#scsiCommand(header, data, lease);
      case Opcode.DataOut:
        return this.#commands.dataOut(header);
      case Opcode.NopOut:
        return this.#request(decodeNopOut(header), lease, (pdu) => this.#nopOut(pdu, data));
      case Opcode.TaskManagementRequest: {
        const copy = header.slice();
        return this.#request(decodeTaskManagementRequest(header), lease, (pdu) => {
          if (this.#managing < MAX_MANAGING) void this.#manage(pdu);
          else this.#connection.reject(copy, RejectReason.TooManyImmediateCommands);
        });
      }
      case Opcode.TextRequest:
        return this.#request(decodeTextRequest(header), lease, (pdu) => this.#textRequest(pdu, data));
      case Opcode.LogoutRequest:
        return this.#request(decodeLogoutRequest(header), lease, (pdu) => void this.#logout(pdu));
    }
    lease.give();
    switch (opcode) {
      case Opcode.Snack:
        // Error recovery level 0 has no SNACK.
        return this.#connection.reject(header, RejectReason.SnackReject);
      case Opcode.LoginRequest:
        throw unexpected(opcode);
      default:
        return this.#connection.reject(header, RejectReason.CommandNotSupported);
    }
  }

  /** The connection has ended: what came too early will not run. */
  end(): void {
    for (const lease of this.#early) lease.give();
    this.#early.clear();
    this.#session.window.clear();
    this.#text.end();
  }

  /** Pings a silent initiator (RFC 7143 §11.19). */
  ping(): void {
    this.#connection.send(this.#nopIn(RESERVED_TAG, this.#pingTag, 0, this.#connection.statSN));
    this.#pingTag = this.#pingTag % 0x7fffffff + 1;
  }

  #scsiCommand(header: Uint8Array, data: Uint8Array, lease: Lease): void {
    const command = this.#commands.decode(header);
    if (command.immediate && this.#commands.tooManyImmediate) {
      lease.give();
      return this.#connection.reject(header, RejectReason.TooManyImmediateCommands);
    }
    this.#inOrder(command, lease, (pdu) => this.#commands.start(pdu, data, lease));
  }

  /** A request that needs its memory no longer than until it has run. */
  #request<T extends { immediate: boolean; cmdSN: number }>(pdu: T, lease: Lease, run: (pdu: T) => void): void {
    this.#inOrder(pdu, lease, () => {
      try {
        run(pdu);
      } finally {
        lease.give();
      }
    });
  }

  /**
   * Immediate requests run at once, the others in the order of CmdSN. Those outside the window are silently ignored.
   */
  #inOrder<T extends { immediate: boolean; cmdSN: number }>(pdu: T, lease: Lease, run: (pdu: T) => void): void {
    if (pdu.immediate) return run(pdu);
    const { window } = this.#session;
    if (!window.accepts(pdu.cmdSN)) return lease.give();
    if (pdu.cmdSN !== window.expCmdSN) this.#early.add(lease);
    window.order(pdu.cmdSN, () => {
      this.#early.delete(lease);
      run(pdu);
    });
  }

  #nopOut(pdu: NopOut, data: Uint8Array): void {
    // Without an Initiator Task Tag it answers the target's ping, or only acknowledges.
    if (pdu.initiatorTaskTag === RESERVED_TAG) return;
    if (pdu.targetTransferTag !== RESERVED_TAG) {
      throw new ProtocolError("Expected a NOP-Out with one valid tag, got two", {
        opcode: Opcode.NopOut,
        field: "Target Transfer Tag",
        got: pdu.targetTransferTag,
        limit: RESERVED_TAG,
      });
    }
    const echo = data.subarray(0, this.#session.negotiated.initiatorMaxRecvDataSegmentLength);
    const statSN = this.#connection.nextStatSN();
    this.#connection.send(this.#nopIn(pdu.initiatorTaskTag, RESERVED_TAG, echo.length, statSN), echo);
  }

  #nopIn(initiatorTaskTag: number, targetTransferTag: number, dataSegmentLength: number, statSN: number): Uint8Array {
    return encodeNopIn({
      dataSegmentLength,
      lun: 0n,
      initiatorTaskTag,
      targetTransferTag,
      statSN,
      ...this.#session.window.numbers(),
    });
  }

  async #manage(request: TaskManagementRequest): Promise<void> {
    this.#managing++;
    const { response, closes } = await manageTasks(this.#connection.context, this.#session, request);
    const header = encodeTaskManagementResponse({
      response,
      initiatorTaskTag: request.initiatorTaskTag,
      statSN: this.#connection.nextStatSN(),
      ...this.#session.window.numbers(),
    });
    this.#managing--;
    this.#connection.send(header);
    for (const connection of closes) connection.finish();
  }

  #textRequest(pdu: TextRequest, data: Uint8Array): void {
    const answer = this.#text.handle(pdu, data);
    const header = encodeTextResponse({
      final: answer.final,
      continue: answer.continue,
      dataSegmentLength: answer.data.length,
      lun: 0n,
      initiatorTaskTag: pdu.initiatorTaskTag,
      targetTransferTag: answer.tag,
      statSN: this.#connection.nextStatSN(),
      ...this.#session.window.numbers(),
    });
    this.#connection.send(header, answer.data);
  }

  async #logout(pdu: LogoutRequest): Promise<void> {
    const other = pdu.reason === LogoutReason.CloseConnection && pdu.cid !== this.#session.cid;
    const response = pdu.reason > LogoutReason.CloseConnection
      ? LogoutResponseCode.RecoveryUnsupported
      : other
      ? LogoutResponseCode.CidNotFound
      : LogoutResponseCode.Success;
    if (response === LogoutResponseCode.Success) {
      this.#leaving = true;
      await this.#session.abortTasks();
    }
    const header = encodeLogoutResponse({
      response,
      initiatorTaskTag: pdu.initiatorTaskTag,
      statSN: this.#connection.nextStatSN(),
      ...this.#session.window.numbers(),
      time2Wait: 0,
      time2Retain: 0,
    });
    this.#connection.send(header);
    if (this.#leaving) this.#connection.finish();
  }
}

function unexpected(opcode: number): ProtocolError {
  const field = "Opcode";
  const message = `Expected a PDU of the full-feature phase, got ${opcodeName(opcode)}`;
  return new ProtocolError(message, { opcode, field, got: opcode, limit: "an opcode legal in this session" });
}
