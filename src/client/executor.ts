import type { ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../command.ts";
import type { IscsiSession } from "../session/mod.ts";

/** Carries SCSI commands to one LUN of a session. */
export class LunExecutor implements ScsiExecutor {
  readonly #session: IscsiSession;
  readonly #lun: number | bigint;

  /** @param lun 0 to 16383, or the eight raw bytes as a big-endian integer */
  constructor(session: IscsiSession, lun: number | bigint) {
    this.#session = session;
    this.#lun = lun;
  }

  /** Runs one command on the LUN. */
  execute(command: ScsiCommand, options?: ExecuteOptions): Promise<ScsiResult> {
    return this.#session.execute(this.#lun, command, options);
  }
}
