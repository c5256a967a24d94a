/**
 * Receives the PDUs of the full-feature phase: checks each, takes its numbers, and dispatches it.
 *
 * @module
 */

import { readU32 } from "../../bytes/view.ts";
import {
  type DataIn,
  dataSegmentLengthOf,
  decodeAsyncMessage,
  decodeDataIn,
  decodeLogoutResponse,
  decodeNopIn,
  decodeR2T,
  decodeReject,
  decodeScsiResponse,
  decodeTaskManagementResponse,
  decodeTextResponse,
  type FramerHandler,
  Opcode,
  opcodeName,
  opcodeOf,
  RESERVED_TAG,
} from "../../wire/mod.ts";
import type { Ending } from "../commands/command.ts";
import { asyncEventOf, AsyncFollower } from "./async_message.ts";
import { placeDataIn } from "../tasks/data_in.ts";
import { answerR2T } from "../tasks/data_out.ts";
import { breach } from "../failures.ts";
import type { Link } from "./link.ts";
import type { Logout } from "./logout.ts";
import type { ConnectionOwner } from "./owner.ts";
import type { Texts } from "./text.ts";
import type { Nops } from "./nop.ts";
import { followReject, handleReject } from "./reject.ts";
import { endByDataIn, endByResponse } from "../tasks/ending.ts";
import { type RequestKind, RequestTask, ScsiTask } from "../tasks/task.ts";

/** The parts of a connection that PDUs go to. */
interface ReceiverParts {
  link: Link;
  nops: Nops;
  texts: Texts;
  logout: Logout;
  owner: ConnectionOwner;
  /** Time limit of a request in milliseconds. */
  requestTimeout: number;
  /** Whether the session makes a new connection when this one has ended. */
  replaceable: boolean;
}

interface PlacedDataIn {
  pdu: DataIn;
  task: ScsiTask;
  repeated: boolean;
}

const NORMAL: ReadonlySet<number> = new Set<number>([
  Opcode.NopIn,
  Opcode.ScsiResponse,
  Opcode.TaskManagementResponse,
  Opcode.TextResponse,
  Opcode.DataIn,
  Opcode.LogoutResponse,
  Opcode.R2T,
  Opcode.AsyncMessage,
  Opcode.Reject,
]);
const DISCOVERY: ReadonlySet<number> = new Set<number>([
  Opcode.NopIn,
  Opcode.TextResponse,
  Opcode.LogoutResponse,
  Opcode.Reject,
]);
const CHECK_CONDITION = 0x02;

/** Receives the PDUs of one connection. */
export class Receiver implements FramerHandler {
  readonly #link: Link;
  readonly #parts: ReceiverParts;
  readonly #legal: ReadonlySet<number>;
  readonly #follower: AsyncFollower;
  /** The Data-In whose data are being received: decoded and placed when its header arrived. */
  #dataIn: PlacedDataIn | undefined;
  #warned = false;

  /** @param discovery whether this is a discovery session, where fewer PDUs are legal */
  constructor(parts: ReceiverParts, discovery: boolean) {
    this.#parts = parts;
    this.#link = parts.link;
    this.#follower = new AsyncFollower(parts.link, parts.logout, parts.texts, parts.requestTimeout);
    this.#legal = discovery ? DISCOVERY : NORMAL;
  }

  /** Called by the framer: the checks before a byte of data is stored. */
  header(header: Uint8Array): Uint8Array | undefined {
    const opcode = opcodeOf(header);
    if (!this.#legal.has(opcode)) {
      throw breach(`A ${opcodeName(opcode)} is not allowed in this phase`, {
        opcode,
        field: "Opcode",
        got: opcode,
        limit: "an opcode of the full-feature phase",
      });
    }
    if (opcode === Opcode.R2T || opcode === Opcode.TaskManagementResponse || opcode === Opcode.LogoutResponse) {
      const length = dataSegmentLengthOf(header);
      if (length > 0) {
        throw breach(`A ${opcodeName(opcode)} has no data segment`, {
          opcode,
          field: "DataSegmentLength",
          got: length,
          limit: 0,
        });
      }
    }
    if (opcode !== Opcode.DataIn) return undefined;
    const pdu = decodeDataIn(header);
    const task = this.#scsiTask(pdu.initiatorTaskTag, opcode);
    const { repeated, destination, longSequence } = placeDataIn(task, pdu, this.#link.parameters);
    if (longSequence && !this.#warned) {
      this.#warned = true;
      this.#parts.owner.event({
        kind: "warning",
        text: "The target sends Data-In sequences longer than MaxBurstLength",
      });
    }
    this.#dataIn = { pdu, task, repeated };
    task.receiving = true;
    return destination;
  }

  /** Called by the framer: a whole PDU with verified digests. */
  pdu(header: Uint8Array, data: Uint8Array): void {
    switch (opcodeOf(header)) {
      case Opcode.DataIn:
        return this.#onDataIn();
      case Opcode.ScsiResponse:
        return this.#onScsiResponse(header, data);
      case Opcode.R2T:
        return this.#onR2T(header);
      case Opcode.NopIn:
        return this.#onNopIn(header, data);
      case Opcode.TextResponse:
        return this.#onAnswer("text", header, data, decodeTextResponse(header).initiatorTaskTag);
      case Opcode.TaskManagementResponse:
        return this.#onAnswer("taskManagement", header, data, decodeTaskManagementResponse(header).initiatorTaskTag);
      case Opcode.LogoutResponse:
        return this.#onAnswer("logout", header, data, decodeLogoutResponse(header).initiatorTaskTag);
      case Opcode.AsyncMessage:
        return this.#onAsync(header, data);
      case Opcode.Reject:
        return this.#onReject(header, data);
      default:
        return;
    }
  }

  /** The connection has ended: no byte goes into a buffer any more. */
  closed(): void {
    const dataIn = this.#dataIn;
    this.#dataIn = undefined;
    if (dataIn !== undefined) this.#link.tasks.dataAreIn(dataIn.task);
  }

  #onDataIn(): void {
    const { pdu, task, repeated } = this.#dataIn as PlacedDataIn;
    this.#dataIn = undefined;
    this.#link.tasks.dataAreIn(task);
    this.#link.window.update(pdu.expCmdSN, pdu.maxCmdSN);
    if (repeated || !pdu.statusPresent) return;
    if (this.#link.statuses.accept(pdu.statSN, Opcode.DataIn)) {
      this.#endScsi(task, endByDataIn(task, pdu));
    }
  }

  #onScsiResponse(header: Uint8Array, data: Uint8Array): void {
    const pdu = decodeScsiResponse(header);
    const task = this.#scsiTask(pdu.initiatorTaskTag, Opcode.ScsiResponse);
    if (!this.#accept(header)) return;
    const ending = endByResponse(task, pdu, data, this.#link.scsi);
    if ("result" in ending && ending.result.status === CHECK_CONDITION) {
      this.#parts.owner.event({ kind: "checkCondition", unit: task.command.unit, sense: ending.result.sense });
    }
    this.#endScsi(task, ending);
  }

  #endScsi(task: ScsiTask, ending: Ending): void {
    this.#link.tasks.end(task, ending);
    if (!("result" in ending)) return;
    const { command } = task;
    // Sense data can come without CHECK CONDITION. Whoever has asked for them has them first.
    const sense = this.#link.scsi.takenBy(command, ending.result);
    if (sense !== undefined) this.#parts.owner.event({ kind: "taken", unit: command.unit, sense });
  }

  #onR2T(header: Uint8Array): void {
    const pdu = decodeR2T(header);
    const task = this.#scsiTask(pdu.initiatorTaskTag, Opcode.R2T);
    this.#link.window.update(pdu.expCmdSN, pdu.maxCmdSN);
    answerR2T(this.#link, task, pdu);
  }

  #onNopIn(header: Uint8Array, data: Uint8Array): void {
    const pdu = decodeNopIn(header);
    if (pdu.initiatorTaskTag !== RESERVED_TAG) return this.#onAnswer("nop", header, data, pdu.initiatorTaskTag);
    this.#link.window.update(pdu.expCmdSN, pdu.maxCmdSN);
    if (!this.#link.loggedOut) this.#parts.nops.answer(pdu);
  }

  #onAnswer(kind: RequestKind, header: Uint8Array, data: Uint8Array, tag: number): void {
    const task = this.#link.tasks.get(tag, this.#link.connection);
    if (!(task instanceof RequestTask) || task.kind !== kind) throw this.#unknownTag(tag, opcodeOf(header));
    if (this.#accept(header)) task.events.answered(header, data);
  }

  #onAsync(header: Uint8Array, data: Uint8Array): void {
    const event = asyncEventOf(decodeAsyncMessage(header), data);
    if (!this.#accept(header)) return;
    this.#parts.owner.event({ kind: "async", event });
    this.#follower.follow(event);
  }

  #onReject(header: Uint8Array, data: Uint8Array): void {
    const pdu = decodeReject(header);
    if (!this.#accept(header)) return;
    const { link, logout, owner, replaceable, requestTimeout } = this.#parts;
    const event = handleReject(pdu.reason, data, link, logout, owner);
    owner.event({ kind: "reject", event });
    followReject(event, logout, replaceable, requestTimeout * 2);
  }

  /** Takes the numbers of a PDU with a StatSN of its own. False: it is a duplicate. */
  #accept(header: Uint8Array): boolean {
    const fresh = this.#link.statuses.accept(readU32(header, 24), opcodeOf(header));
    if (fresh) this.#link.window.update(readU32(header, 28), readU32(header, 32));
    return fresh;
  }

  #scsiTask(tag: number, opcode: number): ScsiTask {
    const task = this.#link.tasks.get(tag, this.#link.connection);
    if (!(task instanceof ScsiTask)) throw this.#unknownTag(tag, opcode);
    return task;
  }

  #unknownTag(tag: number, opcode: number): Error {
    return breach(`The tag of a ${opcodeName(opcode)} names no task that it could answer`, {
      opcode,
      field: "InitiatorTaskTag",
      got: tag,
      limit: "a tag in use",
    });
  }
}
