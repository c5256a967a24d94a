/**
 * A few hundred operations on one disk, and what the target does meanwhile.
 *
 * @module
 */

import { setTimeout as wait } from "node:timers/promises";
import { IscsiSession, type Lun } from "../../mod.ts";
import type { Random } from "../contract/random.ts";
import { DiskTarget } from "../peers/disk_target.ts";
import { ScsiDisk } from "../peers/scsi_disk.ts";
import { PeerConnection } from "../protocol/peer_connection.ts";
import { memoryConnect, type MemoryOptions } from "./memory_tcp.ts";
import { Nemesis } from "./nemesis.ts";
import { fill, Register, WORD, type Write } from "./register.ts";

/** Blocks that are modelled; the disk has more, which come and go. */
const BLOCKS = 32;
const BLOCK = 512;
const WORDS = BLOCKS * BLOCK / WORD;
/** Operations at a time. */
const AT_ONCE = 12;
/** Milliseconds after which an operation counts as hung. */
const HUNG = 20_000;

/** What may become of an operation when the target does what this one does. */
const EXPECTED: ReadonlySet<string> = new Set([
  "ISCSI_OUTCOME_UNKNOWN",
  "ISCSI_CONNECTION_LOST",
  "ABORT_ERR",
  "SCSI_MEDIUM_ERROR", // the deferred error
  "SCSI_CHECK_CONDITION",
]);
/** What all must become of, once another disk is there. */
const CHANGED: ReadonlySet<string> = new Set([...EXPECTED, "SCSI_IDENTITY_CHANGED"]);

/** Somebody who writes and flushes. */
interface Writer {
  write(bytes: Uint8Array, position: number, fua: boolean, signal: AbortSignal | undefined): Promise<unknown>;
  flush(): Promise<unknown>;
}

/** One disk from its first operation to its last. */
export class Episode {
  readonly #random: Random;
  readonly #register = new Register(WORDS);
  readonly #disk: ScsiDisk;
  readonly #trusting: boolean;
  /** How often each thing was done. */
  readonly done: Map<string, number> = new Map();
  #lun!: Lun;
  #nemesis!: Nemesis;
  #writers: Writer[] = [];

  constructor(random: Random) {
    this.#random = random;
    this.#trusting = random.chance(0.3);
    this.#disk = new ScsiDisk({ blocks: 80, writeCache: random.chance(0.8), fua: random.chance(0.7) });
  }

  /** What is wrong. */
  get wrong(): string[] {
    return this.#register.wrong;
  }

  /** Runs it. */
  async run(operations: number): Promise<void> {
    const target = new DiskTarget(this.#disk);
    const session = await IscsiSession.connect({
      host: "127.0.0.1",
      targetName: target.name,
      initiatorName: "iqn.2026-01.test.lunstream:initiator",
      limits: { defaultTime2Wait: 0 },
      keepalive: false,
      recovery: { minDelay: 1, maxDelay: 5, replayWrites: this.#trusting },
      // Some connections end in the middle of a PDU by themselves.
      connectTcp: memoryConnect(() => this.#faults(), (socket) => void target.serve(new PeerConnection(socket))),
    });
    try {
      this.#lun = await session.openLun(0, { owns: true });
      const handles = [this.#lun.handle(), this.#lun.handle()];
      const lun = this.#lun;
      this.#writers = [
        { write: (bytes, at, fua, signal) => lun.write(bytes, at, { fua, signal }), flush: () => lun.flush() },
        ...handles.map((handle) => ({
          write: (bytes: Uint8Array, at: number) => handle.write(bytes, 0, bytes.length, at),
          flush: () => handle.sync(),
        })),
      ];
      this.#nemesis = new Nemesis(target, this.#disk, this.#register, this.#random, this.#trusting);
      session.on("unitAttention", (event) => this.#nemesis.heard(event));
      await this.#storm(operations);
      if (this.#nemesis.foreign === undefined) await this.#calm();
      else await this.#changed();
    } finally {
      for (const [name, count] of this.#nemesis?.done ?? []) this.done.set(name, count);
      await session.close();
    }
  }

  #faults(): MemoryOptions {
    this.#nemesis?.connected();
    if (this.#nemesis === undefined || this.#random.chance(0.7)) return {};
    this.#nemesis.suspected = true;
    const bytes = this.#random.int(2_000, 200_000);
    const reset = this.#random.chance(0.5);
    return this.#random.chance(0.5) ? { cutAfterSent: bytes, reset } : { cutAfterReceived: bytes, reset };
  }

  async #storm(operations: number): Promise<void> {
    const swapAt = this.#random.chance(0.4) ? this.#random.int(0, operations) : Infinity;
    const running = new Set<Promise<void>>();
    for (let i = 0; i < operations && this.wrong.length === 0; i++) {
      while (running.size >= AT_ONCE) await Promise.race(running);
      if (i === swapAt) {
        this.#count("swap");
        this.#nemesis.swap();
      }
      if (this.#nemesis.foreign === undefined && this.#random.chance(0.12)) this.#nemesis.strike();
      const work: Promise<void> = this.#inTime(this.#operation(`operation ${i}`)).finally(() => running.delete(work));
      running.add(work);
      if (this.#random.chance(0.2)) await wait(0);
    }
    await Promise.all(running);
  }

  /** Nothing happens any more: everything is written and flushed, and then power is lost. */
  async #calm(): Promise<void> {
    // The last change may have to be told before anything succeeds.
    for (const writer of this.#writers) await this.#inTime(this.#flush(writer, "a last flush"));
    await this.#inTime(this.#read(0, WORDS, "the last read"));
    for (const writer of this.#writers) await this.#inTime(this.#flush(writer, "the very last flush", true));
    this.#disk.losePower();
    this.#register.lost();
    this.#register.checkMedium(this.#disk.medium.subarray(0, WORDS * WORD), "the medium at the end");
  }

  /** Another disk is there: nothing succeeds any more, and nothing was written to it. */
  async #changed(): Promise<void> {
    const { disk, written } = this.#nemesis.foreign!;
    const code = await this.#lun.read(0, BLOCK).then(() => "no error", (error) => error.code as string);
    if (code !== "SCSI_IDENTITY_CHANGED") this.#register.found(`after the change of the disk, a read gives ${code}`);
    if (written.length > 0) this.#register.found(`another disk was written to: ${written[0]}`);
    if (disk.cache.size > 0 || disk.medium.some((byte) => byte !== 0xff)) {
      this.#register.found("another disk was changed");
    }
  }

  #operation(where: string): Promise<void> {
    const random = this.#random;
    const writer = random.pick(this.#writers);
    const from = random.int(0, WORDS - 1);
    const to = Math.min(WORDS, from + (random.chance(0.5) ? random.int(1, 64) : random.int(1, 1000)));
    const kind = random.int(0, 20);
    if (kind < 7) return this.#write(writer, from, to);
    if (kind < 14) return this.#read(from, to, where);
    if (kind < 17) return this.#flush(writer, where);
    if (kind < 18) return this.#stream(from, to, where);
    if (kind < 19) return this.#refresh();
    return this.#aligned(writer);
  }

  /** A write of whole blocks, the usual case. */
  #aligned(writer: Writer): Promise<void> {
    const words = BLOCK / WORD;
    const block = this.#random.int(0, BLOCKS - 8);
    return this.#write(writer, block * words, (block + this.#random.int(1, 8)) * words);
  }

  /** The unit is asked, and nothing is sent to it meanwhile. */
  async #refresh(): Promise<void> {
    this.#count("refreshes");
    try {
      await this.#lun.refresh();
    } catch (error) {
      this.#expect(error, "a refresh");
    }
  }

  async #write(writer: Writer, from: number, to: number): Promise<void> {
    const fua = writer === this.#writers[0] && this.#random.chance(0.2);
    const controller = this.#random.chance(0.05) ? new AbortController() : undefined;
    const write = this.#register.begin(writer, from, to);
    this.#count("writes");
    try {
      const work = writer.write(fill(write), from * WORD, fua, controller?.signal);
      if (controller !== undefined && writer === this.#writers[0]) setTimeout(() => controller.abort(), 0);
      await work;
      this.#register.acknowledged(write, fua);
    } catch (error) {
      this.#register.failed(write);
      this.#expect(error, "a write");
    }
  }

  async #read(from: number, to: number, where: string): Promise<void> {
    const begun = this.#register.now();
    this.#count("reads");
    try {
      const bytes = await this.#lun.read(from * WORD, (to - from) * WORD);
      this.#register.check(bytes, from, begun, this.#register.now(), where);
    } catch (error) {
      this.#expect(error, "a read");
    }
  }

  /** @param last nothing happens any more, so it must succeed */
  async #flush(writer: Writer, where: string, last = false): Promise<void> {
    // A rejection that is on its way is heard first: what it tells of, this flush does not vouch for.
    await wait(0);
    const claimed = this.#register.claimed(writer);
    this.#count("flushes");
    try {
      await writer.flush();
      this.#kept(claimed, where);
      this.#count("good flushes");
    } catch (error) {
      const { code } = error as { code?: string };
      if (last) this.#register.found(`${where}: ${code}`);
      if (code === "ISCSI_OUTCOME_UNKNOWN") {
        if (!this.#nemesis.suspected && this.#nemesis.foreign === undefined) {
          this.#register.found(`${where}: a loss is reported, and there was none`);
        }
        this.#register.tell(writer);
      }
      this.#expect(error, "a flush");
    }
  }

  /** A stream vouches for everything that it was given when it finishes. */
  async #stream(from: number, to: number, where: string): Promise<void> {
    const writer = {};
    const stream = this.#lun.createWriteStream({ start: from * WORD });
    const writes: Write[] = [];
    this.#count("streams");
    try {
      const finished = new Promise<void>((resolve, reject) => stream.once("finish", resolve).once("error", reject));
      for (let at = from; at < to;) {
        const end = Math.min(to, at + this.#random.int(1, 400));
        const write = this.#register.begin(writer, at, end);
        writes.push(write);
        stream.write(fill(write));
        at = end;
        if (this.#random.chance(0.3)) await wait(0);
      }
      stream.end();
      await finished;
      for (const write of writes) this.#register.acknowledged(write, false);
      this.#kept(writes, where);
      this.#count("finished streams");
    } catch (error) {
      for (const write of writes) this.#register.failed(write);
      this.#expect(error, "a stream");
    }
  }

  /** These are said to be on the medium now. */
  #kept(writes: Write[], where: string): void {
    this.#register.flushed(writes);
    if (this.#nemesis.foreign !== undefined) return;
    this.#register.checkMedium(this.#disk.medium.subarray(0, WORDS * WORD), `the medium after ${where}, a flush`);
  }

  #expect(error: unknown, what: string): void {
    const { code, message } = error as { code?: string; message: string };
    const expected = this.#nemesis.foreign === undefined ? EXPECTED : CHANGED;
    if (!expected.has(code ?? "")) this.#register.found(`${what} fails with ${code}: ${message}`);
    this.#count(code ?? "no code");
  }

  async #inTime(work: Promise<void>): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hung = new Promise<void>((resolve) =>
      timer = setTimeout(() => {
        this.#register.found(`an operation is not over after ${HUNG} ms`);
        resolve();
      }, HUNG)
    );
    await Promise.race([work, hung]);
    clearTimeout(timer);
  }

  #count(what: string): void {
    this.done.set(what, (this.done.get(what) ?? 0) + 1);
  }
}
