/**
 * The check that something is a block device: there is no class that every one is of.
 *
 * @module
 */

import { checkShape, type Shape } from "../arguments.ts";
import type { BlockDevice } from "./device.ts";

/** The members of {@link BlockDevice} that all have, by their type: a record, so that none can be forgotten. */
const MEMBERS: Shape<Exclude<keyof BlockDevice, symbol | "recycle">> = {
  size: "number",
  blockSize: "number",
  readOnly: "boolean",
  supports: "object",
  limits: "object",
  readInto: "function",
  read: "function",
  write: "function",
  flush: "function",
  discard: "function",
  writeZeroes: "function",
  extents: "function",
  compareAndWrite: "function",
  close: "function",
};

/**
 * Checks a block device, by its members.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`
 */
export function checkDevice(name: string, value: unknown): BlockDevice {
  checkShape(name, value, "BlockDevice", MEMBERS);
  return value as BlockDevice;
}
