/**
 * Data for the target: immediate, unsolicited, and in answer to R2T (RFC 7143 §4.2.5.2, §11.7, §11.8).
 *
 * @module
 */

import { dataOutIn } from "../../wire/data_out.ts";
import { Opcode, type R2T, RESERVED_TAG } from "../../wire/mod.ts";
import { breach } from "../failures.ts";
import type { Link } from "../connection/link.ts";
import type { SessionParameters } from "../login/negotiation/parameters.ts";
import type { ScsiTask } from "./task.ts";

/**
 * R2Ts beyond MaxOutstandingR2T that are answered while data of earlier ones seem to be in our queue: the runtime may tell later
 * that they were sent than the target answers them.
 */
const LATE_R2TS = 64;

/** How much of a write is sent before any R2T, in bytes. */
export interface UnsolicitedPlan {
  /** In the command PDU itself. */
  immediate: number;
  /** In Data-Out PDUs that follow the command. */
  unsolicited: number;
}

/** Plans the unsolicited data: as much as the target allows, to save round trips. */
export function planUnsolicited(writeLength: number, rules: SessionParameters): UnsolicitedPlan {
  const burst = Math.min(rules.firstBurstLength, writeLength);
  let immediate = rules.immediateData ? Math.min(burst, rules.targetMaxRecvDataSegmentLength) : 0;
  if (rules.initialR2T) return { immediate, unsolicited: 0 };
  // Only the last PDU of a burst may end in the middle of a word.
  if (immediate < burst) immediate -= immediate % 4;
  return { immediate, unsolicited: burst - immediate };
}

function bad(field: string, got: number, limit: number | string, message: string): never {
  throw breach(message, { opcode: Opcode.R2T, field, got, limit });
}

/** Sends `start` to `end` (exclusive) of a task's data as one sequence of Data-Out PDUs. The data are not copied. */
function sendDataOut(
  link: Link,
  task: ScsiTask,
  sequence: { start: number; end: number; targetTransferTag: number; lun: bigint },
): void {
  const { dataOut } = task.command;
  const most = link.parameters.targetMaxRecvDataSegmentLength;
  const step = most - most % 4;
  let dataSN = 0;
  for (let at = sequence.start; at < sequence.end;) {
    const left = sequence.end - at;
    const length = left <= most ? left : step;
    const header = dataOutIn(link.connection.memory, {
      final: length === left,
      lun: sequence.lun,
      initiatorTaskTag: task.itt,
      targetTransferTag: sequence.targetTransferTag,
      expStatSN: link.statuses.expStatSN,
      dataSN: dataSN++,
      bufferOffset: at,
      dataSegmentLength: length,
    });
    link.connection.send(header, dataOut.subarray(at, at + length));
    at += length;
  }
  task.sentEnd = link.connection.queuedBytes;
}

/** Sends the unsolicited Data-Out PDUs that follow a command. */
export function sendUnsolicited(link: Link, task: ScsiTask, start: number, length: number): void {
  sendDataOut(link, task, { start, end: start + length, targetTransferTag: RESERVED_TAG, lun: task.command.lun });
}

/**
 * Checks an R2T and answers it at once, so that R2Ts are answered in the order in which they arrive.
 *
 * @throws `ISCSI_PROTOCOL_ERROR`
 */
export function answerR2T(link: Link, task: ScsiTask, pdu: R2T): void {
  const rules = link.parameters;
  const total = task.command.dataOut.length;
  const length = pdu.desiredDataTransferLength;
  const start = pdu.bufferOffset;
  if (total === 0) {
    bad(
      "InitiatorTaskTag",
      pdu.initiatorTaskTag,
      "a command that writes",
      "R2T came for a command that writes nothing",
    );
  }
  if (pdu.targetTransferTag === RESERVED_TAG) {
    bad("TargetTransferTag", RESERVED_TAG, "not the reserved tag", "R2T has no Target Transfer Tag");
  }
  if (length === 0 || length > rules.maxBurstLength) {
    bad(
      "DesiredDataTransferLength",
      length,
      rules.maxBurstLength,
      "R2T asks for nothing or for more than MaxBurstLength",
    );
  }
  if (start + length > total) {
    bad("BufferOffset", start, total - length, "R2T asks for data past the end of the command's data");
  }
  if (pdu.r2tSN !== task.nextDataSN) bad("R2TSN", pdu.r2tSN, task.nextDataSN, "R2T is out of sequence");
  if (rules.dataSequenceInOrder && start < task.written.end) {
    bad("BufferOffset", start, task.written.end, "R2T goes back although sequences are agreed to be in order");
  }
  // Each R2T is answered when it arrives, so more of them in one read than may be outstanding are certainly too many.
  task.r2tsInBatch = task.r2tBatch === link.connection.batch ? task.r2tsInBatch + 1 : 1;
  task.r2tBatch = link.connection.batch;
  if (task.r2tsInBatch > rules.maxOutstandingR2T) {
    bad("R2T", task.r2tsInBatch, rules.maxOutstandingR2T, "More R2Ts are outstanding than MaxOutstandingR2T allows");
  }
  // One whose data are still in our queue is outstanding too: a target that asks byte by byte and reads nothing would have us
  // queue a header for each byte.
  const sent = link.connection.handedOverBytes;
  while ((task.r2tEnds[0] ?? Infinity) <= sent) task.r2tEnds.shift();
  if (task.r2tEnds.length >= rules.maxOutstandingR2T + LATE_R2TS) {
    const limit = rules.maxOutstandingR2T;
    bad("R2T", task.r2tEnds.length + 1, limit, "R2Ts go on coming while no data of earlier ones are taken");
  }
  if (!task.written.add(start, start + length)) {
    bad("BufferOffset", start, "bytes not sent yet", "R2T asks again for data that were sent");
  }
  task.nextDataSN++;
  sendDataOut(link, task, { start, end: start + length, targetTransferTag: pdu.targetTransferTag, lun: pdu.lun });
  task.r2tEnds.push(task.sentEnd);
}
