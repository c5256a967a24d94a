/**
 * The contract between the code that builds SCSI commands and the code that carries them to a logical unit. `session/`
 * meets it by shape; tests meet it with a few lines.
 *
 * @module
 */

/** Task attribute (SAM-5 §8.9; RFC 7143 §11.3.1). */
export const TaskAttribute = {
  /** Untagged. */
  Untagged: 0,
  /** Simple: the target may reorder. The default. */
  Simple: 1,
  /** Ordered: after all that came before, before all that comes after. */
  Ordered: 2,
  /** Head of queue. */
  HeadOfQueue: 3,
  /** ACA. */
  Aca: 4,
} as const;
/** One of the values of {@link TaskAttribute}. */
export type TaskAttribute = typeof TaskAttribute[keyof typeof TaskAttribute];

/**
 * Whether a command may be sent again on a new session when its answer was lost with the old one.
 * `safe`: always. `optIn`: only where the caller allowed replay of writes. `never`: its outcome is reported as unknown.
 */
export type Replay = "safe" | "optIn" | "never";

/** One SCSI command. Builders of `scsi/` make these; a raw CDB is one too. */
export interface ScsiCommand {
  /** The command descriptor block: 6 to 260 bytes. */
  readonly cdb: Uint8Array;
  /** Where data from the logical unit go. Its length, 0 to 2^32-1 bytes, is the expected transfer length. */
  readonly dataIn?: Uint8Array | undefined;
  /** Data for the logical unit. Must not be changed before the command has settled. With `dataIn` too: bidirectional. */
  readonly dataOut?: Uint8Array | undefined;
  /**
   * Whether it may be sent again when its answer was lost.
   *
   * @default "never"
   */
  readonly replay?: Replay | undefined;
  /**
   * Task attribute (SAM-5 §8.9).
   *
   * @default "Simple"
   */
  readonly attribute?: TaskAttribute | undefined;
}

/** Options of one execution. */
export interface ExecuteOptions {
  /** Aborts the command: once sent, by ABORT TASK; settles when the target has answered for the task. */
  signal?: AbortSignal | undefined;
  /** Time limit in milliseconds, 1 to 2^31-1; 0: none. Default: the executor's. */
  timeout?: number | undefined;
  /**
   * The command only asks, and nothing depends on the answer. Where its limit runs out, or the signal fires, it rejects at
   * once, and ABORT TASK is all that is sent for it: no reset and no new connection follows if the target does not answer
   * that either. So its buffers may be in use after it has settled. Its limit does not run out before it was sent, and it is
   * not sent a third time after two connections were lost with it (`ISCSI_TASK_TERMINATED`). Only for commands that are `safe`
   * to send again and have no `dataOut`; for others it means nothing.
   *
   * @default false
   */
  optional?: boolean | undefined;
}

/** How a command ended on the logical unit. */
export interface ScsiResult {
  /** SCSI status byte (SAM-5 §5.3): 0 GOOD, 2 CHECK CONDITION, 8 BUSY … */
  readonly status: number;
  /** Sense data in either format; empty if there are none. */
  readonly sense: Uint8Array;
  /** The part of the command's `dataIn` that the target filled, from its start; may be empty. */
  readonly dataIn: Uint8Array;
  /** Bytes of the expected transfer that were not moved (RFC 7143 §11.4.5). */
  readonly underflow: number;
  /** Bytes that the target had or wanted beyond the expected transfer. */
  readonly overflow: number;
}

/** Carries commands to one logical unit. */
export interface ScsiExecutor {
  /**
   * Runs one command. Resolves with whatever SCSI status came, CHECK CONDITION included; rejects where the
   * command has no status (connection lost, timed out, aborted).
   */
  execute(command: ScsiCommand, options?: ExecuteOptions): Promise<ScsiResult>;
}

/** Who gives a command and is told how it ends, in place of a promise. */
export interface CommandListener {
  /** It has ended with this result. Called in a later promise job than the one that started it, and once. */
  answered(result: ScsiResult): void;
  /** It has no result; in place of {@link CommandListener.answered}. */
  failed(error: unknown): void;
}

/** Blocks `start` to `end` (exclusive). */
export interface BlockExtent {
  readonly start: bigint;
  readonly end: bigint;
}

/** What a command does to the medium, as far as its CDB says (SBC-4 §5). */
export interface CommandEffect {
  /** The blocks that it changes; undefined: perhaps all of them. */
  readonly extent: BlockExtent | undefined;
  /**
   * `write`: its data, or what it makes of the blocks, may be in a volatile cache when it has ended; `durableWrite`: it is
   * on the medium then (FUA); `flush`: SYNCHRONIZE CACHE of the whole LUN, answered when done; `partialFlush`: of a part of
   * it, answered when done; `other`: anything else, flushes with IMMED included.
   */
  readonly kind: "write" | "durableWrite" | "flush" | "partialFlush" | "other";
}

/** What the sense data of a result mean for the command that it ended. */
export type SenseMeaning = "recovered" | "unitAttention" | "other";

/** Sense data say that writes that were acknowledged and not flushed may be lost. */
export interface Loss {
  /** What has happened, as the beginning of a sentence. */
  readonly what: string;
  /** Whether it has: many targets report a reset at each login too, and mean nothing. */
  readonly certain: boolean;
}

/**
 * Classes of commands by the time that they may take: `quick` asks about the unit; `read` and `write` move data of blocks, and
 * `write` is also what no other class has; `flush` empties a cache; `bulk` works on many blocks, or moves machinery; `long` may
 * take hours.
 */
export type CommandClass = "quick" | "read" | "write" | "flush" | "bulk" | "long";

/**
 * Which logical units may have become other ones, by what a target says: none; the one that says it; any of the target; or the
 * one that says that it is not there, if it ever comes back. Another one is another unit or medium, or the same with another
 * geometry or other mode parameters.
 */
export type Suspicion = "none" | "unit" | "target" | "gone";

/** What an executor must know of SCSI, handed in so that it need not parse CDBs itself. */
export interface ScsiKnowledge {
  effectOf(cdb: Uint8Array): CommandEffect;
  meaningOf(sense: Uint8Array): SenseMeaning;
  /** Which time limit a command has. */
  classOf(cdb: Uint8Array): CommandClass;
  /** What to call a command in messages. */
  nameOf(cdb: Uint8Array): string;
  /** What sense data tell of writes that were acknowledged and not flushed, if anything. */
  lossIn(sense: Uint8Array): Loss | undefined;
  /** The same of sense data with which a command has ended: if it was a flush, what it was to flush may be gone. */
  flushLoses(cdb: Uint8Array, sense: Uint8Array): Loss | undefined;
  /** Whether a command is carried out whatever unit attention is pending. */
  passesAttentions(cdb: Uint8Array): boolean;
  /** What sense data say of the units, deferred or not. */
  suspicionOf(sense: Uint8Array): Suspicion;
  /**
   * Sense data that a command has taken from the unit without ending with them: those that REQUEST SENSE has read, those
   * that REPORT LUNS may have cleared, and those that all initiators get but the one that has made the change: for MODE SELECT
   * and FORMAT UNIT. Undefined: none.
   */
  takenBy(command: Pick<ScsiCommand, "cdb" | "dataOut">, result: ScsiResult): Uint8Array | undefined;
}
