/**
 * What a session takes and gives, by shape: the same as the contract of `scsi/`, which this layer does not import.
 *
 * @module
 */

/** Whether a command may be sent again when its answer was lost: always, only where replay of writes is allowed, or never. */
export type ReplayClass = "safe" | "optIn" | "never";

/** One SCSI command, as the session needs it. */
export interface SessionCommand {
  /** The command descriptor block: 6 to 260 bytes. */
  readonly cdb: Uint8Array;
  /** Where data from the logical unit go. Its length in bytes is the expected transfer length. */
  readonly dataIn?: Uint8Array | undefined;
  /** Data for the logical unit. Must not be changed before the command has settled. With `dataIn` too: bidirectional. */
  readonly dataOut?: Uint8Array | undefined;
  /** May it be sent again when its answer was lost; `never` where absent. */
  readonly replay?: ReplayClass | undefined;
  /** Task attribute, 0 to 4 (RFC 7143 §11.3.1); 1, simple, where absent. */
  readonly attribute?: 0 | 1 | 2 | 3 | 4 | undefined;
}

/** Options of one execution. */
export interface SessionExecuteOptions {
  /** Aborts the command: once sent, by ABORT TASK; settles when the target has answered for the task. */
  signal?: AbortSignal | undefined;
  /** Time limit in milliseconds, 1 to 2^31-1; 0: none. The session's `timeouts.command` where absent. */
  timeout?: number | undefined;
}

/** How a command ended on the logical unit. */
export interface SessionResult {
  /** SCSI status byte (SAM-5 §5.3). */
  readonly status: number;
  /** Sense data in either format; empty where none came. */
  readonly sense: Uint8Array;
  /** The part of `dataIn` that the target filled, from its start; empty where none came. */
  readonly dataIn: Uint8Array;
  /** Bytes of the expected transfer that were not moved (RFC 7143 §11.4.5). */
  readonly underflow: number;
  /** Bytes that the target had or wanted beyond the expected transfer. */
  readonly overflow: number;
}
