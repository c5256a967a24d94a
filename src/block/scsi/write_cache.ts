/**
 * The write cache of a disk: whether it is volatile, how it is emptied, and what each writer has in it.
 *
 * @module
 */

import { type Ledger, Writer } from "../../async/ledger.ts";
import { synchronizeCache10, synchronizeCache16 } from "../../scsi/commands/sbc/synchronize_cache.ts";
import { isUnknownCommand } from "../../scsi/refusal.ts";
import { Account, failedFlush, isDeferred } from "./account.ts";
import { OneCommand } from "./odd.ts";
import type { Geometry } from "./geometry.ts";
import type { JobQueue } from "./queue.ts";

/** How often a flush is sent again after a deferred error: a disk may report one for each write that has failed. */
const MAX_DEFERRED = 16;

/** The write cache of one device. */
export class WriteCache {
  readonly #queue: JobQueue;
  readonly #ledger: Ledger;
  readonly #geometry: () => Geometry;
  /** The forms of SYNCHRONIZE CACHE that it has not refused as unknown. */
  #forms: readonly (typeof synchronizeCache10)[] = [synchronizeCache10, synchronizeCache16];
  readonly #accounts: WeakMap<object, Account> = new WeakMap();
  /** Of all writers that are not named. */
  readonly #own: Account;

  /** @param geometry what the disk says now: another object whenever it has been asked again */
  constructor(queue: JobQueue, ledger: Ledger, geometry: () => Geometry) {
    this.#queue = queue;
    this.#ledger = ledger;
    this.#geometry = geometry;
    this.#own = this.account(this);
  }

  /** Whether the disk has a command that empties the cache, as far as is known. */
  get flushable(): boolean {
    return this.#forms.length > 0;
  }

  /** Whether what the disk acknowledges may be in a volatile cache. A disk that says nothing and has no such command has none. */
  get volatile(): boolean {
    return this.#geometry().writeCache ?? this.flushable;
  }

  /** What it has said, if that is that nothing is in a volatile cache. */
  get assurance(): object | undefined {
    return this.volatile ? undefined : this.#geometry();
  }

  /** What is known of one writer, named by an object. */
  account(writer: object | undefined): Account {
    if (writer === undefined) return this.#own;
    let account = this.#accounts.get(writer);
    if (account === undefined) {
      account = new Account(this.#ledger.writer(writer), this);
      this.#accounts.set(writer, account);
    }
    return account;
  }

  /** A writer that is nobody else, and whose writes something else may keep out of the cache. */
  newAccount(force: { readonly assurance: object | undefined } = this): Account {
    return new Account(new Writer(this.#ledger, undefined), force);
  }

  /** Flushes for a writer. With `ownOnly` only if this writer has something in the cache. */
  async flush({ writer }: Account, ownOnly: boolean, signal: AbortSignal | undefined): Promise<void> {
    const flushing = writer.flush();
    // Where the cache is not volatile now, it may have been when somebody wrote.
    const needed = ownOnly ? flushing.dirty : this.volatile || this.#ledger.unflushed;
    try {
      // One without the command may turn out to have no cache.
      if (needed && (await this.#synchronize(signal) || !this.volatile)) flushing.covers();
    } catch (error) {
      throw failedFlush(flushing, error);
    }
    const loss = flushing.loss();
    if (loss !== undefined) throw loss;
  }

  /** Empties the cache. False: the disk has no command that does. */
  async #synchronize(signal: AbortSignal | undefined): Promise<boolean> {
    for (let deferred = 0;;) {
      const [form] = this.#forms;
      if (form === undefined) return false;
      try {
        // LBA 0 and 0 blocks: all of the medium (SBC-3 5.18).
        await this.#queue.run(new OneCommand(form()), signal);
        return true;
      } catch (error) {
        // The error of an earlier command, of which the writers are told; this one was not carried out.
        if (isDeferred(error) && ++deferred <= MAX_DEFERRED) continue;
        if (!isUnknownCommand(error)) throw error;
        this.#forms = this.#forms.filter((one) => one !== form);
      }
    }
  }
}
