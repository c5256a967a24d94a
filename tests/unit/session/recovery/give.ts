/**
 * Commands as a session is given them, and a knowledge of SCSI that reads them: no CDB of a standard is needed to say what a
 * command does to the medium.
 *
 * @module
 */

import type { CommandEffect, Replay, ScsiKnowledge } from "../../../../src/command.ts";
import { Command } from "../../../../src/session/commands/command.ts";
import { LunState } from "../../../../src/session/commands/luns.ts";

const KINDS = ["other", "write", "durableWrite", "flush", "partialFlush", "other"] as const;

/** What a command of a test does. */
export interface Given {
  order: number;
  kind?: CommandEffect["kind"];
  /** Blocks from a first one to an end (exclusive); absent: perhaps all. */
  blocks?: readonly [start: number, end: number];
  lun?: bigint;
  /** The state of the LUN, where others know it too. */
  unit?: LunState;
  /** Bytes that it sends. */
  sends?: number;
  /** Whether it may be sent again. */
  replay?: Replay;
}

/** A command that does that. */
export function give(
  {
    order,
    kind = "other",
    blocks,
    lun = 0n,
    unit = new LunState(lun),
    sends = kind === "write" ? 512 : 0,
    replay = "optIn",
  }: Given,
): Command {
  const cdb = Uint8Array.of(KINDS.indexOf(kind), ...(blocks ?? []), ...(blocks === undefined ? [] : [0]));
  const command = new Command(
    { cdb, dataOut: new Uint8Array(sends), replay },
    { unit, timeout: 0, ownLimit: false, given: 0, deadline: Infinity, order, optional: false },
  );
  command.promise.catch(() => {});
  return command;
}

const LOSS = { what: "A loss of power", certain: true };

/**
 * Reads what {@link give} has written. Sense data of one byte: 1 is a recovered error, 2 and 3 are unit attentions that tell of a
 * reset and of a loss, 4 says that a flush has failed for good.
 */
export const KNOWLEDGE: ScsiKnowledge = {
  effectOf: (cdb) => ({
    kind: KINDS[cdb[0] as number] as CommandEffect["kind"],
    extent: cdb.length > 1 ? { start: BigInt(cdb[1] as number), end: BigInt(cdb[2] as number) } : undefined,
  }),
  meaningOf: (sense) => sense[0] === 1 ? "recovered" : sense[0] === 2 || sense[0] === 3 ? "unitAttention" : "other",
  classOf: () => "write",
  nameOf: () => "a command",
  lossIn: (sense) => sense[0] === 2 ? { what: "A reset", certain: false } : sense[0] === 3 ? LOSS : undefined,
  flushLoses: (cdb, sense) => cdb[0] === 3 && sense[0] === 4 ? LOSS : undefined,
  passesAttentions: (cdb) => cdb[0] === 5,
  suspicionOf: () => "none",
  takenBy: () => undefined,
};
