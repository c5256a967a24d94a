/**
 * Keeps a flush from reporting success wrongly. Writes that were acknowledged but not yet flushed are in the target's
 * cache, and it is unknown whether they survived what ended the connection. So the first flush afterwards must not
 * report success for them.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../../errors.ts";
import type { Command } from "../commands/command.ts";
import type { ScsiKnowledge, ScsiResult } from "../../command.ts";

const GOOD = 0x00;
const CHECK_CONDITION = 0x02;

/** The flushes of one session. */
export class FlushGuard {
  /**
   * LUNs with acknowledged writes that no successful flush covers, and the number of commands given when the last of
   * them was acknowledged: a flush given earlier need not have covered it.
   */
  readonly #dirty: Map<bigint, number> = new Map();
  /** Those of them that were dirty when a connection was lost. */
  readonly #suspect: Set<bigint> = new Set();
  readonly #scsi: ScsiKnowledge;

  constructor(scsi: ScsiKnowledge) {
    this.#scsi = scsi;
  }

  /** The connection was lost. */
  lost(): void {
    for (const lun of this.#dirty.keys()) this.#suspect.add(lun);
  }

  /**
   * A command has its result. Returns the error with which it must end nevertheless, if any.
   *
   * @param given how many commands the session has been given so far
   */
  judge(command: Command, result: ScsiResult, given: number): IscsiError | undefined {
    const { status, sense } = result;
    const done = status === GOOD || (status === CHECK_CONDITION && this.#scsi.meaningOf(sense) === "recovered");
    if (!done) return undefined;
    const { lun } = command;
    const { kind } = this.#scsi.effectOf(command.cdb);
    if (kind === "flush" || kind === "partialFlush") {
      if (kind === "flush" && command.order >= (this.#dirty.get(lun) ?? 0)) this.#dirty.delete(lun);
      if (!this.#suspect.delete(lun)) return undefined;
      return new IscsiError(
        ErrorCode.OutcomeUnknown,
        "The connection was lost after writes that had not been flushed: whether they have reached the medium is not known",
      );
    }
    if (kind === "write" || (kind === "other" && command.dataOut.length > 0)) this.#dirty.set(lun, given);
    return undefined;
  }
}
