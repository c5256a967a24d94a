/**
 * SANITIZE in all its service actions.
 *
 * @module
 */
import { checkBytes } from "../../../arguments.ts";
import { command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { type Field, flag, uint } from "../../data/field.ts";
import { checkNumber, putUint } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

const FIELDS: readonly Field[] = [
  flag("immediate", 1, 7),
  flag("zonedNoReset", 1, 6),
  flag("allowUnrestrictedExit", 1, 5),
  uint("parameterListLength", 7, 2),
];

export const SANITIZE_OVERWRITE: CdbLayout = layout(
  "SANITIZE OVERWRITE",
  { opcode: 0x48, serviceAction: 0x01, length: 10, set: "SBC", source: "SBC-3 SANITIZE" },
  FIELDS,
);
export const SANITIZE_BLOCK_ERASE: CdbLayout = layout(
  "SANITIZE BLOCK ERASE",
  { opcode: 0x48, serviceAction: 0x02, length: 10, set: "SBC", source: "SBC-3 SANITIZE" },
  FIELDS,
);
export const SANITIZE_CRYPTO_ERASE: CdbLayout = layout(
  "SANITIZE CRYPTOGRAPHIC ERASE",
  { opcode: 0x48, serviceAction: 0x03, length: 10, set: "SBC", source: "SBC-3 SANITIZE" },
  FIELDS,
);
/** SANITIZE, EXIT FAILURE MODE. */
export const SANITIZE_EXIT_FAILURE_MODE: CdbLayout = layout(
  "SANITIZE EXIT FAILURE MODE",
  { opcode: 0x48, serviceAction: 0x1f, length: 10, set: "SBC", source: "SBC-3 SANITIZE" },
  FIELDS,
);

/** Options of SANITIZE. */
export interface SanitizeOptions extends CommandOptions {
  /** IMMED: status before the work is done. */
  immediate?: boolean | undefined;
  /** ZNR: zones keep their write pointers. */
  zonedNoReset?: boolean | undefined;
  /** AUSE: EXIT FAILURE MODE may end a failed sanitize operation. */
  allowUnrestrictedExit?: boolean | undefined;
}
/** Options of SANITIZE OVERWRITE. */
export interface SanitizeOverwriteOptions extends SanitizeOptions {
  /** Passes, 1 to 31. */
  count: number;
  /** Pattern, 1 byte to one block. */
  pattern: Uint8Array;
  /** TEST, 0 to 3. */
  test?: number | undefined;
  /** INVERT: every second pass writes the complement. */
  invert?: boolean | undefined;
}

/** SANITIZE OVERWRITE: all data are lost. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function sanitizeOverwrite(options: SanitizeOverwriteOptions): ScsiCommand {
  const { count, pattern, test, invert, ...rest } = given("SANITIZE", options);
  checkBytes("pattern of SANITIZE OVERWRITE", pattern, 1, 0xfffb);
  const dataOut = new Uint8Array(4 + pattern.length);
  dataOut[0] = (invert ? 0x80 : 0) | (checkNumber("test of SANITIZE OVERWRITE", test ?? 0, 0, 3) << 5) |
    checkNumber("count of SANITIZE OVERWRITE", count, 1, 31);
  putUint(dataOut, 2, 2, pattern.length);
  dataOut.set(pattern, 4);
  return command(SANITIZE_OVERWRITE, rest, { dataOut, replay: "never" }, { parameterListLength: dataOut.length });
}
/** SANITIZE BLOCK ERASE: all data are lost. */
export function sanitizeBlockErase(options: SanitizeOptions = {}): ScsiCommand {
  return command(SANITIZE_BLOCK_ERASE, options, { replay: "never" });
}
/** SANITIZE CRYPTOGRAPHIC ERASE: all data are lost. */
export function sanitizeCryptoErase(options: SanitizeOptions = {}): ScsiCommand {
  return command(SANITIZE_CRYPTO_ERASE, options, { replay: "never" });
}
/** SANITIZE EXIT FAILURE MODE: ends a failed sanitize operation. */
export function sanitizeExitFailureMode(options: SanitizeOptions = {}): ScsiCommand {
  return command(SANITIZE_EXIT_FAILURE_MODE, options, { replay: "never" });
}
