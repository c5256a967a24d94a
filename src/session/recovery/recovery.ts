/**
 * The recovery of one session: when its connection is lost, it is reinstated and its LUNs are checked before anything is
 * sent again.
 *
 * States: idle → waiting (reinstate) → verifying → idle; from waiting or verifying a further loss leads back to waiting, and
 * the end of the tries to given up. Tries without any progress between them are one streak: they share one bound and one
 * growing pause, so that a target which takes logins and dies again is not hammered.
 *
 * @module
 */

import { AbortError } from "../../errors.ts";
import { monotonicNow } from "../../runtime/mod.ts";
import { asError } from "../failures.ts";
import type { RecoveryPolicy } from "./policy.ts";
import { reinstate } from "./reinstate.ts";

/** What recovery needs of the session. */
export interface RecoveryHost {
  /** One login at the session's portals; the session takes the connection, and sends only what {@link verify} does. */
  reconnect(attempt: number, signal: AbortSignal): Promise<void>;
  /** Checks the LUNs over the new connection. False: the connection was lost meanwhile. */
  verify(): Promise<boolean>;
  /** All is well: what waits may be sent. False: the connection was lost since {@link verify} looked. */
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
  #running = false;
  /** Tries of the streak so far, and when it began. */
  #attempts = 0;
  #since = 0;

  /** Makes the recovery of a session that is connected. */
  constructor(policy: RecoveryPolicy, host: RecoveryHost) {
    this.#policy = policy;
    this.#host = host;
    const { signal } = policy;
    if (signal?.aborted) this.cancel();
    else signal?.addEventListener("abort", () => this.cancel(), { once: true, signal: this.#cancel.signal });
  }

  /** Whether a loss is being dealt with: a further one is then noticed without being told. */
  get running(): boolean {
    return this.#running;
  }

  /** Ends all tries, now and later. */
  cancel(): void {
    this.#cancel.abort();
  }

  /**
   * Starts. Does nothing where it runs already.
   *
   * @param cause what ended the connection
   * @param progress whether the lost connection had carried anything to its end
   * @param time2Wait seconds to stay away
   */
  start(cause: Error, progress: boolean, time2Wait: number): void {
    if (this.#running) return;
    this.#running = true;
    if (progress || this.#attempts === 0) {
      this.#attempts = 0;
      this.#since = monotonicNow();
    }
    void this.#run(cause, time2Wait);
  }

  async #run(cause: Error, time2Wait: number): Promise<void> {
    const began = monotonicNow();
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
        if (this.#host.recovered(this.#attempts, monotonicNow() - began)) return;
        this.#running = true;
      }
    } catch (thrown) {
      this.#running = false;
      this.#host.gaveUp(asError(thrown));
    }
  }
}
