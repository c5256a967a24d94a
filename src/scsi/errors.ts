import { checkShape } from "../arguments.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import { cdbName } from "./cdb/names.ts";
import type { ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../command.ts";
import { describeSense } from "./sense/asc.ts";
import { SenseKey } from "./sense/keys.ts";
import { parseSense, type SenseData } from "./sense/parse.ts";
import { ScsiStatus, statusName } from "./status.ts";

/** A command ended with a status other than GOOD or CONDITION MET, or INQUIRY answered that there is no such LUN. */
export class ScsiError extends IscsiError {
  /** SCSI status byte. */
  readonly status: number;
  /** Sense data; undefined where none came or they cannot be parsed. */
  readonly sense: SenseData | undefined;
  /** The CDB of the command. */
  readonly cdb: Uint8Array;
  /** Makes an error from its parts; {@link scsiErrorFrom} chooses them. */
  constructor(
    code: ErrorCode,
    message: string,
    details: { status: number; sense: SenseData | undefined; cdb: Uint8Array },
    options?: ErrorOptions,
  ) {
    super(code, message, options);
    this.status = details.status;
    this.sense = details.sense;
    this.cdb = details.cdb;
  }
}

function checkResult(result: ScsiResult): void {
  checkShape("result", result, "ScsiResult", { status: "number", sense: "object" });
}

/** @throws {TypeError} `ERR_INVALID_ARG_TYPE` for something that is no command */
export function checkCommand(command: ScsiCommand): void {
  checkShape("command", command, "ScsiCommand", { cdb: "object" });
}

/** @throws {TypeError} `ERR_INVALID_ARG_TYPE` for something that executes no commands */
export function checkExecutor(executor: ScsiExecutor): void {
  checkShape("executor", executor, "ScsiExecutor", { execute: "function" });
}

/** The sense data of a result; undefined where there are none or they cannot be parsed. */
export function senseOf(result: ScsiResult): SenseData | undefined {
  checkResult(result);
  if (result.sense.length === 0) return undefined;
  try {
    return parseSense(result.sense);
  } catch {
    return undefined;
  }
}

/**
 * The code for a CHECK CONDITION. Additional sense codes whose meaning does not depend on the key are checked first.
 */
function codeOfSense(sense: SenseData): ErrorCode {
  // A deferred error is about another command: none of the codes below would be true of this one.
  if (sense.deferred) return ErrorCode.ScsiCheckCondition;
  const { senseKey, asc, ascq } = sense;
  if (senseKey === SenseKey.UnitAttention) return ErrorCode.ScsiUnitAttention;
  if (asc === 0x3a) return ErrorCode.ScsiMediumNotPresent;
  if (asc === 0x27 && ascq === 7) return ErrorCode.ScsiNoSpace;
  if (asc === 0x27) return ErrorCode.ScsiWriteProtected;
  switch (senseKey) {
    case SenseKey.NotReady:
      return ErrorCode.ScsiNotReady;
    case SenseKey.MediumError:
      return ErrorCode.ScsiMediumError;
    case SenseKey.IllegalRequest:
      if (asc === 0x25) return ErrorCode.ScsiLunNotFound;
      if (asc === 0x21 && ascq === 0) return ErrorCode.ScsiLbaOutOfRange;
      return ErrorCode.ScsiIllegalRequest;
    case SenseKey.Miscompare:
      return ErrorCode.ScsiMiscompare;
    default:
      return ErrorCode.ScsiCheckCondition;
  }
}

/** Makes the error for a result that is not GOOD, with the most specific `SCSI_*` code. */
export function scsiErrorFrom(result: ScsiResult, command: ScsiCommand): ScsiError {
  checkResult(result);
  checkCommand(command);
  const { status } = result;
  const sense = status === ScsiStatus.CheckCondition ? senseOf(result) : undefined;
  let code: ErrorCode = ErrorCode.ScsiStatus;
  let reason = statusName(status);
  if (status === ScsiStatus.CheckCondition) {
    code = sense === undefined ? ErrorCode.ScsiCheckCondition : codeOfSense(sense);
    const missing = result.sense.length === 0
      ? "CHECK CONDITION without sense data"
      : "CHECK CONDITION with bad sense data";
    reason = sense === undefined ? missing : describeSense(sense);
    if (code === ErrorCode.ScsiNoSpace) reason = `no space is left for the blocks of the LUN: ${reason}`;
  } else if (status === ScsiStatus.Busy || status === ScsiStatus.TaskSetFull) code = ErrorCode.ScsiBusy;
  else if (status === ScsiStatus.ReservationConflict) code = ErrorCode.ScsiReservationConflict;
  return new ScsiError(code, `${cdbName(command.cdb)} failed: ${reason}`, { status, sense, cdb: command.cdb });
}

/** Whether a status is a success: GOOD or CONDITION MET. */
export function isGood(result: ScsiResult): boolean {
  // Every command comes through here: what else was passed is looked at only where this is not the usual result.
  if (result?.status === ScsiStatus.Good) return true;
  checkResult(result);
  return result.status === ScsiStatus.ConditionMet;
}

/**
 * Runs a command and throws unless it ended with GOOD or CONDITION MET. Nothing is retried.
 *
 * @throws {ScsiError} with a `SCSI_*` code
 */
export async function run(
  executor: ScsiExecutor,
  command: ScsiCommand,
  options?: ExecuteOptions,
): Promise<ScsiResult> {
  checkExecutor(executor);
  checkCommand(command);
  const result = await executor.execute(command, options);
  if (!isGood(result)) throw scsiErrorFrom(result, command);
  return result;
}
