/**
 * The errors that a session makes in more than one place.
 *
 * @module
 */

import { ErrorCode, IscsiError, ProtocolError, type ProtocolErrorDetails, TransportError } from "../errors.ts";

export function connectionLost(message: string, cause?: Error): TransportError {
  return new TransportError(ErrorCode.ConnectionLost, message, cause === undefined ? {} : { cause });
}

/** The error of a session that the caller has closed. */
export function sessionClosed(cause?: Error): IscsiError {
  return new IscsiError(ErrorCode.SessionClosed, "The session is closed", cause === undefined ? {} : { cause });
}

/** The error of a command that changes the medium, was handed to the socket and will never be answered. */
export function outcomeUnknown(cause: Error): IscsiError {
  return new IscsiError(
    ErrorCode.OutcomeUnknown,
    `The command was sent and its answer was lost: whether the target has carried it out is not known (${cause.message})`,
    { cause },
  );
}

/** The error of a task that the target has ended. */
export function taskTerminated(message: string, cause?: Error): IscsiError {
  return new IscsiError(ErrorCode.TaskTerminated, message, cause === undefined ? {} : { cause });
}

/** The error of a PDU of the full-feature phase that breaks RFC 7143. */
export function breach(message: string, details: ProtocolErrorDetails): ProtocolError {
  return new ProtocolError(message, details);
}

/** A thrown value as an `Error`. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
