/**
 * START STOP UNIT and PREVENT ALLOW MEDIUM REMOVAL.
 *
 * @module
 */
import { wrongType } from "../../../arguments.ts";
import { command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, need } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";

export const START_STOP_UNIT: CdbLayout = layout(
  "START STOP UNIT",
  { opcode: 0x1b, length: 6, set: "SBC", source: "SBC-3 START STOP UNIT" },
  [
    flag("immediate", 1, 0),
    bits("powerConditionModifier", 3, 3, 4),
    bits("powerCondition", 4, 7, 4),
    flag("noFlush", 4, 2),
    flag("loadEject", 4, 1),
    flag("start", 4, 0),
  ],
);
/** PREVENT ALLOW MEDIUM REMOVAL. */
export const PREVENT_ALLOW_MEDIUM_REMOVAL: CdbLayout = layout(
  "PREVENT ALLOW MEDIUM REMOVAL",
  { opcode: 0x1e, length: 6, set: "SBC", source: "SBC-3 PREVENT ALLOW MEDIUM REMOVAL" },
  [need(bits("prevent", 4, 1, 2))],
);

/** Power conditions of START STOP UNIT (SBC-3). */
export const PowerCondition = {
  /** Process `start` and `loadEject`. */
  StartValid: 0x0,
  /** Active. */
  Active: 0x1,
  /** Idle. */
  Idle: 0x2,
  /** Standby. */
  Standby: 0x3,
  /** Give control to the device's own timers. */
  LogicalUnitControl: 0x7,
  /** Force the idle timer to zero. */
  ForceIdle: 0xa,
  /** Force the standby timer to zero. */
  ForceStandby: 0xb,
} as const;

/** Options of START STOP UNIT. */
export interface StartStopUnitOptions extends CommandOptions {
  /** START: start the unit, or load the medium with `loadEject`; false and absent: stop or eject. */
  start?: boolean | undefined;
  /** LOEJ: load or eject the medium. */
  loadEject?: boolean | undefined;
  /** NO_FLUSH: do not write the cache first. */
  noFlush?: boolean | undefined;
  /** {@link PowerCondition}, 0 to 15. */
  powerCondition?: number | undefined;
  /** POWER CONDITION MODIFIER, 0 to 15. */
  powerConditionModifier?: number | undefined;
  /** IMMED: status before the work is done. */
  immediate?: boolean | undefined;
}
/** Options of PREVENT ALLOW MEDIUM REMOVAL. */
export interface PreventAllowOptions extends CommandOptions {
  /** 0: allow, 1: prevent (2 and 3 for the changer beside it). */
  prevent: number;
}

/**
 * START STOP UNIT.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE`
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` where neither `start` nor a power condition says what to do
 */
export function startStopUnit(options: StartStopUnitOptions): ScsiCommand {
  given("START STOP UNIT", options);
  // With POWER CONDITION zero START counts (SBC-3): its zero stops the unit, and loadEject with it ejects the medium.
  if (options.start === undefined && (options.powerCondition ?? 0) === 0) {
    throw wrongType("start of START STOP UNIT", "be given without a powerCondition", "undefined");
  }
  return command(START_STOP_UNIT, options, { replay: "never" });
}
/** PREVENT ALLOW MEDIUM REMOVAL. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function preventAllowMediumRemoval(options: PreventAllowOptions): ScsiCommand {
  return command(PREVENT_ALLOW_MEDIUM_REMOVAL, options, { replay: "never" });
}
