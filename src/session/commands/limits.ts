/**
 * The time limits of commands by class: options, defaults and checks.
 *
 * @module
 */

import { checkInteger, checkKeys, integerOption } from "../../arguments.ts";
import { MAX_TIMEOUT } from "../../async/delay.ts";
import type { CommandClass } from "../../command.ts";

/** Time limits of commands by class, each in milliseconds, 1 to 2^31-1; 0: none. `docs/options.md` lists their commands. */
export interface CommandTimeouts {
  /**
   * For what asks about a unit or its state: INQUIRY, TEST UNIT READY, READ CAPACITY, MODE SENSE …
   *
   * @default 30000
   */
  quick?: number | undefined;
  /**
   * For reading.
   *
   * @default 60000
   */
  read?: number | undefined;
  /**
   * For writing, and for all that is in no other class.
   *
   * @default 90000
   */
  write?: number | undefined;
  /**
   * For SYNCHRONIZE CACHE and its like.
   *
   * @default 120000
   */
  flush?: number | undefined;
  /**
   * For UNMAP, WRITE SAME, VERIFY, EXTENDED COPY, START STOP UNIT, moves of media …
   *
   * @default 300000
   */
  bulk?: number | undefined;
  /**
   * For FORMAT UNIT, SANITIZE, REWIND, ERASE …
   *
   * @default 14400000
   */
  long?: number | undefined;
}

/** Milliseconds by class; 0: none. */
export type CommandLimits = Readonly<Record<CommandClass, number>>;

/** What {@link CommandTimeouts} is without the caller's wishes. */
export const COMMAND_LIMITS: CommandLimits = {
  quick: 30_000,
  read: 60_000,
  // dm-thin holds writes for 60 s while its pool may still grow.
  write: 90_000,
  // Linux gives 60 s, and caches have grown.
  flush: 120_000,
  bulk: 300_000,
  // About what Linux gives to the long commands of tapes.
  long: 14_400_000,
};

/** Classes of commands during which a target with one thread answers nothing, and is left alone until their own limit. */
export const SILENT_CLASSES: readonly CommandClass[] = ["flush", "bulk", "long"];

/** @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_OUT_OF_RANGE` */
export function resolveCommandLimits(given: number | CommandTimeouts = {}): CommandLimits {
  let fallbacks = COMMAND_LIMITS;
  let wishes: CommandTimeouts = {};
  if (typeof given === "object" && given !== null) {
    checkKeys("timeouts.command", wishes = given, Object.keys(COMMAND_LIMITS));
  } else {
    const all = checkInteger("timeouts.command", given, 0, MAX_TIMEOUT);
    fallbacks = { quick: all, read: all, write: all, flush: all, bulk: all, long: all };
  }
  const limit = (name: CommandClass): number =>
    integerOption(`timeouts.command.${name}`, wishes[name], fallbacks[name], 0, MAX_TIMEOUT);
  return {
    quick: limit("quick"),
    read: limit("read"),
    write: limit("write"),
    flush: limit("flush"),
    bulk: limit("bulk"),
    long: limit("long"),
  };
}
