/**
 * PDUs of the full-feature phase as they come: the checks that all of them need, their numbers, and who they are for.
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
import { asyncEventOf } from "./async_event.ts";
import type { CommandCall } from "../commands/command.ts";
import { placeDataIn } from "../tasks/data_in.ts";
import { answerR2T } from "../tasks/data_out.ts";
import { breach } from "../failures.ts";
import type { Link } from "./link.ts";
import type { NexusOwner } from "./full_feature.ts";
import type { Nops } from "./nop.ts";
import { handleReject } from "./reject.ts";
import { endByDataIn, endByResponse, type Ending } from "../tasks/scsi_response.ts";
import { type RequestKind, RequestTask, ScsiTask } from "../tasks/task.ts";

/** What receiving needs of the connection's owner. */
export interface ReceiverContext {
  /** Connection, numbers and tasks. */
  readonly link: Link;
  readonly nops: Nops;
  /** Who is told of what is nobody's answer. */
  readonly owner: NexusOwner;
  endTask(task: ScsiTask, ending: Ending): void;
  /** Takes a task out without settling its command. */
  takeBack(task: ScsiTask): CommandCall;
  /** Sends what may be sent now. */
  pump(): void;
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

/** Takes the PDUs of one connection. */
export class Receiver implements FramerHandler {
  readonly #context: ReceiverContext;
  readonly #legal: ReadonlySet<number>;
  /** The Data-In whose data are coming: decoded and placed when its header came. */
  #dataIn: PlacedDataIn | undefined;
  #warned = false;

  /** @param discovery whether this is a discovery session, where fewer PDUs are legal */
  constructor(context: ReceiverContext, discovery: boolean) {
    this.#context = context;
    this.#legal = discovery ? DISCOVERY : NORMAL;
  }

  /** The task whose Data-In is under way: its buffer is still being written to. */
  get receiving(): ScsiTask | undefined {
    return this.#dataIn?.task;
  }

  /** From the framer: the checks that come before a byte of data is stored. */
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
    const { repeated, destination, longSequence } = placeDataIn(task, pdu, this.#context.link.parameters);
    if (longSequence && !this.#warned) {
      this.#warned = true;
      this.#context.owner.warning("The target sends Data-In sequences longer than MaxBurstLength");
    }
    this.#dataIn = { pdu, task, repeated };
    return destination;
  }

  /** From the framer: a whole PDU, its digests verified. */
  pdu(header: Uint8Array, data: Uint8Array): void {
    this.#dispatch(header, data);
    this.#context.pump();
  }

  #dispatch(header: Uint8Array, data: Uint8Array): void {
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

  #onDataIn(): void {
    const { pdu, task, repeated } = this.#dataIn as PlacedDataIn;
    this.#dataIn = undefined;
    this.#context.link.window.update(pdu.expCmdSN, pdu.maxCmdSN);
    if (repeated || !pdu.statusPresent) return;
    if (this.#context.link.statuses.accept(pdu.statSN, Opcode.DataIn)) {
      this.#context.endTask(task, endByDataIn(task, pdu));
    }
  }

  #onScsiResponse(header: Uint8Array, data: Uint8Array): void {
    const pdu = decodeScsiResponse(header);
    const task = this.#scsiTask(pdu.initiatorTaskTag, Opcode.ScsiResponse);
    if (!this.#accept(header)) return;
    const ending = endByResponse(task, pdu, data);
    if ("result" in ending && ending.result.status === CHECK_CONDITION) {
      this.#context.owner.checkCondition(task.call.lun, ending.result.sense);
    }
    this.#context.endTask(task, ending);
  }

  #onR2T(header: Uint8Array): void {
    const pdu = decodeR2T(header);
    const task = this.#scsiTask(pdu.initiatorTaskTag, Opcode.R2T);
    this.#context.link.window.update(pdu.expCmdSN, pdu.maxCmdSN);
    answerR2T(this.#context.link, task, pdu);
  }

  #onNopIn(header: Uint8Array, data: Uint8Array): void {
    const pdu = decodeNopIn(header);
    if (pdu.initiatorTaskTag !== RESERVED_TAG) return this.#onAnswer("nop", header, data, pdu.initiatorTaskTag);
    this.#context.link.window.update(pdu.expCmdSN, pdu.maxCmdSN);
    if (!this.#context.link.loggedOut) this.#context.nops.answer(pdu);
  }

  #onAnswer(kind: RequestKind, header: Uint8Array, data: Uint8Array, tag: number): void {
    const task = this.#context.link.tasks.get(tag);
    if (!(task instanceof RequestTask) || task.kind !== kind) throw this.#unknownTag(tag, opcodeOf(header));
    if (this.#accept(header)) task.events.answered(header, data);
  }

  #onAsync(header: Uint8Array, data: Uint8Array): void {
    const event = asyncEventOf(decodeAsyncMessage(header), data);
    if (this.#accept(header)) this.#context.owner.asyncEvent(event);
  }

  #onReject(header: Uint8Array, data: Uint8Array): void {
    const pdu = decodeReject(header);
    if (!this.#accept(header)) return;
    const event = handleReject(
      {
        link: this.#context.link,
        endTask: (task, error) => this.#context.endTask(task, { error }),
        takeBack: (task) => this.#context.takeBack(task),
        sendLater: (call) => this.#context.owner.sendLater(call),
        logoutWanted: () => this.#context.owner.logoutWanted(),
        statusDue: (task) => this.#context.owner.statusDue(task),
      },
      pdu.reason,
      data,
    );
    this.#context.owner.rejected(event);
  }

  /** Takes the numbers of an answer with a StatSN of its own. False: it is a repetition. */
  #accept(header: Uint8Array): boolean {
    const fresh = this.#context.link.statuses.accept(readU32(header, 24), opcodeOf(header));
    if (fresh) this.#context.link.window.update(readU32(header, 28), readU32(header, 32));
    return fresh;
  }

  #scsiTask(tag: number, opcode: number): ScsiTask {
    const task = this.#context.link.tasks.get(tag);
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
