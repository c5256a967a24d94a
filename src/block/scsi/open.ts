/**
 * Opening a SCSI disk.
 *
 * @module
 */

import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkKeys,
  checkShape,
  checkSignal,
  integerOption,
  optional,
} from "../../arguments.ts";
import { MAX_TIMEOUT } from "../../async/delay.ts";
import type { ScsiExecutor } from "../../command.ts";
import { AbortError, ErrorCode, IscsiError } from "../../errors.ts";
import { OptionalQuestions, QUESTION_TIMEOUT } from "../../scsi/ask/optional.ts";
import { ask } from "../../scsi/ask/question.ts";
import { inquiry } from "../../scsi/commands/spc/inquiry.ts";
import { testUnitReady } from "../../scsi/commands/spc/test_unit_ready.ts";
import { ScsiError } from "../../scsi/errors.ts";
import { BLOCK_TYPES, DeviceType, deviceTypeName, PeripheralQualifier } from "../../scsi/inquiry/device_type.ts";
import type { InquiryData } from "../../scsi/inquiry/standard.ts";
import { type RetryOptions, runWithRetry } from "../../scsi/retry.ts";
import type { SenseData } from "../../scsi/sense/parse.ts";
import { ScsiStatus } from "../../scsi/status.ts";
import { accounted } from "./account.ts";
import { RangeLock } from "../../async/range_lock.ts";
import type { BlockDevice, OperationOptions } from "../device.ts";
import { askCondition, STANDARD } from "./condition.ts";
import type { HoldTimes } from "./hold.ts";
import { requireSerial } from "./identity.ts";
import { DepthControl } from "./depth.ts";
import { JobQueue } from "./queue.ts";
import { ScsiDevice, type ScsiDeviceParts } from "./scsi_device.ts";
import { Unit, type UnitParts } from "./unit.ts";

/** Commands in flight at first, and at most where that makes the disk faster. */
const DEPTH = 32;
const MAX_DEPTH = 256;
/** Largest block in bytes that is taken unless the caller allows more: buffers and streams hold whole blocks. */
const MAX_BLOCK_SIZE = 64 * 1024;

/** How long a unit that may have changed is asked before the commands that wait for it fail. */
const HOLD: HoldTimes = { most: 30_000, pause: 50, longest: 2000 };

/** A disk as a block device, which can be asked what it is now. */
export interface ScsiBlockDevice extends BlockDevice {
  /**
   * Asks the disk now whether it is the same and what has changed of it, as happens by itself when it says that something
   * has. Resolves when `size`, `readOnly` and `supports` are what it says.
   *
   * @throws {IscsiError} `SCSI_IDENTITY_CHANGED`, `BLOCK_CHANGED` where it cannot be used any more: open it again
   * @throws {ScsiError} where it could not be asked
   */
  refresh(options?: OperationOptions): Promise<void>;
  /** Takes memory of a read back: a later read may use it, and nobody else any more. */
  recycle(buffer: Uint8Array): void;
}

/** Options of {@link openScsiBlockDevice}. */
export interface ScsiBlockDeviceOptions {
  /** Refuse writes, whatever the disk says. */
  readOnly?: boolean | undefined;
  /**
   * Most commands in flight at a time, 1 to 4096. Default: 32, and up to 256 where that proves faster, as it does when
   * answers take long. TASK SET FULL makes it fewer for a time.
   */
  depth?: number | undefined;
  /** Largest request in bytes, rounded down to blocks. Default: what the disk prefers, 256 KiB to 1 MiB. */
  maxTransfer?: number | undefined;
  /**
   * Make writes of parts of blocks atomic against other initiators, by COMPARE AND WRITE. Otherwise they are atomic against
   * this device's own writes only.
   *
   * @default false
   */
  atomic?: boolean | undefined;
  /**
   * Largest block in bytes that a disk may have, 1 to 2^31: memory is taken by whole blocks, and a target that claims huge ones
   * could exhaust it. A disk with larger ones is refused (`BLOCK_UNSUPPORTED`).
   *
   * @default 65536
   */
  maxBlockSize?: number | undefined;
  /**
   * Time limit in milliseconds of each optional question, 0 to 2^31-1: INQUIRY for VPD pages, MODE SENSE, and the form of READ
   * CAPACITY that is asked first. Where no answer comes, the disk is opened without it; it is not asked again. 0: none of its
   * own.
   *
   * @default 3000
   */
  questionTimeout?: number | undefined;
  /** Time limit of each command in milliseconds; 0: none. Default: the executor's own. */
  timeout?: number | undefined;
  /** Called once by `close()` when nothing is in flight any more. */
  close?: (() => Promise<void>) | undefined;
  /** Ends the attempt to open it. */
  signal?: AbortSignal | undefined;
}

/** The keys of {@link ScsiBlockDeviceOptions}: a record, so that none can be forgotten. */
const KEYS: Readonly<Record<keyof ScsiBlockDeviceOptions, true>> = {
  readOnly: true,
  depth: true,
  maxTransfer: true,
  atomic: true,
  maxBlockSize: true,
  questionTimeout: true,
  timeout: true,
  close: true,
  signal: true,
};

/**
 * Opens a disk behind an executor: waits until it is ready, clears the unit attentions of a new session, and reads its
 * size, limits and caching. Reads and writes are split by its limits and sent at most `depth` at a time.
 *
 * `flush()` sends SYNCHRONIZE CACHE unless the disk says that it has no volatile cache, and rejects with `ISCSI_OUTCOME_UNKNOWN`, once
 * for each writer, where acknowledged writes may be lost. A disk that does not know the command (20h/00h, and no other refusal) is
 * not asked again: see `supports.flush`. A write that the caller aborts may or may not have been done.
 *
 * When the disk says that it, its medium or its size may have changed, commands wait until it has been asked, for half a
 * minute if need be. `size`, `readOnly` and `supports` follow. Every later operation rejects with `SCSI_IDENTITY_CHANGED`
 * where it is another disk, and with `BLOCK_CHANGED` where its block size is another, or a removable medium may have been
 * changed, as what was read before may not be what is there now.
 *
 * @throws TypeError (`ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`), RangeError (`ERR_OUT_OF_RANGE`)
 * @throws ScsiError (`SCSI_LUN_NOT_FOUND`) where there is no such LUN
 * @throws ScsiError (`SCSI_MEDIUM_NOT_PRESENT`, `SCSI_NOT_READY`) where it is not ready
 * @throws IscsiError (`BLOCK_UNSUPPORTED`) where it is no disk, or is larger than 2^53-1 bytes
 */
export function openScsiBlockDevice(
  executor: ScsiExecutor,
  options: ScsiBlockDeviceOptions = {},
): Promise<ScsiBlockDevice> {
  return openScsiDevice(executor, options, { hold: HOLD, locksOf: () => new RangeLock() });
}

/** What whoever opens a device sees to. */
interface DeviceSurroundings extends Pick<UnitParts, "hold"> {
  /** The locks of all devices over a unit. */
  readonly locksOf: (unit: Unit) => RangeLock;
  /** Unit serial number that it must have. */
  readonly serial?: string | undefined;
  /** Asks the unit, for all devices over it. Default: for this one. */
  readonly recheck?: ScsiDeviceParts["recheck"];
  /** Told of another size, in bytes. */
  readonly resized?: UnitParts["resized"];
}

/** {@link openScsiBlockDevice} for a session, which keeps its LUNs true itself. */
export async function openScsiDevice(
  executor: ScsiExecutor,
  options: ScsiBlockDeviceOptions,
  { serial, hold, locksOf, recheck, resized }: DeviceSurroundings,
): Promise<ScsiDevice> {
  checkShape("executor", executor, "ScsiExecutor", { execute: "function" });
  checkKeys("options", options, Object.keys(KEYS));
  const { signal, timeout } = options;
  checkSignal("signal", signal);
  if (signal?.aborted) throw new AbortError(signal);
  for (const name of ["readOnly", "atomic"] as const) optional(checkBoolean, name, options[name]);
  optional(checkFunction, "close", options.close);
  if (options.maxTransfer !== undefined) checkInteger("maxTransfer", options.maxTransfer, 1);
  const fixed = integerOption("depth", options.depth, 0, 1, 4096);
  if (timeout !== undefined) checkInteger("timeout", timeout, 0, MAX_TIMEOUT);
  const maxBlockSize = integerOption("maxBlockSize", options.maxBlockSize, MAX_BLOCK_SIZE, 1, 0x8000_0000);
  const questionTimeout = integerOption("questionTimeout", options.questionTimeout, QUESTION_TIMEOUT, 0, MAX_TIMEOUT);
  const retry: RetryOptions = timeout === undefined ? {} : { timeout };
  const opening: RetryOptions = signal === undefined ? retry : { ...retry, signal };

  const carrier = accounted(executor);
  const questions = new OptionalQuestions(questionTimeout);
  const standard = await askUnit(carrier, opening);
  if (serial !== undefined) await requireSerial(carrier, serial, opening);
  const rules = { maxTransfer: options.maxTransfer, maxBlockSize };
  const condition = await askCondition(carrier, { standard }, { questions, rules, retry: opening });
  const { geometry, identity } = condition;
  // Another unit may have taken its place since it was asked.
  if (serial !== undefined && identity.serial !== serial) await requireSerial(carrier, serial, opening);
  if (options.maxTransfer !== undefined) checkInteger("maxTransfer", options.maxTransfer, geometry.blockSize);
  if (options.atomic === true && geometry.maxCompareAndWriteBlocks === 0) {
    throw new IscsiError(ErrorCode.Unsupported, "Atomic writes of parts of blocks need COMPARE AND WRITE");
  }
  const depth = new DepthControl(fixed > 0 ? { start: fixed, max: fixed } : { start: DEPTH, max: MAX_DEPTH });
  const onUnitAttention = (sense: SenseData): void => unit.attention(sense);
  const queue = new JobQueue(carrier, depth, { ...retry, onUnitAttention });
  const unit: Unit = new Unit(condition, queue, {
    asking: { questions, rules, retry },
    executor: carrier,
    hold,
    resized,
  });
  return new ScsiDevice(unit, {
    ledger: carrier.ledger,
    queue,
    readOnly: options.readOnly ?? false,
    atomic: options.atomic ?? false,
    locks: locksOf(unit),
    recheck: recheck ?? ((asking) => unit.recheck([], asking)),
    close: options.close,
  });
}

/** The standard INQUIRY data of a disk. */
async function askUnit(executor: ScsiExecutor, options: RetryOptions): Promise<InquiryData> {
  // A LUN that does not exist answers INQUIRY all the same (SPC-4 6.6.2).
  const unit = await ask(executor, STANDARD, options);
  const { qualifier, deviceType } = unit;
  if (qualifier !== PeripheralQualifier.Connected || deviceType === DeviceType.Unknown) {
    throw await lunNotFound(executor, options);
  }
  if (!BLOCK_TYPES.has(deviceType)) {
    throw new IscsiError(
      ErrorCode.Unsupported,
      `The logical unit must be a disk, got a device of type ${deviceTypeName(deviceType)}`,
    );
  }
  return unit;
}

/** The error of a LUN that is not there, with what the target says of it to another command than INQUIRY, which it answers. */
async function lunNotFound(executor: ScsiExecutor, options: RetryOptions): Promise<ScsiError> {
  let details = { status: ScsiStatus.Good as number, sense: undefined as SenseData | undefined, cdb: inquiry().cdb };
  try {
    await runWithRetry(executor, testUnitReady(), options);
  } catch (error) {
    if (!(error instanceof ScsiError)) throw error;
    if (error.code === ErrorCode.ScsiLunNotFound) details = error;
  }
  return new ScsiError(ErrorCode.ScsiLunNotFound, "The target has no such logical unit", details);
}
