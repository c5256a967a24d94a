/**
 * What `deno task new-command` is asked for.
 *
 * @module
 */

import { parseArgs } from "node:util";

/** The standards, with the revision whose clauses are named where the caller names none. */
export const STANDARDS = {
  SPC: { revision: "SPC-4", deviceType: 0 },
  SBC: { revision: "SBC-4", deviceType: 0 },
  ZBC: { revision: "ZBC", deviceType: 0x14 },
  SSC: { revision: "SSC-3", deviceType: 1 },
  SMC: { revision: "SMC-3", deviceType: 8 },
  MMC: { revision: "MMC-6", deviceType: 5 },
} as const;
/** A standard, by the name that command sets have in the code. */
export type Standard = keyof typeof STANDARDS;

/** Whether a command may be sent again when its answer was lost. */
export const REPLAYS = ["safe", "optIn", "never"] as const;

/** A command to be written. */
export interface CommandRequest {
  /** As errors and tables show it: `READ(16)`. */
  name: string;
  standard: Standard;
  /** 0 to 255. */
  opcode: number;
  /** Where the opcode is shared: 0 to 31, or 0 to 65535 with opcode 7Fh. */
  serviceAction: number | undefined;
  /** Bytes of the CDB. */
  length: number;
  /** Standard and clause: `SBC-4 READ (16)`. */
  source: string;
  replay: typeof REPLAYS[number];
}

/** Why nothing was written. */
export class Refusal extends Error {}

export const USAGE = `deno task new-command NAME --standard STANDARD --opcode HEX [options]

Writes what a new SCSI command needs: its file in src/scsi/commands/, its place in the registry of its standard,
in the names of src/scsi/cdb/names.ts, in src/scsi/mod.ts, in the table of docs/scsi.md and in the samples of
tests/unit/scsi/, and a test that fails until the CDB stands in it in hex. Refuses what is there already.

  NAME                   the standard's name of the command, in capitals: "READ(16)", "REPORT REFERRALS"
  --standard STANDARD    ${Object.keys(STANDARDS).join(", ")}
  --opcode HEX           byte 0 of the CDB: 9e
  --service-action HEX   where the opcode is shared: 13; opcode 7f needs one
  --length BYTES         of the CDB; opcode 7f needs it, others have the length of their group (SAM-5 §5.2)
  --source TEXT          revision and clause; the newest revision that the library follows, and NAME, where absent
  --replay WHEN          may it be sent again when its answer was lost: safe (it changes nothing), optIn (twice is
                         once), never; never where absent
  --help                 this text

  deno task new-command "REPORT REFERRALS" --standard SBC --opcode 9e --service-action 13 --replay safe`;

/** Bytes of a CDB by the upper three bits of its opcode; the other groups are reserved, of variable length, or a vendor's. */
const GROUP_LENGTHS: Readonly<Record<number, number>> = { 0: 6, 1: 10, 2: 10, 4: 16, 5: 12 };
const VARIABLE_LENGTH = 0x7f;

function hexNumber(option: string, text: string, max: number): number {
  if (!/^(0x)?[0-9a-f]{1,4}$/i.test(text) || parseInt(text, 16) > max) {
    throw new Refusal(`--${option} takes a hexadecimal number up to ${max.toString(16)}, got ${JSON.stringify(text)}`);
  }
  return parseInt(text, 16);
}

function oneOf<T extends string>(option: string, text: string, all: readonly T[]): T {
  const found = all.find((one) => one === text);
  if (found === undefined) throw new Refusal(`--${option} takes ${all.join(", ")}, got ${JSON.stringify(text)}`);
  return found;
}

function lengthOf(opcode: number, given: string | undefined): number {
  const fixed = GROUP_LENGTHS[opcode >> 5];
  const length = given === undefined ? fixed : Number(given);
  if (fixed !== undefined && length !== fixed) {
    throw new Refusal(`A CDB of this opcode has ${fixed} bytes (SAM-5 §5.2), --length says ${given}`);
  }
  if (opcode === VARIABLE_LENGTH) {
    if (length !== undefined && Number.isInteger(length) && length >= 12 && length <= 260 && length % 4 === 0) {
      return length;
    }
    throw new Refusal(`Opcode 7f needs a --length from 12 to 260 that is a multiple of 4, got ${given ?? "none"}`);
  }
  if (fixed === undefined) throw new Refusal("Opcodes 60 to 7e and c0 to ff belong to no standard: use rawCommand()");
  return fixed;
}

/** Reads the words after `deno task new-command`. @throws {Refusal} where they do not describe a command */
export function parseRequest(args: readonly string[]): CommandRequest {
  const text = { type: "string" } as const;
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { standard: text, opcode: text, "service-action": text, length: text, source: text, replay: text },
    });
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n\n${USAGE}`);
  }
  const { values, positionals } = parsed;
  const [name] = positionals;
  if (positionals.length !== 1 || name === undefined) {
    throw new Refusal(
      `One NAME was wanted, got ${positionals.length}: put a name of several words in quotes\n\n${USAGE}`,
    );
  }
  if (!/^[A-Z][A-Z0-9]*([ -]|, )?([A-Z0-9]+([ -]|, )?)*(?<![ ,-])(\([A-Z0-9]+\))?$/.test(name)) {
    throw new Refusal(
      `NAME must be in capitals, with its length in parentheses without a blank, as in "READ(16)", got "${name}"`,
    );
  }
  if (values.standard === undefined || values.opcode === undefined) {
    throw new Refusal(`--standard and --opcode are needed\n\n${USAGE}`);
  }
  const standard = oneOf("standard", values.standard, Object.keys(STANDARDS) as Standard[]);
  const opcode = hexNumber("opcode", values.opcode, 0xff);
  const action = values["service-action"];
  if (opcode === VARIABLE_LENGTH && action === undefined) throw new Refusal("Opcode 7f needs a --service-action");
  return {
    name,
    standard,
    opcode,
    serviceAction: action === undefined
      ? undefined
      : hexNumber("service-action", action, opcode === VARIABLE_LENGTH ? 0xffff : 0x1f),
    length: lengthOf(opcode, values.length),
    source: values.source ?? `${STANDARDS[standard].revision} ${name.replace("(", " (")}`,
    replay: oneOf("replay", values.replay ?? "never", REPLAYS),
  };
}
