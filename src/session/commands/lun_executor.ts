/**
 * What callers hold to give commands to one LUN of a session.
 *
 * @module
 */

import type { Ledger, Writer } from "../../async/ledger.ts";
import type { ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../../command.ts";
import type { LunState } from "./luns.ts";

/** Runs a command. `writer`: who is told at its next flush if what it writes may be lost; undefined: nobody is. */
type Run = (
  lun: LunState,
  command: ScsiCommand,
  options: ExecuteOptions,
  writer: Writer | undefined,
) => Promise<ScsiResult>;

/** An executor whose flushes tell of losses of what was written through it. */
export class LunExecutor implements ScsiExecutor {
  readonly #lun: LunState;
  readonly #run: Run;
  readonly #writer: Writer;

  constructor(lun: LunState, run: Run) {
    this.#lun = lun;
    this.#run = run;
    this.#writer = lun.ledger.writer(this);
  }

  execute(command: ScsiCommand, options: ExecuteOptions = {}): Promise<ScsiResult> {
    return this.#run(this.#lun, command, options, this.#writer);
  }

  /** The same for a block device, which keeps account of its writers itself, in the ledger of the LUN. */
  get accounted(): ScsiExecutor & { readonly ledger: Ledger } {
    const lun = this.#lun;
    return {
      ledger: lun.ledger,
      execute: (command, options = {}) => this.#run(lun, command, options, undefined),
    };
  }
}
