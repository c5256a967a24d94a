/**
 * A SCSI disk that says whatever a test wants: every answer can be replaced, and it can lose its cache, grow, fall silent, or become
 * another disk. It knows nothing of iSCSI: `disk_target.ts` serves it.
 *
 * @module
 */

import { encodeSense } from "../../src/scsi/sense/encode.ts";
import { type DiskFeatures, featureAnswer, NO_FEATURES } from "./disk_features.ts";
import { inquiryAnswer } from "./disk_pages.ts";

/** A command as the disk gets it. */
export interface DiskCommand {
  readonly cdb: Uint8Array;
  /** What the initiator has sent with it. */
  readonly data: Uint8Array;
  /** The initiator port, for what is kept for each: unit attentions. */
  readonly nexus: string;
}

/** Sense data of an answer. */
export interface Sense {
  key: number;
  asc: number;
  ascq: number;
  /** About an earlier command: 71h. */
  deferred?: boolean;
  information?: number;
}

/** What the disk answers. */
export interface Answer {
  /** SCSI status; GOOD where absent, CHECK CONDITION with sense data. */
  status?: number;
  /** Sense data, or their bytes. */
  sense?: Sense | Uint8Array;
  /** What is read. */
  data?: Uint8Array;
  /** Milliseconds before the answer, or a promise that it waits for. */
  after?: number | Promise<unknown>;
  /** No answer at all. */
  silent?: boolean;
  /** The connection is cut instead of an answer. */
  cut?: boolean;
}

/** Decides about a command; undefined: the next rule does, or the disk itself. */
export type Rule = (command: DiskCommand) => Answer | undefined;

/** What the disk is like; all of it may be changed at any time. */
export interface DiskNature extends DiskFeatures {
  blockSize: number;
  /** Blocks. */
  blocks: number;
  /** WCE: there is a volatile write cache. */
  writeCache: boolean;
  /** DPOFUA. */
  fua: boolean;
  /** Without DPOFUA: whether a bit that it does not know is ignored; else it is refused. */
  ignoresFua: boolean;
  writeProtected: boolean;
  removable: boolean;
  vendor: string;
  product: string;
  /** VPD page 80h; undefined: there is no such page. */
  serial: string | undefined;
  /** Descriptors of VPD page 83h; undefined: there is no such page. */
  designators: Uint8Array[] | undefined;
  /** VERSION of INQUIRY: 6 is SPC-4. */
  version: number;
  /** VPD pages B0h and B2h: the bytes from offset 4 on; undefined: as the features say. */
  blockLimits: Uint8Array | undefined;
  provisioning: Uint8Array | undefined;
}

/** Operation codes of commands that no unit attention keeps from being carried out (SPC-4 §5.14). */
const EXEMPT = new Set([0x12, 0xa0, 0x03]);

const LBA_OUT_OF_RANGE: Answer = { sense: { key: 5, asc: 0x21, ascq: 0 } };
const NO_SUCH_COMMAND: Answer = { sense: { key: 5, asc: 0x20, ascq: 0 } };

/** An NAA designator of the logical unit (association 0), or of the port (1). */
export function naa(number: bigint, association = 0): Uint8Array {
  const bytes = new Uint8Array(12);
  bytes.set([1, 3 | (association << 4), 0, 8]);
  new DataView(bytes.buffer).setBigUint64(4, number);
  return bytes;
}

/** The bytes of sense data. */
export function senseBytes({ key, asc, ascq, deferred = false, information }: Sense): Uint8Array {
  return encodeSense({ senseKey: key, asc, ascq, deferred, ...(information === undefined ? {} : { information }) });
}

/** A disk of a megabyte, with a volatile cache, unless a test says otherwise. */
export class ScsiDisk {
  readonly nature: DiskNature;
  /** What is on the medium: it survives a loss of power. */
  medium: Uint8Array;
  /** Written and not on the medium yet, by LBA. */
  readonly cache: Map<number, Uint8Array> = new Map();
  /** The blocks of a thin disk that are not unmapped, by LBA. */
  readonly mapped: Set<number> = new Set();
  /** Every command that reached it, those of unit attentions included. */
  readonly log: DiskCommand[] = [];
  /** The last one is asked first. */
  readonly rules: Rule[] = [];
  readonly #attentions: Map<string, Sense[]> = new Map();

  constructor(nature: Partial<DiskNature> = {}) {
    this.nature = {
      blockSize: 512,
      blocks: 2048,
      writeCache: true,
      fua: true,
      ignoresFua: false,
      writeProtected: false,
      removable: false,
      vendor: "SCRIPTED",
      product: "DISK",
      serial: "serial-1",
      designators: [naa(0x3000_0000_0000_0001n)],
      blockLimits: undefined,
      provisioning: undefined,
      version: 6,
      ...NO_FEATURES,
      ...nature,
    };
    this.medium = new Uint8Array(this.nature.blocks * this.nature.blockSize);
  }

  /** Adds a rule, and returns what removes it. */
  rule(rule: Rule): () => void {
    this.rules.push(rule);
    return () => {
      const at = this.rules.indexOf(rule);
      if (at >= 0) this.rules.splice(at, 1);
    };
  }

  /** Answers commands of this operation code so, so often (always where absent). Returns what ends it. */
  on(opcode: number, answer: Answer | ((command: DiskCommand) => Answer | undefined), times = Infinity): () => void {
    let left = times;
    return this.rule((command) => {
      if (command.cdb[0] !== opcode || left <= 0) return undefined;
      const given = typeof answer === "function" ? answer(command) : answer;
      if (given !== undefined) left--;
      return given;
    });
  }

  /** A unit attention for every initiator port that has been seen. */
  attention(asc: number, ascq: number): void {
    for (const queue of this.#attentions.values()) queue.push({ key: 6, asc, ascq });
  }

  /** Another medium size: what is beyond is lost, what is new is zeros. No unit attention is made. */
  resize(blocks: number): void {
    const { blockSize } = this.nature;
    const medium = new Uint8Array(blocks * blockSize);
    medium.set(this.medium.subarray(0, medium.length));
    this.medium = medium;
    this.nature.blocks = blocks;
    for (const lba of this.cache.keys()) if (lba >= blocks) this.cache.delete(lba);
  }

  /** Loses what is in the volatile cache. No unit attention is made. */
  losePower(): void {
    this.cache.clear();
  }

  /** Brings everything to the medium. */
  sync(): void {
    for (const [lba, block] of this.cache) this.medium.set(block, lba * this.nature.blockSize);
    this.cache.clear();
  }

  /** The bytes that a read would give, cache included. */
  bytes(position: number, length: number): Uint8Array {
    const { blockSize } = this.nature;
    const all = this.medium.slice(position, position + length);
    for (const [lba, block] of this.cache) {
      const at = lba * blockSize - position;
      if (at > -blockSize && at < length) all.set(block.subarray(Math.max(0, -at), length - at), Math.max(0, at));
    }
    return all;
  }

  /** Operation codes of the commands that reached it, in hex, for messages and comparisons. */
  get opcodes(): string[] {
    return this.log.map(({ cdb }) => (cdb[0] as number).toString(16).padStart(2, "0"));
  }

  /** Answers one command. */
  answer(command: DiskCommand): Answer {
    this.log.push(command);
    const { cdb, nexus } = command;
    const attentions = this.#attentions.get(nexus) ?? [];
    this.#attentions.set(nexus, attentions);
    for (const rule of [...this.rules].reverse()) {
      const given = rule(command);
      if (given !== undefined) return given;
    }
    const opcode = cdb[0] as number;
    const attention = EXEMPT.has(opcode) ? undefined : attentions.shift();
    return attention === undefined ? this.carryOut(command) : { sense: attention };
  }

  /** What the disk does by itself, without its rules and unit attentions. */
  carryOut(command: DiskCommand): Answer {
    const { cdb, data } = command;
    const view = new DataView(cdb.buffer, cdb.byteOffset, cdb.byteLength);
    switch (cdb[0]) {
      case 0x00: // TEST UNIT READY
      case 0xa0: // REPORT LUNS: the target knows them
        return {};
      case 0x03: // REQUEST SENSE
        return { data: senseBytes({ key: 0, asc: 0, ascq: 0 }) };
      case 0x12:
        return inquiryAnswer(this.nature, cdb);
      case 0x1a:
      case 0x5a:
        return this.#modeSense(cdb);
      case 0x25:
        return this.#capacity10();
      case 0x9e:
        if (((cdb[1] as number) & 0x1f) === 0x10) return this.#capacity16(view.getUint32(10));
        return featureAnswer(this, command) ?? NO_SUCH_COMMAND;
      case 0x28:
        return this.#read(view.getUint32(2), view.getUint16(7));
      case 0x88:
        return this.#read(Number(view.getBigUint64(2)), view.getUint32(10));
      case 0x2a:
        return this.write(view.getUint32(2), view.getUint16(7), cdb[1] as number, data);
      case 0x8a:
        return this.write(Number(view.getBigUint64(2)), view.getUint32(10), cdb[1] as number, data);
      case 0x35:
      case 0x91:
        this.sync();
        return {};
      default:
        return featureAnswer(this, command) ?? NO_SUCH_COMMAND;
    }
  }

  #read(lba: number, blocks: number): Answer {
    const { blockSize } = this.nature;
    if (lba + blocks > this.nature.blocks) return LBA_OUT_OF_RANGE;
    return { data: this.bytes(lba * blockSize, blocks * blockSize) };
  }

  /** Makes blocks unmapped: they are zeros then. */
  unmap(lba: number, blocks: number): void {
    const { blockSize } = this.nature;
    this.medium.fill(0, lba * blockSize, (lba + blocks) * blockSize);
    for (let i = 0; i < blocks; i++) {
      this.cache.delete(lba + i);
      this.mapped.delete(lba + i);
    }
  }

  /** Writes blocks; `flags` is byte 1 of the CDB, with FUA. */
  write(lba: number, blocks: number, flags: number, data: Uint8Array): Answer {
    const { blockSize, writeCache, fua, ignoresFua, writeProtected } = this.nature;
    if (writeProtected) return { sense: { key: 7, asc: 0x27, ascq: 0 } };
    const forced = (flags & 0x08) !== 0 && (fua || !ignoresFua);
    if (forced && !fua) return { sense: { key: 5, asc: 0x24, ascq: 0 } };
    if (lba + blocks > this.nature.blocks) return LBA_OUT_OF_RANGE;
    for (let i = 0; i < blocks; i++) {
      const block = data.slice(i * blockSize, (i + 1) * blockSize);
      this.mapped.add(lba + i);
      if (writeCache && !forced) this.cache.set(lba + i, block);
      else {
        this.cache.delete(lba + i);
        this.medium.set(block, (lba + i) * blockSize);
      }
    }
    return {};
  }

  #capacity10(): Answer {
    const data = new Uint8Array(8);
    const view = new DataView(data.buffer);
    view.setUint32(0, Math.min(0xffff_ffff, this.nature.blocks - 1));
    view.setUint32(4, this.nature.blockSize);
    return { data };
  }

  #capacity16(length: number): Answer {
    const data = new Uint8Array(32);
    const view = new DataView(data.buffer);
    view.setBigUint64(0, BigInt(this.nature.blocks - 1));
    view.setUint32(8, this.nature.blockSize);
    data[14] = (this.nature.thin ? 0x80 : 0) | (this.nature.readsZeros ? 0x40 : 0);
    return { data: data.subarray(0, length) };
  }

  #modeSense(cdb: Uint8Array): Answer {
    const { writeCache, fua, writeProtected } = this.nature;
    const code = (cdb[2] as number) & 0x3f;
    if (code !== 0x08 && code !== 0x3f) return { sense: { key: 5, asc: 0x24, ascq: 0 } };
    const caching = new Uint8Array(20);
    caching.set([0x08, 0x12, writeCache ? 0x04 : 0]);
    const specific = (writeProtected ? 0x80 : 0) | (fua ? 0x10 : 0);
    const six = cdb[0] === 0x1a;
    const header = six ? Uint8Array.of(3 + 20, 0, specific, 0) : Uint8Array.of(0, 6 + 20, 0, specific, 0, 0, 0, 0);
    const length = six ? cdb[4] as number : ((cdb[7] as number) << 8) | (cdb[8] as number);
    const data = new Uint8Array(header.length + 20);
    data.set(header);
    data.set(caching, header.length);
    return { data: data.subarray(0, length) };
  }
}
