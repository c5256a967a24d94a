/**
 * The errors that a session makes in more than one place.
 *
 * @module
 */

import { ErrorCode, IscsiError, ProtocolError, type ProtocolErrorDetails, TransportError } from "../errors.ts";

/** The connection is gone. */
export function connectionLost(message: string, cause?: Error): TransportError {
  return new TransportError(ErrorCode.ConnectionLost, message, cause === undefined ? {} : { cause });
}

/** The session is closed, by us. */
export function sessionClosed(cause?: Error): IscsiError {
  return new IscsiError(ErrorCode.SessionClosed, "The session is closed", cause === undefined ? {} : { cause });
}

/** A command that changes the medium was handed to the socket, and its answer will never come. */
export function outcomeUnknown(cause: Error): IscsiError {
  return new IscsiError(
    ErrorCode.OutcomeUnknown,
    "The command was sent and its answer was lost: whether the target has carried it out is not known",
    { cause },
  );
}

/** The target ended the task. */
export function taskTerminated(message: string, cause?: Error): IscsiError {
  return new IscsiError(ErrorCode.TaskTerminated, message, cause === undefined ? {} : { cause });
}

/** A breach of RFC 7143 in a PDU of the full-feature phase. */
export function breach(message: string, details: ProtocolErrorDetails): ProtocolError {
  return new ProtocolError(message, details);
}

/** Whatever was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
