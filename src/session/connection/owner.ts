/**
 * What goes up from a connection in the full-feature phase, and nothing else does: a wish for the next command, events, the end.
 *
 * @module
 */

import type { Command } from "../commands/command.ts";
import type { RejectedError } from "../tasks/requests.ts";
import type { ScsiTask } from "../tasks/task.ts";

/** One asynchronous message, as listeners get it. */
export interface AsyncEvent {
  /** AsyncEvent, 0 to 255. */
  readonly code: number;
  /** AsyncVCode, 0 to 255: the vendor's own code where `code` is 248 to 255. */
  readonly vendorCode: number;
  /** The 8 bytes of the LUN field. */
  readonly lun: bigint;
  /** Parameter1, Parameter2, Parameter3: 0 to 65535, their meaning depends on `code`. */
  readonly parameters: readonly [number, number, number];
  /** Sense data; empty where none came. */
  readonly sense: Uint8Array;
  /** Event data after the sense data; empty where none came. */
  readonly data: Uint8Array;
}

/** One Reject, as listeners get it. */
export interface RejectEvent {
  /** Reason, 0 to 255 (RFC 7143 §11.17.1). */
  readonly reason: number;
  /** Opcode of our PDU, 0 to 63. */
  readonly opcode: number;
  /** The same as an error with code `ISCSI_REJECTED`. */
  readonly error: RejectedError;
}

/** Something that happened on a connection. */
export type ConnectionEvent =
  /** The target sent an asynchronous message. */
  | { readonly kind: "async"; readonly event: AsyncEvent }
  /** The target rejected one of our PDUs. */
  | { readonly kind: "reject"; readonly event: RejectEvent }
  /** The target did something odd that does no harm. */
  | { readonly kind: "warning"; readonly text: string }
  /** A result with status CHECK CONDITION came for a LUN, given by its LUN field. */
  | { readonly kind: "checkCondition"; readonly lun: bigint; readonly sense: Uint8Array }
  /** The target wants a command later, which it did not begin; or, where it has been sent often enough, it ends with `error`. */
  | { readonly kind: "postponed"; readonly command: Command; readonly error: Error }
  /** A Data-Out of the command was rejected: its status must come within the time limit of requests, or it is aborted. */
  | { readonly kind: "statusDue"; readonly command: Command }
  /** The target wants a logout: no further command is sent on this connection. */
  | { readonly kind: "leaving" };

/** How a connection ended. */
export interface ConnectionEnd {
  /** What ended it. */
  readonly cause: Error;
  /** The commands that it carried are taken out of the task table, and not settled. */
  readonly tasks: readonly ScsiTask[];
  /** Seconds to stay away, as the target announced; undefined: it said nothing. */
  readonly time2Wait: number | undefined;
}

/** Who owns a connection: the session. */
export interface ConnectionOwner {
  /** The next command to send, or undefined where none waits. */
  next(): Command | undefined;
  /** Tells what happened. */
  event(event: ConnectionEvent): void;
  /** The connection has ended; called once. */
  ended(end: ConnectionEnd): void;
}
