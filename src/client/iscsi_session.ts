/**
 * The objects that users hold: a session with a target, and its logical units as block devices with streams. The two
 * classes refer to each other, so they are in one file.
 *
 * @module
 */
import { checkBoolean, checkKeys, checkObject, checkString, optional } from "../arguments.ts";
import type { ScsiBlockDevice, ScsiBlockDeviceOptions } from "../block/mod.ts";
import { openScsiDevice } from "../block/scsi/open.ts";
import { isAnswer } from "../block/scsi/hold.ts";
import { ONCE } from "../block/scsi/unit.ts";
import type { ScsiDevice } from "../block/scsi/scsi_device.ts";
import type {
  ChangeOptions,
  DeviceLimits,
  DeviceSupport,
  Extent,
  OperationOptions,
  WriteOptions,
} from "../block/mod.ts";
import { type DeviceFileHandle, fileHandle, type HandleOptions } from "../handles/mod.ts";
import { createDuplexStream, createReadStream, createWriteStream, readable, writable } from "../streams/mod.ts";
import type {
  DeviceDuplexStream,
  DeviceReadStream,
  DeviceWriteStream,
  DuplexStreamOptions,
  PlacedBytes,
  ReadableOptions,
  ReadSide,
  ReadStreamOptions,
  WritableOptions,
  WriteStreamOptions,
} from "../streams/mod.ts";
import { type LoggedIn, logIn, Session, type SessionOptions, type SessionState } from "../session/mod.ts";
import { testUnitReady } from "../scsi/commands/spc/test_unit_ready.ts";
import { scsiKnowledge } from "../scsi/effect.ts";
import { executeWithRetry } from "../scsi/retry.ts";
import { encodeLun, formatLun, type LunAddress } from "../bytes/lun.ts";
import { withCallSite } from "./call_site.ts";
import { inspectAs } from "./inspect.ts";
import { OpenLuns } from "./open_luns.ts";
import { formatIscsiUrl } from "./url_format.ts";

/** Options of {@link IscsiSession.openLun}. */
export interface LunOptions extends
  Pick<
    ScsiBlockDeviceOptions,
    "readOnly" | "depth" | "maxTransfer" | "atomic" | "maxBlockSize" | "questionTimeout" | "signal"
  > {
  /** Unit serial number (VPD page 80h) that the LUN must have. Default: any. */
  serial?: string | undefined;
  /**
   * Closing the LUN closes the session too.
   *
   * @default false
   */
  owns?: boolean | undefined;
}

/** The keys of {@link LunOptions}: a record, so that none can be forgotten. */
const KEYS: Readonly<Record<keyof LunOptions, true>> = {
  readOnly: true,
  depth: true,
  maxTransfer: true,
  atomic: true,
  maxBlockSize: true,
  questionTimeout: true,
  signal: true,
  serial: true,
  owns: true,
};

/**
 * One session with one target, and any number of its LUNs. It survives lost connections if `recovery` allows it. Made
 * by `connect()`, or here without a URL.
 *
 * @example
 * ```ts
 * import { IscsiSession } from "lunstream";
 *
 * const session = await IscsiSession.connect({
 *   host: "127.0.0.1",
 *   targetName: "iqn.2026-01.com.example:disk",
 *   initiatorName: "iqn.2026-01.com.example:host",
 * });
 * const [system, data] = [await session.openLun(0), await session.openLun(1)];
 * await data.write(await system.read(0, 512), 0);
 * await session.close();
 * ```
 */
export class IscsiSession extends Session {
  readonly #luns: OpenLuns;
  /** URL of the target as it was asked for, without user, password and query. */
  readonly url: string;

  private constructor(made: LoggedIn, url: string, luns: OpenLuns) {
    super(made);
    this.#luns = luns;
    this.url = url;
  }

  /**
   * Connects and logs in.
   *
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
   * @throws {RangeError} `ERR_OUT_OF_RANGE`
   * @throws {TransportError} `ISCSI_CONNECT_REFUSED`, `ISCSI_HOST_NOT_FOUND`, `ISCSI_CONNECT_FAILED`, `ISCSI_PERMISSION_DENIED`,
   * `ISCSI_CONNECTION_LOST`
   * @throws {TimeoutError} `ISCSI_CONNECT_TIMEOUT`, `ISCSI_LOGIN_TIMEOUT`
   * @throws {LoginError} `ISCSI_LOGIN_*`, `ISCSI_TARGET_AUTH_FAILED`, `ISCSI_NEGOTIATION_FAILED`
   * @throws {ProtocolError} `ISCSI_PROTOCOL_ERROR`, `ISCSI_NOT_ISCSI`
   * @throws {AbortError} `ABORT_ERR`
   */
  static connect(options: SessionOptions): Promise<IscsiSession> {
    return withCallSite(async () => {
      const luns = new OpenLuns(
        (lun, from, to) => made.events.emit("resized", { lun, from, to }),
        (lun, other) => made.machine.luns.join(lun, other),
      );
      checkObject("options", options);
      const made: LoggedIn = await logIn({
        ...options,
        scsi: scsiKnowledge,
        verifyLun: (lun, executor, { seen, accepted }) => luns.verify(lun, executor, seen, { ...ONCE, accepted }),
      });
      return new IscsiSession(made, formatIscsiUrl(options), luns);
    });
  }

  /**
   * Opens a LUN as a block device with streams. Several may be open at a time; each is closed separately, and all end
   * with the session (`ISCSI_SESSION_CLOSED`). After a lost connection, and when it says that something has changed, a LUN is
   * asked before anything is sent to it: it is used again only if it is the same one, with blocks of the same size; `size` follows
   * where it was resized.
   *
   * Writes of parts of blocks are atomic among those of all `Lun`s of the same number in one session, and of all numbers that lead
   * to the same unit, if it has a name (VPD page 83h).
   *
   * @param number 0 to 16383, or the 8 bytes of the LUN field as a big-endian bigint
   * @throws {ScsiError} `SCSI_LUN_NOT_FOUND`, `SCSI_MEDIUM_NOT_PRESENT`, `SCSI_NOT_READY` where the LUN cannot be used
   * @throws {IscsiError} `BLOCK_UNSUPPORTED` where it is no disk; `SCSI_IDENTITY_CHANGED` where `serial` names another one;
   * what {@link IscsiSession.execute} rejects with
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
   * @throws {RangeError} `ERR_OUT_OF_RANGE`
   */
  openLun(number: LunAddress, options: LunOptions = {}): Promise<Lun> {
    return withCallSite(() => this.#openLun(number, options));
  }

  async #openLun(number: LunAddress, options: LunOptions): Promise<Lun> {
    checkKeys("options", options, Object.keys(KEYS));
    const { serial, owns = false, ...deviceOptions } = options;
    optional(checkString, "serial", serial);
    checkBoolean("owns", owns);
    const executor = this.lun(number);
    const address = encodeLun(number);
    const opening = this.#luns.opening(address);
    const { locksOf, resized } = opening;
    let device: ScsiDevice;
    try {
      device = await openScsiDevice(executor, deviceOptions, {
        serial,
        hold: undefined,
        locksOf,
        resized,
        recheck: ({ signal }) => {
          this.doubt(address);
          // It waits until the LUN has been asked, and fails as all others do where that is another one.
          return executeWithRetry(executor, testUnitReady(), { ...ONCE, signal });
        },
      });
      await opening.add(device, executor);
    } catch (error) {
      opening.failed();
      if (!this.#luns.has(address)) this.forget(address);
      // What it has become concerns all who have it open.
      else if (isAnswer(error)) this.doubt(address);
      throw error;
    }
    return makeLun(device, this, number, owns, {
      forget: () => {
        this.#luns.remove(address, device);
        if (!this.#luns.has(address)) this.forget(address);
      },
      stuck: () => this.stuck(address),
    });
  }
}

/** What a LUN needs of its session besides what all may use. */
interface LunTies {
  /** It is closed. */
  readonly forget: () => void;
  /** Resolves when its commands may wait for long. */
  readonly stuck: () => Promise<void>;
}

/** Makes a {@link Lun}; only a session may do so. */
let makeLun: (
  device: ScsiBlockDevice,
  session: IscsiSession,
  number: LunAddress,
  owns: boolean,
  ties: LunTies,
) => Lun;

/**
 * A logical unit of an iSCSI target: a {@link BlockDevice} that also makes streams. Made by `openLun()`, whose LUN owns its session,
 * and by {@link IscsiSession.openLun}.
 */
export class Lun implements ScsiBlockDevice {
  readonly #device: ScsiBlockDevice;
  readonly #owns: boolean;
  readonly #ties: LunTies;
  /** The session that carries the commands: for other LUNs, raw SCSI, task management and its parameters. */
  readonly session: IscsiSession;
  /** Number of the logical unit: 0 to 16383, or its eight raw bytes. */
  readonly number: number | bigint;
  #closing: Promise<void> | undefined;

  private constructor(
    device: ScsiBlockDevice,
    session: IscsiSession,
    number: LunAddress,
    owns: boolean,
    ties: LunTies,
  ) {
    this.#device = device;
    this.#owns = owns;
    this.#ties = ties;
    this.session = session;
    this.number = number;
  }

  static {
    makeLun = (...parts) => new Lun(...parts);
  }

  /** URL of the LUN, without user, password and query. */
  get url(): string {
    return `${this.session.url}/${formatLun(this.number)}`;
  }
  /** State of its session; `closed` once the LUN is closed. */
  get state(): SessionState {
    return this.#closing === undefined ? this.session.state : "closed";
  }
  /** Size in bytes. */
  get size(): number {
    return this.#device.size;
  }
  /** Logical block size in bytes. */
  get blockSize(): number {
    return this.#device.blockSize;
  }
  /** Whether writes are refused, with code `BLOCK_READ_ONLY`. */
  get readOnly(): boolean {
    return this.#device.readOnly;
  }
  /** What the logical unit can do. */
  get supports(): DeviceSupport {
    return this.#device.supports;
  }
  /** Sizes for fast requests, in bytes. */
  get limits(): DeviceLimits {
    return this.#device.limits;
  }
  /** Fills the whole of `buffer` from byte `position`, or rejects. */
  readInto(buffer: Uint8Array, position: number, options?: OperationOptions): Promise<void> {
    return this.#device.readInto(buffer, position, options);
  }
  /** Reads exactly `length` bytes from byte `position`. */
  read(position: number, length: number, options?: OperationOptions): Promise<Uint8Array> {
    return this.#device.read(position, length, options);
  }
  /** Takes memory of {@link Lun.read}, or a chunk of a read stream, back: a later read may use it, and nobody else any more. */
  recycle(buffer: Uint8Array): void {
    this.#device.recycle(buffer);
  }
  /** Writes the whole of `buffer` at byte `position`; settles when the target has acknowledged it. */
  write(buffer: Uint8Array, position: number, options?: WriteOptions): Promise<void> {
    return this.#device.write(buffer, position, options);
  }
  /**
   * Settles when all writes that were acknowledged to this writer are on the medium (SYNCHRONIZE CACHE): without the option `writer`
   * those of {@link Lun.write} and its like. Rejects with `ISCSI_OUTCOME_UNKNOWN`, once, where some of them may be lost.
   */
  flush(options?: ChangeOptions): Promise<void> {
    return this.#device.flush(options);
  }
  /** Says that `length` bytes from `position` are no longer needed (UNMAP). */
  discard(position: number, length: number, options?: ChangeOptions): Promise<void> {
    return this.#device.discard(position, length, options);
  }
  /** Makes `length` bytes from `position` read as zeros. */
  writeZeroes(position: number, length: number, options?: ChangeOptions): Promise<void> {
    return this.#device.writeZeroes(position, length, options);
  }
  /** Data and holes of `length` bytes from `position` (GET LBA STATUS). */
  extents(position: number, length: number, options?: OperationOptions): Promise<Extent[]> {
    return this.#device.extents(position, length, options);
  }
  /** Writes `data` at `position` if the bytes there equal `expected`, as one step (COMPARE AND WRITE). */
  compareAndWrite(
    expected: Uint8Array,
    data: Uint8Array,
    position: number,
    options?: ChangeOptions,
  ): Promise<void> {
    return this.#device.compareAndWrite(expected, data, position, options);
  }

  /**
   * Asks the LUN now whether it is the same and what has changed of it, as happens by itself when it says that something has, and
   * after a reconnect. Nothing else is sent to it until it has answered. Resolves when `size`, `readOnly` and `supports` are what it
   * says, for all that are open under its number; the session has an event `resized`.
   *
   * @throws {IscsiError} `SCSI_IDENTITY_CHANGED`, `BLOCK_CHANGED` where it cannot be used any more: open it again;
   * `SCSI_UNVERIFIED` where it could not be asked for `recovery.maxTime`; `ABORT_ERR`
   */
  refresh(options?: OperationOptions): Promise<void> {
    return this.#device.refresh(options);
  }

  /** A streamx `Readable` over what is not promised to be zero, as `{ position, buffer }`. */
  createReadStream(options: ReadStreamOptions & { skipHoles: true }): ReadSide<PlacedBytes>;
  /** A streamx `Readable` over bytes `start` to `end`, inclusive, as in `fs.createReadStream`. */
  createReadStream(options?: ReadStreamOptions & { skipHoles?: false | undefined }): DeviceReadStream;
  createReadStream(
    options?: ReadStreamOptions & { skipHoles?: boolean | undefined },
  ): DeviceReadStream | ReadSide<PlacedBytes> {
    return createReadStream(this.#device, options as ReadStreamOptions & { skipHoles?: false });
  }
  /** A streamx `Writable` from byte `start` on; it finishes when all is acknowledged and flushed. */
  createWriteStream(options?: WriteStreamOptions): DeviceWriteStream {
    return createWriteStream(this.#device, options);
  }
  /** A streamx `Duplex` with a read cursor and a write cursor: `pipeline(duplex, transform, duplex)` changes it in place. */
  createDuplexStream(options?: DuplexStreamOptions): DeviceDuplexStream {
    return createDuplexStream(this.#device, options);
  }
  /** The methods of Node's `fs.promises.FileHandle`. With `owns`, closing the handle closes the LUN. */
  handle(options?: HandleOptions): DeviceFileHandle {
    return fileHandle(this, options);
  }
  /** A WHATWG byte stream over `length` bytes from `position`. */
  readable(options?: ReadableOptions): ReadableStream<Uint8Array<ArrayBuffer>> {
    return readable(this.#device, options);
  }
  /** A WHATWG stream that writes from byte `position` on. */
  writable(options?: WritableOptions): WritableStream<Uint8Array> {
    return writable(this.#device, options);
  }

  /**
   * Waits for operations in flight; a LUN that owns its session then logs out and closes the connection. If its own
   * session has lost the connection, or the LUN may have changed and does not say for `timeouts.request` whether it has, there is
   * nothing to wait for: operations in flight reject. In a session that it does not own they are waited for, for
   * `recovery.maxTime` at most where it may have changed; `session.close()` ends that. Idempotent.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    const settled = this.#device.close();
    try {
      if (this.#owns) await Promise.race([settled, this.#lost(), this.#ties.stuck()]);
    } finally {
      if (this.#owns) await this.session.close();
    }
    await settled;
    this.#ties.forget();
  }

  /** The same as {@link Lun.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Resolves when the session has no connection. */
  #lost(): Promise<void> {
    const { session } = this;
    if (session.state !== "connected") return Promise.resolve();
    return new Promise((resolve) => {
      const forget = session.on("state", () => {
        forget();
        resolve();
      });
    });
  }
}

inspectAs(IscsiSession, ({ url, state }) => ({ url, state }));
inspectAs(Lun, ({ url, size, blockSize, readOnly, state }) => ({ url, size, blockSize, readOnly, state }));
