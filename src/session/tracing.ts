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

import { type EventChannel, eventChannel, type TracingChannel, tracingChannel } from "../runtime/mod.ts";

/** One login, redirections included. */
export const loginChannel: TracingChannel = tracingChannel("lunstream:login");
/** One SCSI command, from `execute()` to its end. */
export const commandChannel: TracingChannel = tracingChannel("lunstream:command");
/** One try to reinstate a session. */
export const recoveryChannel: TracingChannel = tracingChannel("lunstream:recovery");
/** One change of a session's state. */
export const stateChannel: EventChannel = eventChannel("lunstream:state");
