/**
 * The memory that a target holds for its initiators, over all connections: a bound, and what becomes of those that hold
 * some and stand still.
 *
 * @module
 */

import { Budget } from "./buffers.ts";

/** Most payload bytes of one session in flight, in each direction. */
const SESSION_BUDGET = 8 * 1024 * 1024;
/** Sessions that may be waited for before another one has memory. */
const PARTS = 8;
/** Milliseconds that a connection may stand still while others wait for memory. */
const STILL = 2000;
/** Looks at the connections in that time. */
const LOOKS = 4;

interface Mark {
  readonly moved: number | undefined;
  readonly since: number;
}

/** A connection, as far as it holds memory. */
export interface MemoryHolder {
  /** Bytes of answers that its peer has not taken. */
  readonly unread: number;
  /**
   * For each direction what grows with every byte that the peer takes, or sends of what it has announced; undefined where no
   * memory is held until it does.
   */
  progress(): readonly (number | undefined)[];
  /** Ends it at once. */
  destroy(): void;
}

/**
 * Five budgets, a fifth of the bound each. They are apart so that nothing waits for memory that is held by what waits for
 * it: a command holds `requests` while it waits for `reads` or `writes`, and what is in those waits for the peer alone; and so
 * that initiators can log in whatever others do.
 */
export class Memory {
  /** Data on their way to the initiators. */
  readonly reads: Budget;
  /** Data that the target has asked for by R2T. */
  readonly writes: Budget;
  /** Commands with the data that came with them, or were announced; texts; data segments that are incomplete. */
  readonly requests: Budget;
  readonly logins: Budget;
  /** Connections that have not ended, or have something left to send. */
  readonly #connections = new Set<MemoryHolder>();
  /** Bytes of each of these, and of answers that have not been read: those cannot wait. */
  readonly #share: number;
  #answers = 0;
  /** What each connection had moved in each direction, and since when it has not moved more. */
  #seen = new Map<MemoryHolder, Mark[]>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pressedAt = 0;

  /** @param limit bytes */
  constructor(limit: number) {
    const share = limit / 5;
    const pressed = () => this.#pressed();
    this.reads = new Budget(share, { short: pressed });
    this.writes = new Budget(share, { short: pressed });
    this.requests = new Budget(share, { short: pressed });
    this.logins = new Budget(share, { short: pressed });
    this.#share = share;
  }

  /** A connection begins. */
  add(connection: MemoryHolder): void {
    this.#connections.add(connection);
  }

  /** A connection has ended, and sends nothing any more. */
  remove(connection: MemoryHolder): void {
    this.#connections.delete(connection);
    this.#seen.delete(connection);
  }

  /** The part of a budget that one session may have: enough for its commands, and never more than one of many. */
  part(budget: Budget): Budget {
    return new Budget(Math.min(SESSION_BUDGET, this.#share / PARTS), { within: budget });
  }

  /** Counts bytes of answers. Where they are too many, the connections end that have taken the fewest. */
  addAnswers(bytes: number): void {
    this.#answers += bytes;
    while (this.#answers > this.#share) {
      let most: MemoryHolder | undefined;
      for (const one of this.#connections) if (one.unread > (most?.unread ?? 0)) most = one;
      if (most === undefined) return;
      most.destroy();
    }
  }

  /** Bytes of answers have been read, or will never be. */
  dropAnswers(bytes: number): void {
    this.#answers -= bytes;
  }

  /** Looks at nothing any more: the target closes. */
  close(): void {
    clearTimeout(this.#timer);
  }

  /** Something has to wait, or was refused. */
  #pressed(): void {
    this.#pressedAt = performance.now();
    this.#timer ??= setTimeout(() => this.#look(), STILL / LOOKS);
  }

  /** Ends the connections that have stood still for too long, as long as memory is short. */
  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    const before = this.#seen;
    this.#seen = new Map();
    for (const one of [...this.#connections]) {
      const marks = one.progress().map((moved, direction): Mark => {
        const last = before.get(one)?.[direction];
        return last !== undefined && moved !== undefined && last.moved === moved ? last : { moved, since: now };
      });
      if (marks.some(({ since }) => now - since >= STILL)) one.destroy();
      else this.#seen.set(one, marks);
    }
    const short = this.reads.short || this.writes.short || now - this.#pressedAt < 2 * STILL;
    if (short) this.#timer = setTimeout(() => this.#look(), STILL / LOOKS);
    else this.#seen.clear();
  }
}
