/**
 * The checks of a command before anything is done with it.
 *
 * @module
 */

import type { ScsiCommand } from "../../command.ts";
import { ErrorCode, rangeError, typeError } from "../../errors.ts";
import { checkInteger } from "../options.ts";

/** A transfer length has 32 bits in a PDU. */
const MAX_TRANSFER = 0xffff_ffff;

/**
 * Checks what a caller passed.
 *
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`
 */
export function checkCommand(command: ScsiCommand): void {
  const { cdb, replay, attribute } = command;
  if (!(cdb instanceof Uint8Array)) throw typeError(ErrorCode.InvalidArgType, "cdb must be a Uint8Array");
  if (cdb.length < 6 || cdb.length > 260) throw rangeError(`cdb must have 6 to 260 bytes, and has ${cdb.length}`);
  checkBuffer("dataIn", command.dataIn);
  checkBuffer("dataOut", command.dataOut);
  if (replay !== undefined && replay !== "safe" && replay !== "optIn" && replay !== "never") {
    throw typeError(ErrorCode.InvalidArgValue, 'replay must be "safe", "optIn" or "never"');
  }
  if (attribute !== undefined) checkInteger("attribute", attribute, 0, 4);
}

function checkBuffer(name: string, value: unknown): void {
  if (value === undefined) return;
  if (!(value instanceof Uint8Array)) throw typeError(ErrorCode.InvalidArgType, `${name} must be a Uint8Array`);
  if (value.length > MAX_TRANSFER) {
    throw rangeError(`${name} must hold at most ${MAX_TRANSFER} bytes, and holds ${value.length}`);
  }
}
