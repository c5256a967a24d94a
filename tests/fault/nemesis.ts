/**
 * What a target may do to an initiator while it works.
 *
 * @module
 */

import type { DiskTarget } from "../peers/disk_target.ts";
import { naa, ScsiDisk } from "../peers/scsi_disk.ts";
import type { Random } from "../contract/random.ts";
import type { Register } from "./register.ts";

/** A write that reached a disk that it was not meant for. */
export interface Foreign {
  disk: ScsiDisk;
  /** Commands that changed it. */
  written: string[];
}

/** Operation codes that change a medium. */
const WRITES = new Set([0x2a, 0x8a, 0x41, 0x93, 0x42, 0x89, 0x2e, 0x8e]);
/** Operation codes that read or change it. */
const MEDIUM = new Set([...WRITES, 0x28, 0x88, 0x35, 0x91]);
/** Unit attentions that tell of nothing that has happened to this disk: something is asked, and all goes on. */
const HARMLESS: readonly (readonly [number, number])[] = [
  [0x2a, 0x01],
  [0x2a, 0x09],
  [0x3f, 0x01],
  [0x3f, 0x03],
  [0x3f, 0x05],
  [0x3f, 0x0e],
  [0x2a, 0x06],
  [0x3f, 0x02],
];

/** One target with one disk, and everything that befalls it. */
export class Nemesis {
  readonly #target: DiskTarget;
  readonly #disk: ScsiDisk;
  readonly #register: Register;
  readonly #random: Random;
  /** Whether the initiator believes in the cache after the loss of a connection: then a loss of power must be told. */
  readonly #trusting: boolean;
  /** How often each thing was done. */
  readonly done: Map<string, number> = new Map();
  /** Whether there was a reason to believe that something is lost: true or not. */
  suspected = false;
  /** Set once the disk is not the one it was. */
  foreign: Foreign | undefined;
  /** Whether something was lost, and the initiator has not heard of it for certain. */
  #unheard = false;

  constructor(target: DiskTarget, disk: ScsiDisk, register: Register, random: Random, trusting: boolean) {
    this.#target = target;
    this.#disk = disk;
    this.#register = register;
    this.#random = random;
    this.#trusting = trusting;
  }

  /**
   * A new connection is made. What was told over the one before may have been in an answer that never arrived, and an initiator that
   * trusts the cache has it from nothing else: it is told again.
   */
  connected(): void {
    if (this.#trusting && this.#unheard) this.#disk.attention(0x29, 0x01);
  }

  /** The initiator has met a unit attention: one of a reset covers all that was lost before. */
  heard({ sense }: { sense: Uint8Array }): void {
    if (sense[12] === 0x29) this.#unheard = false;
  }

  /** Does one thing. */
  strike(): void {
    const acts: readonly [number, string, () => void][] = [
      [20, "destage", () => this.#destage()],
      [10, "cut", () => this.#cut()],
      [10, "restart", () => this.#restart()],
      [6, "reset", () => this.#reset()],
      [5, "deferred error", () => this.#deferred()],
      [15, "unit attention", () => this.#disk.attention(...this.#random.pick(HARMLESS))],
      [2, "medium attention", () => this.#medium()],
      [8, "mode change", () => this.#mode()],
      [8, "resize", () => this.#resize()],
      [6, "busy", () => this.#busy()],
    ];
    let left = this.#random.int(0, acts.reduce((sum, [weight]) => sum + weight, 0) - 1);
    for (const [weight, name, act] of acts) {
      left -= weight;
      if (left >= 0) continue;
      this.done.set(name, (this.done.get(name) ?? 0) + 1);
      return act();
    }
  }

  /** Some of the cache goes to the medium, in no order. */
  #destage(): void {
    const { blockSize } = this.#disk.nature;
    for (const [lba, block] of this.#disk.cache) {
      if (this.#random.chance(0.5)) continue;
      this.#disk.medium.set(block, lba * blockSize);
      this.#disk.cache.delete(lba);
    }
  }

  #cut(): void {
    this.suspected = true;
    this.#target.cut();
  }

  /** It says that the medium may have been changed, and it was not. */
  #medium(): void {
    this.suspected = true;
    this.#disk.attention(0x28, 0x00);
  }

  /** The target restarts, and its cache is lost. */
  #restart(): void {
    this.#cut();
    this.#losePower();
    // That a connection was lost says enough to one that does not trust the cache.
    if (this.#trusting || this.#random.chance(0.7)) this.#disk.attention(0x29, 0x01);
    else if (this.#random.chance(0.5)) this.#disk.attention(0x29, 0x00);
  }

  /** The logical unit restarts, and the session stays. */
  #reset(): void {
    this.#losePower();
    // To one that trusts the cache, 29h/00h on a new connection says nothing: many targets say so at every login.
    this.#disk.attention(0x29, this.#random.pick(this.#trusting ? [0x01, 0x04] : [0x00, 0x01, 0x04]));
  }

  #losePower(): void {
    this.suspected = true;
    if (this.#disk.cache.size === 0) return;
    this.#disk.losePower();
    this.#lost();
  }

  #lost(): void {
    this.#register.lost();
    this.#unheard = true;
  }

  /** A block of the cache could not be written, and whoever comes next is told. */
  #deferred(): void {
    const lba = [...this.#disk.cache.keys()][0];
    if (lba === undefined) return;
    this.#disk.cache.delete(lba);
    this.#lost();
    this.suspected = true;
    let told = false;
    const forget = this.#disk.rule(({ cdb }) => {
      if (told || cdb[0] === 0x12 || cdb[0] === 0xa0) return undefined;
      told = this.#unheard = true;
      forget();
      return { sense: { key: 3, asc: 0x0c, ascq: 0x02, deferred: true } };
    });
  }

  /** The cache is turned off, or on. */
  #mode(): void {
    this.#disk.nature.writeCache = !this.#disk.nature.writeCache;
    if (!this.#disk.nature.writeCache) this.#disk.sync();
    this.#disk.attention(0x2a, 0x01);
  }

  /** It grows or shrinks, beyond the part that is modelled. */
  #resize(): void {
    const { blocks } = this.#disk.nature;
    this.#disk.resize(blocks > 80 ? 80 : this.#random.int(81, 120));
    this.#disk.attention(0x2a, 0x09);
  }

  /** It has no time for some commands, and not for long: who is refused comes back later and later. */
  #busy(): void {
    let left = this.#random.int(1, 6);
    const until = performance.now() + 50;
    const status = this.#random.pick([0x08, 0x28]);
    const forget = this.#disk.rule(() => {
      if (left-- > 0 && performance.now() < until) return { status };
      forget();
      return undefined;
    });
  }

  /**
   * Another disk takes the place of the first. It answers what would read or write it with the unit attention until somebody asks who
   * it is, so that commands on their way do it no harm; over a new connection it says nothing of itself.
   */
  swap(): void {
    const live = this.#random.chance(0.5);
    const nature = this.#random.pick([
      { serial: "serial-2", designators: [naa(0x3000_0000_0000_0002n)] },
      { serial: undefined, designators: [naa(0x3000_0000_0000_0002n)] },
      { product: "ANOTHER", serial: "serial-2" },
    ]);
    const disk = new ScsiDisk({ ...this.#disk.nature, ...nature });
    disk.medium.fill(0xff);
    const written: string[] = [];
    const attention = this.#random.pick([[0x3f, 0x03], [0x3f, 0x0e], [0x28, 0x00], [0x29, 0x01]] as const);
    let asked = !live;
    disk.rule(({ cdb }) => {
      const opcode = cdb[0] as number;
      if (opcode === 0x12) asked = true;
      if (asked && WRITES.has(opcode)) written.push([...cdb].map((byte) => byte.toString(16)).join(" "));
      return asked || !MEDIUM.has(opcode) ? undefined : { sense: { key: 6, asc: attention[0], ascq: attention[1] } };
    });
    if (!live) this.#target.cut();
    for (const lun of this.#target.luns.keys()) this.#target.luns.set(lun, disk);
    this.foreign = { disk, written };
  }
}
