/**
 * What a command handler sees: its CDB, its logical unit, the nexus, and the data in both directions. The iSCSI side
 * implements it over PDUs; a test implements it over arrays.
 *
 * @module
 */

import type { LogicalUnit } from "./logical_unit.ts";
import type { Access } from "./persistent_reservations.ts";

/** One initiator port seen from one target port (SAM-5 §4.8.4): reservations and unit attentions belong to it. */
export interface Nexus {
  /** Initiator port name: iSCSI name, `,i,0x`, ISID in hex (RFC 7143 §4.2.7.1). */
  readonly id: string;
}

/** The logical units of a target, as REPORT LUNS shows them. */
export interface UnitList {
  /** LUN numbers in ascending order. */
  numbers(): number[];
}

/** One command being executed. */
export interface CommandContext {
  /** The command descriptor block, 16 bytes or more. */
  readonly cdb: Uint8Array;
  /** The logical unit addressed. */
  readonly unit: LogicalUnit;
  readonly nexus: Nexus;
  /** All logical units of the target. */
  readonly units: UnitList;
  /** Whether the task has been aborted: long work should end. */
  readonly aborted: boolean;
  /** Bytes that the initiator is ready to send (0: none). */
  readonly expectedOut: number;
  /** Sends parameter data, truncated to the allocation length of the CDB (bytes). */
  reply(data: Uint8Array, allocationLength: number): void;
  /**
   * Sends `length` bytes, as many of them as the initiator expects: `fill` fills one buffer after the other, whole.
   * The rest is counted as residual overflow.
   */
  send(length: number, fill: (buffer: Uint8Array, offset: number) => Promise<void>): Promise<void>;
  /**
   * Takes `length` bytes, or as many as the initiator expects to send, in order. The chunk is valid until `take` settles;
   * every chunk, and so every offset, is a multiple of `unit` bytes.
   * @throws CheckCondition 5/0E/03 where the initiator expects to send a part of a `unit`
   */
  receive(length: number, unit: number, take: (chunk: Uint8Array, offset: number) => Promise<void>): Promise<void>;
  /** Aborts the tasks that these nexuses have on the unit, this one excepted, and settles when they have ended. */
  abortTasks(nexuses: ReadonlySet<string>): Promise<void>;
  /** Takes `length` bytes into one piece of memory; shorter where the initiator expects to send less. */
  receiveAll(length: number): Promise<Uint8Array>;
}

/** Runs one command: settles with the SCSI status (nothing: GOOD), or throws a `CheckCondition`. */
export type Handler = (context: CommandContext) => Promise<number | void> | number | void;

/** One row of the dispatch table. */
export interface CommandEntry {
  /** First byte of the CDB. */
  readonly opcode: number;
  /** Service action, if the operation code has any. */
  readonly serviceAction?: number | undefined;
  /** CDB usage data (SPC-4 §6.35.3): one byte for each byte of the CDB; the bits that are evaluated are set. */
  readonly usage: readonly number[];
  /** How reservations of other nexuses affect it. */
  readonly access: Access;
  /** It fails with 2/3A/00 while there is no medium. */
  readonly medium: boolean;
  /** It fails with 7/27/00 on a write-protected unit. */
  readonly modifies?: boolean | undefined;
  /** Unit attentions do not stop it (INQUIRY, REPORT LUNS, REQUEST SENSE). */
  readonly ignoresAttention?: boolean | undefined;
  /** Whether the unit supports it. Default: all units do. */
  readonly supported?: ((unit: LogicalUnit) => boolean) | undefined;
  readonly run: Handler;
}
