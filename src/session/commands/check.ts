/**
 * The checks of a command before anything is done with it.
 *
 * @module
 */

import { checkBytes, checkInteger, checkObject, checkOneOf } from "../../arguments.ts";
import type { Replay, ScsiCommand } from "../../command.ts";

/** A transfer length has 32 bits in a PDU. */
const MAX_TRANSFER = 0xffff_ffff;
const REPLAYS: readonly Replay[] = ["safe", "optIn", "never"];

/**
 * Checks what a caller passed.
 *
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE`
 */
export function checkCommand(command: ScsiCommand): void {
  checkObject("command", command);
  const { cdb, dataIn, dataOut, replay, attribute } = command;
  checkBytes("cdb", cdb, 6, 260);
  if (dataIn !== undefined) checkBytes("dataIn", dataIn, 0, MAX_TRANSFER);
  if (dataOut !== undefined) checkBytes("dataOut", dataOut, 0, MAX_TRANSFER);
  if (replay !== undefined) checkOneOf("replay", replay, REPLAYS);
  if (attribute !== undefined) checkInteger("attribute", attribute, 0, 4);
}
