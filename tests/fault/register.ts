/**
 * What a disk may hold, after operations that overlap, fail, and lose what a volatile cache held.
 *
 * Each write fills its words (4 bytes) with a number of its own, so a word says which write it is of. A word that is read must be of a write
 * that had begun, and that no other has replaced for certain before the read began. A write that has not been reported as being on the
 * medium may be undone by a loss, which makes what it had replaced possible again; one that has been reported so may not.
 *
 * @module
 */

/** Bytes of a word. */
export const WORD = 4;

/** One write, in words. Times are ticks of the register's clock. */
export interface Write {
  readonly tag: number;
  readonly from: number;
  readonly to: number;
  /** Whose it is: what a flush vouches for. */
  readonly writer: object;
  readonly begun: number;
  /** When it was acknowledged, or reported as failed. */
  ended: number;
  /** Acknowledged: it has taken place. */
  certain: boolean;
  /** Reported as being on the medium. */
  durable: boolean;
  /** Its writer has been told that it may be lost: no later flush vouches for it. */
  told: boolean;
}

/** The history of one disk. */
export class Register {
  /** What is wrong, at most a few. */
  readonly wrong: string[] = [];
  readonly #writes: Map<number, Write> = new Map();
  /** The writes of each word, in the order in which they began. */
  readonly #words: Write[][];
  readonly #losses: number[] = [];
  #clock = 1;
  #tag = 0;

  /** @param words of the part that is modelled; all of them are zeros at first */
  constructor(words: number) {
    const first: Write = {
      ...{ tag: 0, from: 0, to: words, writer: this, begun: 0, ended: 0 },
      ...{ certain: true, durable: true, told: false },
    };
    this.#writes.set(0, first);
    this.#words = Array.from({ length: words }, () => [first]);
  }

  /** A moment. */
  now(): number {
    return this.#clock++;
  }

  /** Something that was not on the medium may be gone. */
  lost(): void {
    this.#losses.push(this.now());
  }

  /** A write begins. */
  begin(writer: object, from: number, to: number): Write {
    const write = {
      ...{ tag: ++this.#tag, from, to, writer, begun: this.now(), ended: Infinity },
      ...{ certain: false, durable: false, told: false },
    };
    this.#writes.set(write.tag, write);
    for (let word = from; word < to; word++) this.#words[word]?.push(write);
    return write;
  }

  /** It was acknowledged. */
  acknowledged(write: Write, durable: boolean): void {
    write.ended = this.now();
    write.certain = true;
    write.durable = durable;
  }

  /** These were reported as being on the medium: what they have replaced does not come back. */
  flushed(writes: readonly Write[]): void {
    for (const write of writes) {
      write.durable = true;
      for (let word = write.from; word < write.to; word++) {
        const here = this.#words[word] as Write[];
        const kept = here.filter((other) => other.ended >= write.begun);
        if (kept.length < here.length) this.#words[word] = kept;
      }
    }
  }

  /** It was reported as failed: it may have taken place, but takes place no more. */
  failed(write: Write): void {
    write.ended = this.now();
  }

  /** The writes of one writer that a flush which begins now must vouch for. */
  claimed(writer: object): Write[] {
    return [...this.#writes.values()].filter((write) => write.writer === writer && write.certain && !write.told);
  }

  /** Everything of a writer so far may be lost, and it has been told. */
  tell(writer: object): void {
    for (const write of this.#writes.values()) if (write.writer === writer && write.certain) write.told = true;
  }

  /** Something is wrong. */
  found(what: string): void {
    if (this.wrong.length < 5) this.wrong.push(what);
  }

  /** Words that were read between two moments. */
  check(bytes: Uint8Array, from: number, begun: number, ended: number, where: string): void {
    this.#check(
      bytes,
      from,
      where,
      ended,
      (later) =>
        later.ended < begun && (later.durable || !this.#losses.some((loss) => later.begun < loss && loss < ended)),
    );
  }

  /** What is on the medium itself: nothing that was reported as being there may be missing. */
  checkMedium(bytes: Uint8Array, where: string): void {
    this.#check(bytes, 0, where, Infinity, (later) => later.durable);
  }

  /** @param counts whether a write has replaced what began and ended before it */
  #check(bytes: Uint8Array, from: number, where: string, ended: number, counts: (later: Write) => boolean): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length; at += WORD) {
      const word = from + at / WORD;
      const tag = view.getUint32(at);
      const write = this.#writes.get(tag);
      const here = this.#words[word] ?? [];
      if (write === undefined || !here.includes(write) || write.begun > ended) {
        return this.found(`${where}: word ${word} is ${tag}, which was never written there`);
      }
      const later = here.find((other) => other.certain && write.ended < other.begun && counts(other));
      if (later === undefined) continue;
      return this.found(
        `${where}: word ${word} is of write ${text(write)}, and not of ${text(later)}, ` +
          `losses ${this.#losses.filter((loss) => loss > write.begun)}`,
      );
    }
  }
}

function text({ tag, begun, ended, certain, durable }: Write): string {
  return `${tag} (${begun} to ${ended}${certain ? ", acknowledged" : ""}${durable ? ", flushed" : ""})`;
}

/** The bytes of a write. */
export function fill({ tag, from, to }: Write): Uint8Array {
  const bytes = new Uint8Array((to - from) * WORD);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += WORD) view.setUint32(at, tag);
  return bytes;
}
