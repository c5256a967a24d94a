/**
 * Tracing channels of `node:diagnostics_channel`, which cost nothing while nobody listens.
 *
 * - `tracing:lunstream:login:*`, context `{ host, port, targetName, initiatorName }`
 * - `tracing:lunstream:command:*`, context `{ lun, cdb, dataIn, dataOut }`: the LUN field as a bigint, the CDB, and the lengths
 *   of the data in bytes
 * - `tracing:lunstream:recovery:*`, context `{ host, port, targetName, attempt }`: one try to reinstate a session
 * - `lunstream:state`, message `{ host, port, targetName, state, error }`: a session has come into another state
 *
 * @module
 */

import type { ScsiResult } from "../command.ts";
import type { Command } from "./commands/command.ts";

import { type EventChannel, eventChannel, type TracingChannel, tracingChannel } from "../runtime/mod.ts";

/** The channels, one for each kind of thing that happens. */
interface Channels {
  /** One login, redirections included. */
  readonly login: TracingChannel;
  /** One SCSI command, from `execute()` to its end. */
  readonly command: TracingChannel;
  /** One try to reinstate a session. */
  readonly recovery: TracingChannel;
  /** One change of a session's state. */
  readonly state: EventChannel;
}

let made: Channels | undefined;

/** The channels of all sessions, made for the first: importing the library loads no module of the runtime. */
export function channels(): Channels {
  return made ??= {
    login: tracingChannel("lunstream:login"),
    command: tracingChannel("lunstream:command"),
    recovery: tracingChannel("lunstream:recovery"),
    state: eventChannel("lunstream:state"),
  };
}

/** Runs `work`; where somebody listens to the channel, traced with this context. */
export function traced<Result>(
  channel: TracingChannel,
  work: () => Promise<Result>,
  context: object,
): Promise<Result> {
  return channel.hasSubscribers ? channel.tracePromise(work, context) : work();
}

/** The promise of a command for its caller; where somebody listens to the channel, a traced one. */
export function tracedCommand(channel: TracingChannel, command: Command): Promise<ScsiResult> {
  if (!channel.hasSubscribers) return command.promise;
  const { lun, cdb, dataIn, dataOut } = command;
  const context = { lun, cdb, dataIn: dataIn.length, dataOut: dataOut.length };
  return command.handed = channel.tracePromise(() => command.promise, context);
}
