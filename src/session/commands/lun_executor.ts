/**
 * What callers hold to give commands to one LUN of a session.
 *
 * @module
 */

import type { Ledger, SentListener, Writer } from "../../async/ledger.ts";
import type { ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../../command.ts";
import type { LunState } from "./luns.ts";

/** Who gives a command: a writer, which is told of losses at its next flush, or whoever keeps account of that itself. */
export type Giver = Writer | SentListener;

/** Runs a command. */
type Run = (
  lun: LunState,
  command: ScsiCommand,
  options: ExecuteOptions,
  giver: Giver | undefined,
) => Promise<ScsiResult>;

/** As `block/` wants it, which meets this by shape. */
interface AccountedExecutor {
  readonly ledger: Ledger;
  execute(command: ScsiCommand, options?: ExecuteOptions, listener?: SentListener): Promise<ScsiResult>;
}

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
  get accounted(): AccountedExecutor {
    const lun = this.#lun;
    return {
      ledger: lun.ledger,
      execute: (command, options = {}, listener) => this.#run(lun, command, options, listener),
    };
  }
}
