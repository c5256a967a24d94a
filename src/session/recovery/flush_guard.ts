/**
 * Keeps a flush from lying. Writes that were acknowledged, but not yet flushed, sit in the target's cache; whether they
 * survived what ended the connection is not known. So the first flush after that must not report success for them.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../../errors.ts";
import type { CommandCall } from "../commands/command.ts";
import { isRecoveredError } from "../sense.ts";
import type { ScsiResult } from "../../command.ts";

const GOOD = 0x00;
const CHECK_CONDITION = 0x02;
const SYNCHRONIZE_CACHE: readonly number[] = [0x35, 0x91];
/** IMMED: the answer comes before the cache is written. */
const IMMEDIATE = 0x02;
/** WRITE and WRITE AND VERIFY (10, 12, 16): these have an FUA bit, or verify what is on the medium. */
const WITH_FUA: readonly number[] = [0x2a, 0xaa, 0x8a];
const FUA = 0x08;
/** WRITE SAME and UNMAP change the medium, WRITE SAME perhaps without data. */
const WITHOUT_DATA: readonly number[] = [0x41, 0x93, 0x42];

/** Whether every byte after the opcode and its flags is 0: then it is the whole LUN that is flushed. */
function wholeLun(cdb: Uint8Array): boolean {
  const numbers = cdb[0] === 0x35 ? [[2, 6], [7, 9]] : [[2, 10], [10, 14]];
  return numbers.every(([start, end]) => cdb.subarray(start, end).every((byte) => byte === 0));
}

/** The flushes of one session. */
export class FlushGuard {
  /**
   * LUNs with acknowledged writes that no good flush covers, and how many commands had been given when the last of them was
   * acknowledged: a flush given before need not have covered it.
   */
  readonly #dirty: Map<bigint, number> = new Map();
  /** Those of them that were so when a connection was lost. */
  readonly #suspect: Set<bigint> = new Set();

  /** The connection was lost. */
  lost(): void {
    for (const lun of this.#dirty.keys()) this.#suspect.add(lun);
  }

  /**
   * A command has its result. Returns the error that it must end with all the same.
   *
   * @param given how many commands the session has been given so far
   */
  judge(call: CommandCall, result: ScsiResult, given: number): IscsiError | undefined {
    const { status, sense } = result;
    if (status !== GOOD && !(status === CHECK_CONDITION && isRecoveredError(sense))) return undefined;
    const { cdb, lun } = call;
    const opcode = cdb[0] as number;
    const flags = cdb[1] as number;
    if (SYNCHRONIZE_CACHE.includes(opcode)) {
      if ((flags & IMMEDIATE) !== 0) return undefined;
      if (wholeLun(cdb) && call.order >= (this.#dirty.get(lun) ?? 0)) this.#dirty.delete(lun);
      if (!this.#suspect.delete(lun)) return undefined;
      return new IscsiError(
        ErrorCode.OutcomeUnknown,
        "The connection was lost after writes that had not been flushed: whether they have reached the medium is not known",
      );
    }
    const changes = call.dataOut.length > 0 || WITHOUT_DATA.includes(opcode);
    const durable = WITH_FUA.includes(opcode) && (flags & FUA) !== 0;
    if (changes && !durable) this.#dirty.set(lun, given);
    return undefined;
  }
}
