import { AbortError } from "../../../src/errors.ts";
import type { ExecuteOptions, ScsiCommand, ScsiExecutor, ScsiResult } from "../../../src/command.ts";

const EMPTY = new Uint8Array(0);

/** Fixed-format sense data in literal bytes (SPC-4 §4.5.3). */
export function sense(key: number, asc: number, ascq: number): Uint8Array {
  const bytes = new Uint8Array(18);
  bytes.set([0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, asc, ascq]);
  return bytes;
}

/** How a {@link FakeDisk} is made. Counts are in blocks. */
export interface FakeDiskOptions {
  blocks: number;
  blockSize?: number;
  deviceType?: number;
  qualifier?: number;
  removable?: boolean;
  noMedium?: boolean;
  /** Unit attentions (ASC, ASCQ) that wait for the first commands. */
  attentions?: [number, number][];
  /** Claim another size than `blocks`. */
  claimBlocks?: bigint;
  noCapacity16?: boolean;
  physicalExponent?: number;
  thin?: boolean;
  readsZeros?: boolean;
  /** LBPU, LBPWS. */
  unmap?: boolean;
  writeSame?: boolean;
  maxWriteSame?: number;
  maxTransfer?: number;
  optimalTransfer?: number;
  maxUnmap?: number;
  granularity?: number;
  alignment?: number;
  maxCompareAndWrite?: number;
  /** Claims the command, and does not have it. */
  noCompareAndWrite?: boolean;
  noVpd?: boolean;
  noModeSense?: boolean;
  writeProtected?: boolean;
  fua?: boolean;
  writeCache?: boolean;
  noSynchronizeCache?: boolean;
  /** Turns of the microtask queue that a command takes: lets commands overtake each other. */
  delay?: () => number;
  /** Extents in one GET LBA STATUS answer. */
  statusExtents?: number;
}

/** A disk in memory that parses CDBs by itself: it shares no code with what it tests. */
export class FakeDisk implements ScsiExecutor {
  readonly data: Uint8Array;
  readonly mapped: Uint8Array;
  readonly blockSize: number;
  /** CDBs in hex, in the order of arrival. */
  log: string[] = [];
  inFlight = 0;
  maxInFlight = 0;
  aborted = 0;
  synced = 0;
  /** While true, commands wait for `release`. */
  held = false;
  readonly waiting: (() => void)[] = [];
  /** Looks at a command first; what it returns is the result. */
  intercept: ((command: ScsiCommand, disk: FakeDisk) => Partial<ScsiResult> | undefined) | undefined;

  constructor(readonly options: FakeDiskOptions) {
    this.blockSize = options.blockSize ?? 512;
    this.data = new Uint8Array(options.blocks * this.blockSize);
    this.mapped = new Uint8Array(options.blocks).fill(options.thin === true ? 0 : 1);
  }

  async execute(command: ScsiCommand, options?: ExecuteOptions): Promise<ScsiResult> {
    this.log.push(Array.from(command.cdb, (byte) => byte.toString(16).padStart(2, "0")).join(""));
    this.inFlight++;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    const signal = options?.signal;
    try {
      await new Promise<void>((resolve, reject) => {
        const abort = () => {
          this.aborted++;
          const index = this.waiting.indexOf(go);
          if (index >= 0) this.waiting.splice(index, 1);
          reject(new AbortError(signal));
        };
        const go = () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        };
        if (signal?.aborted) return abort();
        signal?.addEventListener("abort", abort);
        if (this.held) this.waiting.push(go);
        else later(this.options.delay?.() ?? 0, go);
      });
      const given = this.intercept?.(command, this);
      const none = { status: 0, sense: EMPTY, dataIn: EMPTY, underflow: 0, overflow: 0 };
      if (given !== undefined) return { ...none, ...given };
      return { ...none, ...this.#run(command) };
    } finally {
      this.inFlight--;
    }
  }

  #run(command: ScsiCommand): Partial<ScsiResult> {
    const { cdb } = command;
    const options = this.options;
    const view = new DataView(cdb.buffer, cdb.byteOffset, cdb.length);
    const opcode = cdb[0]!;
    if (opcode !== 0x12 && opcode !== 0xa0) {
      const attention = options.attentions?.shift();
      if (attention !== undefined) return check(6, ...attention);
    }
    if ((options.qualifier ?? 0) !== 0 && opcode !== 0x12) return check(5, 0x25, 0);
    if (options.noMedium === true && opcode !== 0x12) return check(2, 0x3a, 0);
    switch (opcode) {
      case 0x00:
        return {};
      case 0x12:
        return this.#inquiry(command);
      case 0x25: {
        const last = (options.claimBlocks ?? BigInt(options.blocks)) - 1n;
        return answer(command, [...u32(last > 0xffffffffn ? 0xffffffff : Number(last)), ...u32(this.blockSize)]);
      }
      case 0x9e:
        if ((cdb[1]! & 0x1f) === 0x12) return this.#lbaStatus(command, Number(view.getBigUint64(2)));
        if ((cdb[1]! & 0x1f) !== 0x10 || options.noCapacity16 === true) return check(5, 0x20, 0);
        return answer(command, [
          ...u64((options.claimBlocks ?? BigInt(options.blocks)) - 1n),
          ...u32(this.blockSize),
          0,
          options.physicalExponent ?? 0,
          (options.thin === true ? 0x80 : 0) | (options.readsZeros === true ? 0x40 : 0),
          ...new Array<number>(17).fill(0),
        ]);
      case 0x1a: {
        if (options.noModeSense === true) return check(5, 0x20, 0);
        const specific = (options.writeProtected === true ? 0x80 : 0) | (options.fua === true ? 0x10 : 0);
        const page = [0x08, 0x12, options.writeCache === false ? 0 : 0x04, ...new Array<number>(17).fill(0)];
        return answer(command, [3 + page.length, 0, specific, 0, ...page]);
      }
      case 0x5a:
        return check(5, 0x20, 0);
      case 0x28:
        return this.#read(command, view.getUint32(2), view.getUint16(7));
      case 0x88:
        return this.#read(command, Number(view.getBigUint64(2)), view.getUint32(10));
      case 0x2a:
        return this.#write(command, view.getUint32(2), view.getUint16(7));
      case 0x8a:
        return this.#write(command, Number(view.getBigUint64(2)), view.getUint32(10));
      case 0x35:
      case 0x91:
        if (options.noSynchronizeCache === true) return check(5, 0x20, 0);
        this.synced++;
        return {};
      case 0x42:
        return this.#unmap(command);
      case 0x93:
        return this.#writeSame(command, Number(view.getBigUint64(2)), view.getUint32(10));
      case 0x89:
        return this.#compareAndWrite(command, Number(view.getBigUint64(2)), cdb[13]!);
      default:
        return check(5, 0x20, 0);
    }
  }

  #inquiry(command: ScsiCommand): Partial<ScsiResult> {
    const options = this.options;
    const first = (options.qualifier ?? 0) << 5 | (options.deviceType ?? 0);
    if ((command.cdb[1]! & 1) === 0) {
      const text = new TextEncoder().encode("TEST    FAKE DISK       0001");
      return answer(command, [first, options.removable === true ? 0x80 : 0, 6, 2, 31, 0, 0, 2, ...text]);
    }
    if (options.noVpd === true) return check(5, 0x24, 0);
    const provisioning = options.unmap === true || options.writeSame === true;
    switch (command.cdb[2]) {
      case 0x00: {
        const pages = provisioning ? [0, 0xb0, 0xb2] : [0, 0xb0];
        return answer(command, [first, 0, 0, pages.length, ...pages]);
      }
      case 0xb0:
        return answer(command, [
          ...[first, 0xb0, 0, 0x3c, 0, options.maxCompareAndWrite ?? 0, 0, 0],
          ...u32(options.maxTransfer ?? 0),
          ...u32(options.optimalTransfer ?? 0),
          ...u32(0),
          ...u32(options.unmap === true ? options.maxUnmap ?? 0xffffffff : 0),
          ...u32(options.unmap === true ? 1 : 0),
          ...u32(options.granularity ?? 0),
          ...u32(options.alignment === undefined ? 0 : (options.alignment | 0x80000000) >>> 0),
          ...u64(BigInt(options.maxWriteSame ?? 0)),
          ...new Array<number>(20).fill(0),
        ]);
      case 0xb2:
        return answer(command, [
          ...[first, 0xb2, 0, 4, 0],
          (options.unmap === true ? 0x80 : 0) | (options.writeSame === true ? 0x40 : 0) |
          (options.readsZeros === true ? 0x04 : 0),
          2,
          0,
        ]);
      default:
        return check(5, 0x24, 0);
    }
  }

  #outside(lba: number, blocks: number): boolean {
    return lba + blocks > this.options.blocks;
  }

  #read(command: ScsiCommand, lba: number, blocks: number): Partial<ScsiResult> {
    if (this.#outside(lba, blocks)) return check(5, 0x21, 0);
    if (command.dataIn?.length !== blocks * this.blockSize) throw new Error("READ with a buffer of another size");
    const most = this.options.maxTransfer ?? 0;
    if (most > 0 && blocks > most) return check(5, 0x24, 0);
    command.dataIn.set(this.data.subarray(lba * this.blockSize, (lba + blocks) * this.blockSize));
    return { dataIn: command.dataIn };
  }

  #write(command: ScsiCommand, lba: number, blocks: number): Partial<ScsiResult> {
    if (this.options.writeProtected === true) return check(7, 0x27, 0);
    if (this.#outside(lba, blocks)) return check(5, 0x21, 0);
    if (command.dataOut?.length !== blocks * this.blockSize) throw new Error("WRITE with a buffer of another size");
    const most = this.options.maxTransfer ?? 0;
    if (most > 0 && blocks > most) return check(5, 0x24, 0);
    this.data.set(command.dataOut, lba * this.blockSize);
    this.mapped.fill(1, lba, lba + blocks);
    return {};
  }

  #drop(lba: number, blocks: number): void {
    const granularity = this.options.granularity ?? 1;
    const alignment = this.options.alignment ?? 0;
    for (let at = alignment; at < this.options.blocks; at += granularity) {
      const end = Math.min(at + granularity, this.options.blocks);
      if (at < lba || end > lba + blocks) continue;
      this.mapped.fill(0, at, end);
      this.data.fill(this.options.readsZeros === true ? 0 : 0xdd, at * this.blockSize, end * this.blockSize);
    }
  }

  #unmap(command: ScsiCommand): Partial<ScsiResult> {
    if (this.options.unmap !== true) return check(5, 0x20, 0);
    const list = command.dataOut!;
    const view = new DataView(list.buffer, list.byteOffset, list.length);
    for (let at = 8; at + 16 <= 8 + view.getUint16(2); at += 16) {
      const lba = Number(view.getBigUint64(at));
      const blocks = view.getUint32(at + 8);
      if (this.#outside(lba, blocks)) return check(5, 0x21, 0);
      if (blocks > (this.options.maxUnmap ?? 0xffffffff)) return check(5, 0x26, 0);
      this.#drop(lba, blocks);
    }
    // As tgtd does: nothing was moved, it says.
    return { underflow: list.length };
  }

  #writeSame(command: ScsiCommand, lba: number, blocks: number): Partial<ScsiResult> {
    const options = this.options;
    if (options.writeSame !== true && (options.maxWriteSame ?? 0) === 0) return check(5, 0x20, 0);
    if (options.writeProtected === true) return check(7, 0x27, 0);
    if (this.#outside(lba, blocks)) return check(5, 0x21, 0);
    if ((options.maxWriteSame ?? 0) > 0 && blocks > options.maxWriteSame!) return check(5, 0x24, 0);
    for (let i = 0; i < blocks; i++) this.data.set(command.dataOut!, (lba + i) * this.blockSize);
    this.mapped.fill(1, lba, lba + blocks);
    if ((command.cdb[1]! & 8) !== 0) {
      if (options.writeSame !== true) return check(5, 0x24, 0);
      this.#drop(lba, blocks);
    }
    return {};
  }

  #compareAndWrite(command: ScsiCommand, lba: number, blocks: number): Partial<ScsiResult> {
    if (this.options.noCompareAndWrite === true) return check(5, 0x20, 0);
    if (blocks > (this.options.maxCompareAndWrite ?? 0)) return check(5, 0x24, 0);
    if (blocks === 0) return {};
    const half = blocks * this.blockSize;
    const start = lba * this.blockSize;
    for (let i = 0; i < half; i++) if (this.data[start + i] !== command.dataOut![i]) return check(0xe, 0x1d, 0);
    this.data.set(command.dataOut!.subarray(half), start);
    this.mapped.fill(1, lba, lba + blocks);
    return {};
  }

  #lbaStatus(command: ScsiCommand, lba: number): Partial<ScsiResult> {
    if (this.options.thin !== true) return check(5, 0x20, 0);
    if (lba >= this.options.blocks) return check(5, 0x21, 0);
    const list: number[] = [];
    const most = Math.min(this.options.statusExtents ?? 3, Math.floor((command.dataIn!.length - 8) / 16));
    for (let at = lba, count = 0; at < this.options.blocks && count < most; count++) {
      let end = at + 1;
      while (end < this.options.blocks && this.mapped[end] === this.mapped[at]) end++;
      list.push(...u64(BigInt(at)), ...u32(end - at), this.mapped[at] === 1 ? 0 : 1, 0, 0, 0);
      at = end;
    }
    return answer(command, [...u32(4 + list.length), 0, 0, 0, 0, ...list]);
  }
}

function later(turns: number, go: () => void): void {
  queueMicrotask(() => turns > 0 ? later(turns - 1, go) : go());
}

function check(key: number, asc: number, ascq: number): Partial<ScsiResult> {
  return { status: 2, sense: sense(key, asc, ascq) };
}

function answer(command: ScsiCommand, bytes: number[]): Partial<ScsiResult> {
  const room = command.dataIn ?? EMPTY;
  const length = Math.min(room.length, bytes.length);
  room.set(bytes.slice(0, length));
  return { dataIn: room.subarray(0, length), underflow: room.length - length };
}

function u32(value: number): number[] {
  return [value >>> 24, value >>> 16 & 255, value >>> 8 & 255, value & 255];
}

function u64(value: bigint): number[] {
  return [...u32(Number(value >> 32n)), ...u32(Number(value & 0xffffffffn))];
}
