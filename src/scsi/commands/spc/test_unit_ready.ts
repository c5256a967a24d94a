import { command, type CommandOptions } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import type { ScsiCommand } from "../../../command.ts";

export const TEST_UNIT_READY: CdbLayout = layout("TEST UNIT READY", {
  opcode: 0x00,
  length: 6,
  set: "SPC",
  source: "SPC-4 TEST UNIT READY",
});

/** TEST UNIT READY: GOOD where medium access commands can be run now. */
export function testUnitReady(options: CommandOptions = {}): ScsiCommand {
  return command(TEST_UNIT_READY, options, { replay: "safe" });
}
