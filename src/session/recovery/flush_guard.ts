/**
 * Keeps flushes from reporting success wrongly. Writes that were acknowledged but not yet flushed are in the target's cache, and
 * when that may be lost, each of their writers must be told at its next flush.
 *
 * Three things say so: the connection was lost (unless the caller trusts the target's cache), a unit attention, or a deferred error,
 * whichever command it answers. A target may greet a new session with unit attentions that mean nothing. So those that answer the
 * first commands for a LUN on a connection count only if the cache is trusted, and then only if they speak of a loss for certain;
 * else the loss of the connection before has counted.
 *
 * Block devices keep account of their writes themselves, in the same ledger of the LUN: they know more of their writes.
 *
 * @module
 */

import { type SentListener, Writer } from "../../async/ledger.ts";
import type { IscsiError } from "../../errors.ts";
import type { Command } from "../commands/command.ts";
import type { Luns, LunState } from "../commands/luns.ts";
import type { ScsiKnowledge, ScsiResult } from "../../command.ts";

const GOOD = 0x00;
const CHECK_CONDITION = 0x02;

/** The flushes of one session. */
export class FlushGuard {
  readonly #scsi: ScsiKnowledge;
  readonly #luns: Luns;
  readonly #trusting: boolean;

  /** @param trusting whether the target's cache is trusted to survive the loss of a connection */
  constructor(scsi: ScsiKnowledge, luns: Luns, trusting: boolean) {
    this.#scsi = scsi;
    this.#luns = luns;
    this.#trusting = trusting;
  }

  /** The connection was lost. */
  lost(): void {
    for (const lun of this.#luns.all()) {
      if (!this.#trusting) lun.ledger.lose("The connection was lost");
      lun.greeting = true;
    }
  }

  /** The target has told something of a LUN by sense data. */
  sensed(lun: LunState, sense: Uint8Array): void {
    const { ledger, greeting } = lun;
    const loss = this.#scsi.lossIn(sense);
    if (loss === undefined) return;
    if (!greeting || (this.#trusting && loss.certain)) ledger.lose(loss.what);
  }

  /** A LUN, or all of them, was reset by the caller. */
  reset(field: bigint | undefined): void {
    for (const lun of this.#luns.all()) {
      if (field === undefined || lun.field === field) lun.ledger.lose("The unit was reset");
    }
  }

  /** A command was given for a LUN, by a caller, by a block device, or by nobody who is told of losses. */
  given(command: Command, giver: Writer | SentListener | undefined): void {
    command.giver = giver;
    if (!(giver instanceof Writer)) return;
    if (command.dataIn.length > 0 || command.dataOut.length > 0) return;
    const { kind } = this.#scsi.effectOf(command.cdb);
    if (kind === "flush" || kind === "partialFlush") command.flushing = giver.flush();
  }

  /** A command has its result. Returns the error with which it must end nevertheless, if any. */
  answered(command: Command, result: ScsiResult): IscsiError | undefined {
    const { cdb, span, giver, flushing } = command;
    const lun = command.unit;
    const { status, sense } = result;
    const meaning = status === CHECK_CONDITION ? this.#scsi.meaningOf(sense) : "other";
    if (lun.greeting && meaning !== "unitAttention" && !this.#scsi.passesAttentions(cdb)) lun.greeting = false;
    if (status !== GOOD && meaning !== "recovered") {
      // At once: the good result of another flush may come right behind it.
      const gone = this.#scsi.flushLoses(cdb, sense);
      if (gone !== undefined) lun.ledger.lose(gone.what);
      if (gone !== undefined || (meaning !== "unitAttention" && this.#scsi.lossIn(sense) !== undefined)) {
        flushing?.told();
      }
      return undefined;
    }
    if (giver === undefined || span === undefined) return undefined;
    if (flushing !== undefined) {
      if (this.#scsi.effectOf(cdb).kind === "flush") flushing.covers();
      return flushing.loss();
    }
    if (!(giver instanceof Writer)) {
      giver.succeeded(span);
      return undefined;
    }
    // A command that reads and sends nothing changes nothing on the medium.
    if (command.dataIn.length > 0 && command.dataOut.length === 0) return undefined;
    const { kind } = this.#scsi.effectOf(cdb);
    if (kind === "write" || (kind === "other" && command.dataOut.length > 0)) giver.wrote(span);
    return undefined;
  }
}
