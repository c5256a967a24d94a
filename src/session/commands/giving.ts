/**
 * How a session takes commands from callers.
 *
 * @module
 */

import type { ExecuteOptions, ScsiCommand, ScsiResult } from "../../command.ts";
import type { TracingChannel } from "../../runtime/mod.ts";
import type { FlushGuard } from "../recovery/flush_guard.ts";
import type { Holds } from "../recovery/hold.ts";
import { tracedCommand } from "../tracing.ts";
import type { Command } from "./command.ts";
import type { Carrier, Giver, Starter } from "./lun_executor.ts";
import type { LunState } from "./luns.ts";
import type { Pending } from "./pending.ts";

/** The session. */
export interface GivingHost {
  readonly pending: Pending;
  readonly flushes: FlushGuard;
  readonly holds: Holds;
  /** Throws unless it is open. */
  needOpen(): void;
  /** Throws unless it is a normal session. */
  needNormal(): void;
  /** A command waits to be sent. */
  due(): void;
}

/** Takes the commands of a session, for a promise or for a listener. */
export class Giving implements Carrier {
  readonly #host: GivingHost;
  readonly #channel: TracingChannel;

  constructor(host: GivingHost, channel: TracingChannel) {
    this.#host = host;
    this.#channel = channel;
  }

  execute(lun: LunState, command: ScsiCommand, options: ExecuteOptions, giver?: Giver): Promise<ScsiResult> {
    const host = this.#host;
    try {
      host.needOpen();
      host.needNormal();
      return tracedCommand(this.#channel, this.#give(host.pending.add(lun, command, options), giver));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  start(lun: LunState, command: ScsiCommand, options: ExecuteOptions, starter: Starter): void {
    if (this.#channel.hasSubscribers) {
      this.execute(lun, command, options, starter).then(
        (result) => starter.answered(result),
        (error) => starter.failed(error),
      );
      return;
    }
    const host = this.#host;
    try {
      host.needOpen();
      host.needNormal();
      this.#give(host.pending.admit(lun, command, options, starter), starter);
    } catch (error) {
      // Not at once: whoever starts commands is not ready for their ends.
      Promise.resolve().then(() => starter.failed(error));
    }
  }

  #give(command: Command, giver: Giver | undefined): Command {
    const host = this.#host;
    const { unit } = command;
    host.flushes.given(command, giver);
    unit.used = true;
    host.pending.queue(command);
    if (unit.held) host.holds.wanted(unit);
    host.due();
    return command;
  }
}
