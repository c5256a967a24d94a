/**
 * What a target answers for a LUN that has no logical unit (SPC-4 §6.4.2, SAM-5 §5.11).
 *
 * @module
 */

import { readU16 } from "../../bytes/view.ts";
import { reportLuns, standardInquiry } from "./commands/inquiry.ts";
import type { CommandContext } from "./context.ts";
import { encodeSense, invalidField, unknownUnit } from "./sense.ts";

/** Runs a command addressed to a LUN that does not exist. */
export function runWithoutUnit(context: Pick<CommandContext, "cdb" | "units" | "reply">): void {
  const { cdb } = context;
  switch (cdb[0]) {
    case 0x12:
      if ((cdb[1]! & 1) !== 0) throw invalidField(1, 0);
      return context.reply(standardInquiry(undefined), readU16(cdb, 3));
    case 0xa0:
      return reportLuns(context);
    case 0x03:
      return context.reply(encodeSense(unknownUnit().sense, (cdb[1]! & 1) !== 0), cdb[4]!);
    default:
      throw unknownUnit();
  }
}
