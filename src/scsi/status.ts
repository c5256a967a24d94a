import { hexDigits } from "../bytes/hex.ts";

/** SCSI status byte (SAM-5 §5.3.1). */
export const ScsiStatus = {
  /** The command completed. */
  Good: 0x00,
  /** The sense data say what happened. */
  CheckCondition: 0x02,
  /** The condition requested by the command is satisfied (PRE-FETCH). */
  ConditionMet: 0x04,
  /** The logical unit cannot accept the command now. */
  Busy: 0x08,
  /** Intermediate (obsolete). */
  Intermediate: 0x10,
  /** Intermediate, condition met (obsolete). */
  IntermediateConditionMet: 0x14,
  /** Another initiator holds a reservation. */
  ReservationConflict: 0x18,
  /** Command terminated (obsolete). */
  CommandTerminated: 0x22,
  /** The logical unit has no room for another task. */
  TaskSetFull: 0x28,
  /** Auto contingent allegiance is active. */
  AcaActive: 0x30,
  /** Another initiator aborted the task. */
  TaskAborted: 0x40,
} as const;
/** One of the values of {@link ScsiStatus}. */
export type ScsiStatus = typeof ScsiStatus[keyof typeof ScsiStatus];

const NAMES: Readonly<Record<number, string>> = {
  0x00: "GOOD",
  0x02: "CHECK CONDITION",
  0x04: "CONDITION MET",
  0x08: "BUSY",
  0x10: "INTERMEDIATE",
  0x14: "INTERMEDIATE-CONDITION MET",
  0x18: "RESERVATION CONFLICT",
  0x22: "COMMAND TERMINATED",
  0x28: "TASK SET FULL",
  0x30: "ACA ACTIVE",
  0x40: "TASK ABORTED",
};

/** Name of a status byte, 0 to 255: `CHECK CONDITION`; `status 0x7f` where it has none. */
export function statusName(status: number): string {
  return NAMES[status] ?? `status 0x${hexDigits(status, 2)}`;
}
