/**
 * The end of a command: by a SCSI Response, or by a Data-In with status (RFC 7143 §11.4, §11.7).
 *
 * @module
 */

import { ErrorCode, IscsiError, ProtocolError } from "../../errors.ts";
import { type DataIn, decodeScsiResponseData, Opcode, type ScsiResponse } from "../../wire/mod.ts";
import { breach } from "../failures.ts";
import type { ScsiKnowledge } from "../../command.ts";
import type { Ending } from "../commands/command.ts";
import type { ScsiTask } from "./task.ts";

const NO_BYTES: Uint8Array = new Uint8Array(0);
/** GOOD, CONDITION MET, and their two intermediate forms: all data must have been moved. */
const SUCCESS: readonly number[] = [0x00, 0x04, 0x10, 0x14];
const GOOD = 0x00;
const CHECK_CONDITION = 0x02;
/** Command completed at the target (RFC 7143 §11.4.3). */
const COMPLETED = 0x00;

interface Residual {
  readonly overflow: number;
  readonly underflow: number;
}

const ALL_MOVED: Residual = { overflow: 0, underflow: 0 };

/** Checks one pair of residual flags against the expected length in bytes (RFC 7143 §11.4.5). */
function residual(opcode: number, over: boolean, under: boolean, count: number, expected: number): Residual {
  if (over && under) {
    throw breach("Overflow and underflow are both set", { opcode, field: "O, U", got: "both", limit: "one of them" });
  }
  if (under && count > expected) {
    throw breach("The target says that more bytes were not moved than were expected", {
      opcode,
      field: "ResidualCount",
      got: count,
      limit: expected,
    });
  }
  return over || under ? { overflow: over ? count : 0, underflow: under ? count : 0 } : ALL_MOVED;
}

function hole(word: string, moved: number, wanted: number, opcode: number): ProtocolError {
  return new ProtocolError(
    `The target reports success, but only ${moved} of ${wanted} bytes were ${word}`,
    { opcode, field: "ResidualCount", got: moved, limit: wanted },
  );
}

function end(
  task: ScsiTask,
  opcode: number,
  outcome: { status: number; sense: Uint8Array; recovered: boolean },
  read: Residual,
  write: Residual,
): Ending {
  const { dataIn, dataOut } = task.command;
  const { status, sense, recovered } = outcome;
  if (status === GOOD || SUCCESS.includes(status)) {
    const wanted = dataIn.length - read.underflow;
    if (task.received.prefix < wanted) return { error: hole("received", task.received.prefix, wanted, opcode) };
  }
  // A recovered error is a success too. For a read the result shows how much has arrived; for a write nothing else
  // would.
  if (SUCCESS.includes(status) || recovered) {
    const asked = dataOut.length - write.underflow;
    if (task.written.total < asked) return { error: hole("asked for", task.written.total, asked, opcode) };
  }
  const main = dataOut.length > 0 ? write : read;
  const valid = Math.min(task.received.prefix, dataIn.length - read.underflow);
  return {
    result: {
      status,
      sense,
      dataIn: valid === dataIn.length ? dataIn : dataIn.subarray(0, valid),
      underflow: main.underflow,
      overflow: main.overflow,
    },
  };
}

/** The end of a command whose last Data-In carried its status. */
export function endByDataIn(task: ScsiTask, pdu: DataIn): Ending {
  const { dataIn, dataOut } = task.command;
  // The usual case, without the objects of the others.
  if (
    pdu.status === GOOD && !pdu.overflow && !pdu.underflow && dataOut.length === 0 &&
    task.received.prefix === dataIn.length
  ) return { result: { status: GOOD, sense: NO_BYTES, dataIn, underflow: 0, overflow: 0 } };
  const read = residual(Opcode.DataIn, pdu.overflow, pdu.underflow, pdu.residualCount, dataIn.length);
  const outcome = { status: pdu.status, sense: NO_BYTES, recovered: false };
  return end(task, Opcode.DataIn, outcome, read, { overflow: 0, underflow: dataOut.length });
}

/**
 * The end of a command by its SCSI Response.
 *
 * @throws `ISCSI_PROTOCOL_ERROR` where the PDU is impossible or data were lost
 */
export function endByResponse(task: ScsiTask, pdu: ScsiResponse, data: Uint8Array, scsi: ScsiKnowledge): Ending {
  const { dataIn, dataOut } = task.command;
  const opcode = Opcode.ScsiResponse;
  if (pdu.response !== COMPLETED) {
    const code = pdu.response.toString(16).padStart(2, "0");
    return {
      error: new IscsiError(
        ErrorCode.TargetFailure,
        `The target did not complete the command: iSCSI response 0x${code}`,
      ),
    };
  }
  const both = dataIn.length > 0 && dataOut.length > 0;
  const expected = dataOut.length > 0 ? dataOut.length : dataIn.length;
  const main = residual(opcode, pdu.overflow, pdu.underflow, pdu.residualCount, expected);
  const readHalf = both
    ? residual(
      opcode,
      pdu.bidirectionalOverflow,
      pdu.bidirectionalUnderflow,
      pdu.bidirectionalResidualCount,
      dataIn.length,
    )
    : main;
  // ExpDataSN counts the Data-In PDUs that were sent; for a write it counts R2Ts, which cannot be lost unnoticed.
  if (dataOut.length === 0 && dataIn.length > 0 && pdu.expDataSN > task.dataInPdus) {
    throw breach("Data-In PDUs were lost", { opcode, field: "ExpDataSN", got: pdu.expDataSN, limit: task.dataInPdus });
  }
  const { sense } = decodeScsiResponseData(data);
  const { status } = pdu;
  const recovered = status === CHECK_CONDITION && scsi.meaningOf(sense) === "recovered";
  return end(task, opcode, { status, sense, recovered }, readHalf, main);
}
