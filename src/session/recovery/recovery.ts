/**
 * The recovery of one session: when its connection is lost, it is reinstated and its LUNs are checked before anything is
 * sent again.
 *
 * States: idle → waiting (reinstate) → verifying → idle; from waiting or verifying, a further loss leads back to
 * waiting, and the last failed try to given up. Tries without any progress between them are one streak: they share one
 * bound and one growing pause, so that a target that accepts logins and then fails again is not flooded with them.
 *
 * @module
 */

import { AbortError } from "../../errors.ts";
import { onAbort } from "../../async/on_abort.ts";
import { clock } from "../../runtime/mod.ts";
import { asError } from "../failures.ts";
import type { RecoveryPolicy } from "./options.ts";
import { reinstate } from "./reinstate.ts";

/** The part of the session that recovery uses. */
export interface RecoveryHost {
  /**
   * One login at the session's portals; the session takes the connection, and sends only the commands of {@link
   * verify}.
   */
  reconnect(attempt: number, signal: AbortSignal): Promise<void>;
  /** Checks the LUNs over the new connection. False: the connection was lost meanwhile. */
  verify(): Promise<boolean>;
  /** Recovery is complete: waiting commands may be sent. False: the connection was lost since {@link verify}. */
  recovered(attempts: number, milliseconds: number): boolean;
  /** One try failed, and another will follow. */
  failed(attempt: number, error: Error, pause: number): void;
  /** No further try will be made. */
  gaveUp(error: Error): void;
}

/** The recovery of one session. */
export class Recovery {
  readonly #policy: RecoveryPolicy;
  readonly #host: RecoveryHost;
  readonly #cancel: AbortController = new AbortController();
  #forget: () => void = () => {};
  #running = false;
  /** Number of tries of the current streak, and when it began. */
  #attempts = 0;
  #since = 0;

  constructor(policy: RecoveryPolicy, host: RecoveryHost) {
    this.#policy = policy;
    this.#host = host;
    this.#forget = onAbort(policy.signal, () => this.cancel());
  }

  /** Ends all tries, now and later. */
  cancel(): void {
    this.#forget();
    this.#cancel.abort();
  }

  /**
   * Starts, unless a recovery is already under way.
   *
   * @param cause what ended the connection
   * @param progress whether the lost connection had carried anything to its end
   * @param time2Wait seconds to wait before the first try
   */
  start(cause: Error, progress: boolean, time2Wait: number): void {
    if (this.#running) return;
    this.#running = true;
    if (progress || this.#attempts === 0) {
      this.#attempts = 0;
      this.#since = clock.now();
    }
    void this.#run(cause, time2Wait);
  }

  async #run(cause: Error, time2Wait: number): Promise<void> {
    const began = clock.now();
    const { signal } = this.#cancel;
    try {
      for (;;) {
        await reinstate({
          policy: this.#policy,
          cause,
          streak: { attempts: this.#attempts, since: this.#since },
          time2Wait,
          signal,
          connect: (attempt) => {
            this.#attempts = attempt;
            return this.#host.reconnect(attempt, signal);
          },
          failed: (attempt, error, pause) => this.#host.failed(attempt, error, pause),
        });
        if (!await this.#host.verify()) continue;
        if (signal.aborted) throw new AbortError(signal);
        this.#running = false;
        if (this.#host.recovered(this.#attempts, clock.now() - began)) return;
        this.#running = true;
      }
    } catch (thrown) {
      this.#running = false;
      this.#host.gaveUp(asError(thrown));
    }
  }
}
