/**
 * Everything that a connection in the full-feature phase passes to its session: the request for the next command,
 * events, and its end.
 *
 * @module
 */

import type { Command } from "../commands/command.ts";
import type { LunState } from "../commands/luns.ts";
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
  /** Parameter1, Parameter2, Parameter3: 0 to 65535. Their meaning depends on `code`. */
  readonly parameters: readonly [number, number, number];
  /** Sense data; empty if there are none. */
  readonly sense: Uint8Array;
  /** Event data after the sense data; may be empty. */
  readonly data: Uint8Array;
}

/** One Reject, as listeners get it. */
export interface RejectEvent {
  /** Reason, 0 to 255 (RFC 7143 §11.17.1). */
  readonly reason: number;
  /** Opcode of the rejected PDU, 0 to 63. */
  readonly opcode: number;
  /** The same as an error with code `ISCSI_REJECTED`. */
  readonly error: RejectedError;
}

/** Something that happened on a connection. */
export type ConnectionEvent =
  /** The target sent an asynchronous message. */
  | { readonly kind: "async"; readonly event: AsyncEvent }
  /** The target rejected a PDU of the initiator. */
  | { readonly kind: "reject"; readonly event: RejectEvent }
  /** A harmless irregularity of the target. */
  | { readonly kind: "warning"; readonly text: string }
  /** A command on a LUN ended with CHECK CONDITION. */
  | { readonly kind: "checkCondition"; readonly unit: LunState; readonly sense: Uint8Array }
  /** A command on a LUN has taken sense data from it, without ending with them. */
  | { readonly kind: "taken"; readonly unit: LunState; readonly sense: Uint8Array }
  /** The initiator has reset a LUN, or all of them (undefined), or may have: no answer came. */
  | { readonly kind: "wasReset"; readonly lun: bigint | undefined }
  /**
   * The target did not begin a command and wants it sent again later. If that has been done often enough, the command
   * ends with `error`.
   */
  | { readonly kind: "postponed"; readonly command: Command; readonly error: Error }
  /**
   * A Data-Out of the command was rejected: its status must arrive within the time limit of requests, or it is aborted.
   */
  | { readonly kind: "statusDue"; readonly command: Command }
  /** The target has asked for a logout: no further command is sent on this connection. */
  | { readonly kind: "leaving" };

/** How a connection ended. */
export interface ConnectionEnd {
  /** What ended it. */
  readonly cause: Error;
  /** The tasks that it carried: removed from the task table, and not settled. */
  readonly tasks: readonly ScsiTask[];
  /** Seconds to wait before a reconnect, as the target announced; undefined: not announced. */
  readonly time2Wait: number | undefined;
}

/** The owner of a connection: the session. */
export interface ConnectionOwner {
  /** The next command to send, or undefined if none is waiting. */
  next(): Command | undefined;
  /** Reports an event. */
  event(event: ConnectionEvent): void;
  /** The connection has ended; called once. */
  ended(end: ConnectionEnd): void;
}
