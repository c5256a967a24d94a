/**
 * What callers hold to give commands to one LUN of a session.
 *
 * @module
 */

import type { Ledger, SentListener, Writer } from "../../async/ledger.ts";
import type { CommandListener, ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../../command.ts";
import type { LunState } from "./luns.ts";

/** Who gives a command: a writer, which is told of losses at its next flush, or whoever keeps account of that itself. */
export type Giver = Writer | SentListener;

/** A giver that wants no promise. */
export type Starter = SentListener & CommandListener;

/** Runs the commands of a session. */
export interface Carrier {
  /** Rejects where a command has no result. */
  execute(lun: LunState, command: ScsiCommand, options: ExecuteOptions, giver?: Giver): Promise<ScsiResult>;
  /** The same for a command that needs no checks, and for a listener. Does not throw. */
  start(lun: LunState, command: ScsiCommand, options: ExecuteOptions, starter: Starter): void;
}

/** As `block/` wants it, which meets this by shape. */
interface AccountedExecutor {
  readonly ledger: Ledger;
  execute(command: ScsiCommand, options?: ExecuteOptions, listener?: SentListener): Promise<ScsiResult>;
  start(command: ScsiCommand, options: ExecuteOptions, starter: Starter): void;
}

/** An executor whose flushes tell of losses of what was written through it. */
export class LunExecutor implements ScsiExecutor {
  readonly #lun: LunState;
  readonly #carrier: Carrier;
  readonly #writer: Writer;

  constructor(lun: LunState, carrier: Carrier) {
    this.#lun = lun;
    this.#carrier = carrier;
    this.#writer = lun.ledger.writer(this);
  }

  execute(command: ScsiCommand, options: ExecuteOptions = {}): Promise<ScsiResult> {
    return this.#carrier.execute(this.#lun, command, options, this.#writer);
  }

  /** The same for a block device, which keeps account of its writers itself, in the ledger of the LUN. */
  get accounted(): AccountedExecutor {
    const lun = this.#lun;
    const carrier = this.#carrier;
    return {
      ledger: lun.ledger,
      execute: (command, options = {}, listener) => carrier.execute(lun, command, options, listener),
      start: (command, options, starter) => carrier.start(lun, command, options, starter),
    };
  }
}
