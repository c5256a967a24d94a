/**
 * Writes that are to be on the medium when they settle (FUA), and what becomes of them where the disk says meanwhile that it has no
 * such bit any more: one that ignores it would keep them in its cache.
 *
 * @module
 */

import type { ScsiCommand } from "../../command.ts";

/** FUA in byte 1 of WRITE(10), WRITE(16) and COMPARE AND WRITE (SBC-4 §5.42, §5.4). */
const FUA = 0x08;

/** One such write. */
export class Force {
  /** The CDBs of its commands, which may not have been sent yet. */
  readonly #cdbs: Uint8Array[] = [];
  #fua = true;

  /** Whether its commands say FUA. */
  get fua(): boolean {
    return this.#fua;
  }

  /** What says that it is in no volatile cache: see `Account`. */
  get assurance(): object | undefined {
    return this.#fua ? this : undefined;
  }

  /** It gives a command, which says FUA as long as {@link Force.fua} does. */
  given(command: ScsiCommand): ScsiCommand {
    if (this.#fua) this.#cdbs.push(command.cdb);
    return command;
  }

  /** The disk has no FUA any more: what is sent from now on does not say it. */
  drop(): void {
    this.#fua = false;
    for (const cdb of this.#cdbs.splice(0)) cdb[1] = (cdb[1] as number) & ~FUA;
  }
}

/** All writes of one device that have not settled and say FUA. */
export class Forces {
  readonly #open: Set<Force> = new Set();

  begin(): Force {
    const force = new Force();
    this.#open.add(force);
    return force;
  }

  end(force: Force): void {
    this.#open.delete(force);
  }

  /** The disk has no FUA any more. */
  drop(): void {
    for (const force of this.#open) force.drop();
  }
}
