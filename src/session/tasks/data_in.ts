/**
 * Data-In: the checks of its header, and where its bytes go (RFC 7143 §11.7).
 *
 * @module
 */

import { type DataIn, Opcode } from "../../wire/mod.ts";
import { breach } from "../failures.ts";
import type { SessionParameters } from "../login/negotiation/parameters.ts";
import type { ScsiTask } from "./task.ts";

/** SCSI statuses that a Data-In may carry (RFC 7143 §11.7.1): GOOD, CONDITION MET, INTERMEDIATE-CONDITION MET. */
const STATUS_IN_DATA_IN: readonly number[] = [0x00, 0x04, 0x14];

function bad(field: string, got: number, limit: number | string, message: string): never {
  throw breach(message, { opcode: Opcode.DataIn, field, got, limit });
}

/** What to do with the data of a Data-In. */
interface Placement {
  /** Where they go; undefined: there are none, or they are discarded. */
  destination: Uint8Array | undefined;
  /** The PDU is a duplicate, and is ignored. */
  repeated: boolean;
  /** The sequence is longer than MaxBurstLength. tgtd never ends a sequence early, so this is tolerated. */
  longSequence: boolean;
}

/**
 * Handles a Data-In when its header has arrived, before its data.
 *
 * @throws `ISCSI_PROTOCOL_ERROR`
 */
export function placeDataIn(task: ScsiTask, pdu: DataIn, rules: SessionParameters): Placement {
  const { dataIn } = task.command;
  const length = pdu.dataSegmentLength;
  if (dataIn.length === 0) {
    bad(
      "InitiatorTaskTag",
      pdu.initiatorTaskTag,
      "a command that reads",
      "Data-In came for a command that reads nothing",
    );
  }
  if (pdu.dataSN !== task.nextDataSN) {
    if (pdu.dataSN < task.nextDataSN) return { repeated: true, destination: undefined, longSequence: false };
    bad("DataSN", pdu.dataSN, task.nextDataSN, "A Data-In PDU is missing");
  }
  const start = pdu.bufferOffset;
  const end = start + length;
  if (length > 0) {
    if (end > dataIn.length) {
      bad("BufferOffset", start, dataIn.length - length, "Data-In goes past the end of the command's buffer");
    }
    if (rules.dataPduInOrder && rules.dataSequenceInOrder && start !== task.received.end) {
      bad("BufferOffset", start, task.received.end, "Data-In is not at the end of the data before it");
    }
  }
  if (pdu.statusPresent) {
    if (!pdu.final) bad("F", 0, 1, "A Data-In with status is not marked final");
    if (!STATUS_IN_DATA_IN.includes(pdu.status)) {
      bad("Status", pdu.status, "0x00, 0x04 or 0x14", "A Data-In carries a status that needs a SCSI Response");
    }
  } else if (length > 0 && task.received.total === dataIn.length) {
    bad("DataSegmentLength", length, 0, "Data-In came after the last byte");
  }
  if (length > 0 && !task.received.add(start, end)) {
    bad("BufferOffset", start, "bytes not received yet", "Data-In brings bytes that have come already");
  }
  task.nextDataSN++;
  task.dataInPdus++;
  const sequenceBytes = task.sequenceBytes + length;
  task.sequenceBytes = pdu.final ? 0 : sequenceBytes;
  const whole = length === dataIn.length;
  return {
    repeated: false,
    destination: whole ? dataIn : length > 0 ? dataIn.subarray(start, end) : undefined,
    longSequence: sequenceBytes > rules.maxBurstLength,
  };
}
