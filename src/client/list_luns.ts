/**
 * The LUNs of a target. Each is described by itself: one that fails does not hide the others.
 *
 * @module
 */
import { checkKeys, checkShape, checkSignal, integerOption } from "../arguments.ts";
import { onAbort } from "../async/on_abort.ts";
import { MAX_TIMEOUT } from "../async/delay.ts";
import { timeLimit } from "../async/time_limit.ts";
import { formatLun, type LunAddress, REPORT_LUNS_UNIT } from "../bytes/lun.ts";
import type { ScsiExecutor } from "../command.ts";
import { AbortError, ErrorCode, IscsiError, TimeoutError, TransportError } from "../errors.ts";
import { askCapacity, type Capacity } from "../scsi/ask/capacity.ts";
import { askLuns } from "../scsi/ask/luns.ts";
import { OptionalQuestions } from "../scsi/ask/optional.ts";
import { ask, isTooLong } from "../scsi/ask/question.ts";
import { inquiry } from "../scsi/commands/spc/inquiry.ts";
import { BLOCK_TYPES } from "../scsi/inquiry/device_type.ts";
import { type InquiryData, parseInquiry } from "../scsi/inquiry/standard.ts";
import type { RetryOptions } from "../scsi/retry.ts";
import type { IscsiSession } from "./iscsi_session.ts";

/** One LUN of a target. */
export interface FoundLun {
  /** Its number, 0 to 16383, or its eight raw bytes where it has no such number. */
  readonly number: number | bigint;
  /** Standard INQUIRY data; undefined where there is an `error` instead. */
  readonly inquiry: InquiryData | undefined;
  /** Size in bytes; undefined if it is nothing that `openLun()` opens, has no medium, or where there is an `error`. */
  readonly size: bigint | undefined;
  /** Logical block size in bytes; undefined as `size`. */
  readonly blockSize: number | undefined;
  /** Why the LUN could not be described, or not all of it; absent where it could. */
  readonly error?: IscsiError | undefined;
}

/** Options of {@link listLuns}. */
export interface ListLunsOptions {
  /** Aborts the listing. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds that one LUN may take to be described, 1 to 2^29-1; the list of the LUNs may take three times as long.
   *
   * @default 3000
   */
  lunTimeout?: number | undefined;
}

const LUN_TIMEOUT = 3000;
/** The greatest limit of one LUN: that of the list is a multiple of it. */
export const MAX_LUN_TIMEOUT: number = Math.floor(MAX_TIMEOUT / 4);
/** How many times longer than one LUN the list of them may take. */
const LIST_TIMES = 3;
/** Where no list is to be had, LUNs are looked for among so many numbers, from 0 on ... */
const PROBED = 256;
/** ... until so many in a row are not there, ... */
const ABSENT_IN_A_ROW = 16;
/** ... or so many in a row do not answer, each of which costs its time limit. */
const SILENT_IN_A_ROW = 2;

/**
 * Lists the LUNs of a session's target, in ascending order, at most 16384: by REPORT LUNS to LUN 0; where that gives no list, to the
 * well known logical unit C101h; and where that gives none either, by INQUIRY to LUN 0, 1 and on, up to 255, to 16 in a row that are
 * not there, or to two in a row that do not answer.
 *
 * A LUN that cannot be described (it does not answer within `lunTimeout`, is reserved, busy, fails, or ends the connection) is
 * listed with its `error`.
 *
 * @throws IscsiError why there is no list; `SCSI_BAD_DATA` for one that is longer; `ABORT_ERR` as soon as the
 * signal fires
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`; RangeError `ERR_OUT_OF_RANGE`
 */
export async function listLuns(session: IscsiSession, options: ListLunsOptions = {}): Promise<FoundLun[]> {
  checkShape("session", session, "IscsiSession", { lun: "function", on: "function" });
  checkKeys("options", options, ["signal", "lunTimeout"]);
  checkSignal("signal", options.signal);
  const limit = integerOption("lunTimeout", options.lunTimeout, LUN_TIMEOUT, 1, MAX_LUN_TIMEOUT);
  return await new Lister(session, limit, options.signal).list();
}

/** What to ask a unit, with options that end it in time. */
type Work<T> = (executor: ScsiExecutor, options: RetryOptions) => Promise<T>;

class Lister {
  readonly #session: IscsiSession;
  readonly #limit: number;
  readonly #signal: AbortSignal | undefined;

  /** @param limit milliseconds for one LUN */
  constructor(session: IscsiSession, limit: number, signal: AbortSignal | undefined) {
    this.#session = session;
    this.#limit = limit;
    this.#signal = signal;
  }

  async list(): Promise<FoundLun[]> {
    let refusal: IscsiError | undefined;
    // LUN 0 answers even where there is no such unit (SPC-4 §6.33); some targets without one refuse, or send no list.
    for (const lun of [0, REPORT_LUNS_UNIT]) {
      try {
        return await this.#describeAll(await this.#reported(lun));
      } catch (error) {
        refusal ??= this.#ofLun(error);
        if (this.#over || isTooLong(error)) throw refusal;
      }
    }
    const found = await this.#probe();
    if (found.length === 0 && refusal !== undefined) throw refusal;
    return found;
  }

  async #reported(lun: LunAddress): Promise<LunAddress[]> {
    const work: Work<LunAddress[]> = async (executor, options) => {
      const { luns } = await askLuns(executor, {}, options);
      return luns.map(({ number, raw }) => number ?? raw);
    };
    const addresses = [...new Set(await this.#ask(lun, work, LIST_TIMES * this.#limit))];
    return addresses.sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
  }

  async #describeAll(addresses: readonly LunAddress[]): Promise<FoundLun[]> {
    const found: FoundLun[] = [];
    for (const address of addresses) found.push(await this.#describe(address));
    return found;
  }

  async #probe(): Promise<FoundLun[]> {
    const found: FoundLun[] = [];
    let absent = 0;
    let silent = 0;
    /** Whether the target says of some number that there is no such unit; another refusal is of a unit that is there, then. */
    let says = false;
    for (let number = 0; number < PROBED && absent < ABSENT_IN_A_ROW && silent < SILENT_IN_A_ROW; number++) {
      const lun = await this.#describe(number);
      if (this.#over) break;
      says ||= lun.error?.code === ErrorCode.ScsiLunNotFound;
      const refused = isRefused(lun);
      if (refused) found.push(lun);
      if (refused || isAbsent(lun)) {
        absent++;
        continue;
      }
      absent = 0;
      silent = lun.inquiry === undefined && lun.error instanceof TimeoutError ? silent + 1 : 0;
      found.push(lun);
    }
    return says ? found : found.filter((lun) => !isRefused(lun));
  }

  async #describe(number: LunAddress): Promise<FoundLun> {
    let data: InquiryData | undefined;
    try {
      const capacity = await this.#ask(number, async (executor, options) => {
        data = await ask(executor, { command: inquiry(), parse: parseInquiry }, options);
        return await this.#capacity(executor, data, options);
      }, this.#limit);
      const size = capacity === undefined ? undefined : capacity.blocks * BigInt(capacity.blockSize);
      return { number, inquiry: data, size, blockSize: capacity?.blockSize };
    } catch (error) {
      return { number, inquiry: data, size: undefined, blockSize: undefined, error: this.#ofLun(error) };
    }
  }

  /** The capacity of a disk; undefined for anything else, and without a medium. */
  async #capacity(executor: ScsiExecutor, data: InquiryData, options: RetryOptions): Promise<Capacity | undefined> {
    const { qualifier, deviceType } = data;
    if (qualifier !== 0 || !BLOCK_TYPES.has(deviceType)) return undefined;
    try {
      // Silence to one form of READ CAPACITY must leave time for the other.
      return await askCapacity(executor, data, new OptionalQuestions(Math.ceil(this.#limit / 3)), options);
    } catch (error) {
      if ((error as IscsiError).code === ErrorCode.ScsiMediumNotPresent) return undefined;
      throw error;
    }
  }

  /** The error, for the list. Throws where the caller has ended the listing. */
  #ofLun(error: unknown): IscsiError {
    if (this.#signal?.aborted === true) throw new AbortError(this.#signal);
    if (error instanceof IscsiError) return error;
    throw error;
  }

  /** Whether nothing will be answered any more. */
  get #over(): boolean {
    return this.#session.state === "closing" || this.#session.state === "closed";
  }

  /**
   * Does something with one unit within a time limit, which does not count while there is no connection. If the connection is
   * lost meanwhile, it is done once more: it may not have been this unit's fault.
   */
  async #ask<T>(lun: LunAddress, work: Work<T>, limit: number): Promise<T> {
    await this.#connected();
    try {
      return await this.#try(lun, work, limit);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      await this.#connected();
      if (this.#over) throw error;
      return await this.#try(lun, work, limit);
    }
  }

  /** Waits while the session has no connection. */
  async #connected(): Promise<void> {
    const session = this.#session;
    if (session.state !== "reconnecting") return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        forgetState();
        forgetSignal();
        resolve();
      };
      const forgetState = session.on("state", end);
      const forgetSignal = onAbort(this.#signal, end);
    });
  }

  /** It ends in time, even where its command can be ended only later. */
  async #try<T>(lun: LunAddress, work: Work<T>, limit: number): Promise<T> {
    if (this.#signal?.aborted === true) throw new AbortError(this.#signal);
    const abort = new AbortController();
    let end!: (error: Error) => void;
    const ended = new Promise<never>((_, reject) => end = reject);
    const forgetState = this.#session.on("state", ({ state, error }) => {
      if (state !== "reconnecting") return;
      end(
        new TransportError(ErrorCode.ConnectionLost, `The connection was lost while ${nameOf(lun)} was asked`, {
          cause: error,
        }),
      );
    });
    const cancel = timeLimit(limit, () => {
      end(new TimeoutError(ErrorCode.CommandTimeout, `${nameOf(lun)} did not answer within ${limit} ms`, limit));
    });
    const forgetSignal = onAbort(this.#signal, () => end(new AbortError(this.#signal)));
    try {
      // A unit that is busy to the end shall say so itself.
      const options = { signal: abort.signal, busyTime: limit / 2, optional: true };
      return await Promise.race([work(this.#session.lun(lun), options), ended]);
    } finally {
      forgetState();
      cancel();
      forgetSignal();
      // What is still under way; its outcome is of no interest.
      abort.abort();
    }
  }
}

function nameOf(lun: LunAddress): string {
  return lun === REPORT_LUNS_UNIT ? "The well known logical unit for REPORT LUNS" : `LUN ${formatLun(lun)}`;
}

/** Whether a number that was only guessed names no unit: INQUIRY says so (SPC-4 §6.4.2). */
function isAbsent({ inquiry, error }: FoundLun): boolean {
  return inquiry === undefined ? error?.code === ErrorCode.ScsiLunNotFound : inquiry.qualifier !== 0;
}

/**
 * Whether INQUIRY was refused in another way, as some targets do for a number without a unit, and the Linux kernel's target for a
 * unit that it has taken offline.
 */
function isRefused({ inquiry, error }: FoundLun): boolean {
  return inquiry === undefined && error?.code === ErrorCode.ScsiIllegalRequest;
}
