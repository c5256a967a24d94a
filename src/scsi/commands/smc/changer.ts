/**
 * Media changers: MOVE MEDIUM, EXCHANGE MEDIUM, INITIALIZE ELEMENT STATUS, POSITION TO ELEMENT.
 *
 * @module
 */
import { command, type CommandOptions } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { flag, need, uint } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";

export const MOVE_MEDIUM: CdbLayout = layout(
  "MOVE MEDIUM",
  { opcode: 0xa5, length: 12, set: "SMC", source: "SMC-3 MOVE MEDIUM" },
  [
    need(uint("transport", 2, 2)),
    need(uint("source", 4, 2)),
    need(uint("destination", 6, 2)),
    flag("invert", 10, 0),
  ],
);
export const EXCHANGE_MEDIUM: CdbLayout = layout(
  "EXCHANGE MEDIUM",
  { opcode: 0xa6, length: 12, set: "SMC", source: "SMC-3 EXCHANGE MEDIUM" },
  [
    need(uint("transport", 2, 2)),
    need(uint("source", 4, 2)),
    need(uint("destination", 6, 2)),
    need(uint("secondDestination", 8, 2)),
    flag("invert1", 10, 1),
    flag("invert2", 10, 0),
  ],
);
export const INITIALIZE_ELEMENT_STATUS: CdbLayout = layout("INITIALIZE ELEMENT STATUS", {
  opcode: 0x07,
  length: 6,
  set: "SMC",
  source: "SMC-3 INITIALIZE ELEMENT STATUS",
});
/** INITIALIZE ELEMENT STATUS WITH RANGE. */
export const INITIALIZE_ELEMENT_STATUS_WITH_RANGE: CdbLayout = layout(
  "INITIALIZE ELEMENT STATUS WITH RANGE",
  { opcode: 0x37, length: 10, set: "SMC", source: "SMC-3 INITIALIZE ELEMENT STATUS WITH RANGE" },
  [flag("fast", 1, 1), flag("range", 1, 0), uint("startingElement", 2, 2), uint("elementCount", 6, 2)],
);
export const POSITION_TO_ELEMENT: CdbLayout = layout(
  "POSITION TO ELEMENT",
  { opcode: 0x2b, length: 10, set: "SMC", source: "SMC-3 POSITION TO ELEMENT" },
  [need(uint("transport", 2, 2)), need(uint("destination", 4, 2)), flag("invert", 8, 0)],
);

/** Options of MOVE MEDIUM: element addresses, 0 to 65535. */
export interface MoveMediumOptions extends CommandOptions {
  /** The arm; 0: the default one. */
  transport: number;
  /** From where. */
  source: number;
  /** To where. */
  destination: number;
  /** INVERT: turn the medium over. */
  invert?: boolean | undefined;
}
/**
 * Options of EXCHANGE MEDIUM: the medium at `source` moves to `destination`, and the one from there to
 * `secondDestination`.
 */
export interface ExchangeMediumOptions extends CommandOptions {
  /** The arm; 0: the default one. */
  transport: number;
  /** From where. */
  source: number;
  /** To where. */
  destination: number;
  /** Where the medium from the destination goes. */
  secondDestination: number;
  /** INV1: turn the first medium over. */
  invert1?: boolean | undefined;
  /** INV2: turn the second medium over. */
  invert2?: boolean | undefined;
}

/** MOVE MEDIUM. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function moveMedium(options: MoveMediumOptions): ScsiCommand {
  return command(MOVE_MEDIUM, options, { replay: "never" });
}
/** EXCHANGE MEDIUM. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function exchangeMedium(options: ExchangeMediumOptions): ScsiCommand {
  return command(EXCHANGE_MEDIUM, options, { replay: "never" });
}
/** INITIALIZE ELEMENT STATUS: the changer looks at all its elements. */
export function initializeElementStatus(options: CommandOptions = {}): ScsiCommand {
  return command(INITIALIZE_ELEMENT_STATUS, options, { replay: "never" });
}
/** INITIALIZE ELEMENT STATUS WITH RANGE: at some. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function initializeElementStatusWithRange(
  options: CommandOptions & { startingElement: number; elementCount: number; fast?: boolean | undefined },
): ScsiCommand {
  return command(INITIALIZE_ELEMENT_STATUS_WITH_RANGE, options, { replay: "never" }, { range: true });
}
/** POSITION TO ELEMENT: moves an arm. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function positionToElement(
  options: CommandOptions & { transport: number; destination: number; invert?: boolean | undefined },
): ScsiCommand {
  return command(POSITION_TO_ELEMENT, options, { replay: "never" });
}
