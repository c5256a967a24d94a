/**
 * Requests that are not SCSI commands, as promises with a time limit.
 *
 * @module
 */

import { ErrorCode, IscsiError, TimeoutError } from "../../errors.ts";
import { timeLimit } from "../../async/time_limit.ts";
import { connectionLost } from "../failures.ts";
import type { Link } from "../connection/link.ts";
import { InTheWay } from "./in_the_way.ts";
import { type RequestEvents, type RequestKind, RequestTask } from "./task.ts";

/** One received PDU; the receiver owns the data. */
export interface ReceivedPdu {
  /** Header with its additional segments. A private copy. */
  header: Uint8Array;
  /** Data segment without padding. */
  data: Uint8Array;
}

const REASONS: readonly (string | undefined)[] = [
  undefined,
  "reserved",
  "data digest error",
  "SNACK reject",
  "protocol error",
  "command not supported",
  "too many immediate commands",
  "task in progress",
  "invalid data acknowledgement",
  "invalid PDU field",
  "long operation rejected, out of resources",
  "deprecated",
  "waiting for logout",
];

/** A request, or a command, that the target rejected. */
export class RejectedError extends IscsiError {
  /** Reason of the Reject, 0 to 255 (RFC 7143 §11.17.1). */
  readonly reason: number;
  /** Makes the error; `what` is the rejected PDU, as the subject of a sentence. */
  constructor(what: string, reason: number) {
    const code = `0x${reason.toString(16).padStart(2, "0")}`;
    super(ErrorCode.Rejected, `${what} was rejected by the target: ${REASONS[reason] ?? "unknown reason"} (${code})`);
    this.reason = reason;
  }
}

/**
 * Sends one request and waits for the one PDU that answers it. After the time limit the tag stays in use, so that a
 * late answer does no harm.
 *
 * @param limit milliseconds, from the last progress of what was in the way when the request was sent
 * @throws `ISCSI_REQUEST_TIMEOUT`, `ISCSI_REJECTED`, or the error that ended the connection
 */
export function request(
  link: Link,
  kind: RequestKind,
  limit: number,
  what: string,
  encode: (itt: number) => { header: Uint8Array; data?: Uint8Array },
): Promise<ReceivedPdu> {
  return new Promise((resolve, reject) => {
    const itt = link.tasks.newTag();
    let cancel = (): void => {};
    const wait = (ahead: InTheWay): void => {
      cancel = timeLimit(limit, () => {
        if (ahead.moved()) return wait(ahead);
        reject(new TimeoutError(ErrorCode.RequestTimeout, `${what} was not answered within ${limit} ms`, limit));
      });
    };
    const events: RequestEvents = {
      answered: (header, data) => {
        cancel();
        link.tasks.delete(task);
        resolve({ header: header.slice(), data });
      },
      rejected: (reason) => {
        cancel();
        reject(new RejectedError(what, reason));
      },
      lost: (error) => {
        cancel();
        reject(error);
      },
    };
    const task = new RequestTask(kind, link.connection, itt, events);
    link.tasks.add(task);
    const { header, data } = encode(itt);
    // Before the request: its own bytes, handed over, are no progress of what it waits behind.
    const ahead = new InTheWay(link);
    link.connection.send(header, data);
    // It may have ended before, or meanwhile: by a caller who sees every PDU. Then no timer may keep the program alive.
    if (link.connection.ended) return events.lost(connectionLost("The connection has been closed"));
    wait(ahead);
  });
}
