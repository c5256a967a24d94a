/**
 * TEST UNIT READY, REQUEST SENSE, SEND DIAGNOSTIC (SPC-4 §6.47, §6.39, §6.42), START STOP UNIT and
 * PREVENT ALLOW MEDIUM REMOVAL (SBC-4 §5.31, §5.16).
 *
 * @module
 */

import { readU16 } from "../../../bytes/view.ts";
import { Attention } from "../attention.ts";
import type { CommandContext, CommandEntry } from "../context.ts";
import { CheckCondition, encodeSense, invalidField, type Sense } from "../sense.ts";

/** The dispatcher has checked the medium: nothing is left to do. */
function testUnitReady(): void {}

function requestSense(context: CommandContext): void {
  const { cdb, unit, nexus } = context;
  const none: Sense = unit.mediumPresent ? { key: 0, code: 0 } : { key: 2, code: 0x3a00 };
  const sense = unit.attentions.take(nexus.id) ?? none;
  context.reply(encodeSense(sense, (cdb[1]! & 1) !== 0), cdb[4]!);
}

function sendDiagnostic(context: CommandContext): void {
  if (readU16(context.cdb, 3) !== 0) throw invalidField(3);
}

const LOEJ = 2;
const START = 1;
const NO_FLUSH = 4;

async function startStopUnit(context: CommandContext): Promise<void> {
  const { cdb, unit, nexus } = context;
  const flags = cdb[4]!;
  const powerCondition = flags >> 4;
  if (powerCondition !== 0) return;
  const start = (flags & START) !== 0;
  if (!start && (flags & NO_FLUSH) === 0 && unit.mediumPresent) await unit.flush();
  if ((flags & LOEJ) === 0) return;
  if (!unit.properties.removable) throw invalidField(4, 1);
  if (unit.preventers.size > 0) throw new CheckCondition({ key: 5, code: 0x5302 });
  const loads = start && unit.properties.backing !== undefined;
  if (loads && !unit.mediumPresent) unit.attentions.raise(Attention.MediumChanged, nexus.id);
  unit.mediumPresent = loads;
}

function preventAllow(context: CommandContext): void {
  const { cdb, unit, nexus } = context;
  const prevent = cdb[4]! & 3;
  if (prevent > 1) throw invalidField(4, 1);
  if (prevent === 1) unit.preventers.add(nexus.id);
  else unit.preventers.delete(nexus.id);
}

/** Commands about the state of the unit. */
export const readyCommands: readonly CommandEntry[] = [
  { opcode: 0x00, usage: [0x00, 0, 0, 0, 0, 0x04], access: "attribute", medium: true, run: testUnitReady },
  {
    opcode: 0x03,
    usage: [0x03, 0x01, 0, 0, 0xff, 0x04],
    access: "always",
    medium: false,
    ignoresAttention: true,
    run: requestSense,
  },
  { opcode: 0x1d, usage: [0x1d, 0xff, 0, 0xff, 0xff, 0x04], access: "read", medium: false, run: sendDiagnostic },
  { opcode: 0x1b, usage: [0x1b, 0x01, 0, 0, 0xf7, 0x04], access: "read", medium: false, run: startStopUnit },
  { opcode: 0x1e, usage: [0x1e, 0, 0, 0, 0x03, 0x04], access: "read", medium: false, run: preventAllow },
];
