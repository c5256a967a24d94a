/**
 * Who must be told that writes may be lost. Each writer learns of a loss once, whoever flushes first, as files do by the errseq of
 * the Linux kernel.
 *
 * A write that was acknowledged and is not flushed belongs to the span of time in which it was sent. A loss ends the span: all of
 * its writes that no flush had covered are lost, and the next flush of each of their writers must say so.
 *
 * @module
 */

import { ErrorCode, IscsiError } from "../errors.ts";

/** Member of an object that names a writer: another such object, whose writes these are too. */
export const WITHIN: unique symbol = Symbol("within");

/** A span of time without a loss. */
export class Span {
  /** What has ended it, as the beginning of a sentence. */
  end = "";
  /** Writes acknowledged before so many flushes had begun are on the medium. */
  covered = 0;
  /** @param number how many losses came before it */
  constructor(readonly number: number) {}
}

/** Whoever wants to know when a command that has been carried out was sent. */
export interface SentListener {
  /** Called for each command that has succeeded, before its result is known to anybody else: a loss may come right behind it. */
  succeeded(sent: Span): void;
}

/** What one writer has written and not flushed. */
export class Writer {
  #span: Span;
  /** How many flushes had begun when its last write in the span was acknowledged; -1: there is none. */
  #last = -1;
  /** The same of the last write that is lost, and of which it has not been told. */
  #lost = -1;
  /** Why that is lost. */
  #why = "";

  /** @param within another writer, whose writes these are too */
  constructor(readonly ledger: Ledger, readonly within: Writer | undefined) {
    this.#span = ledger.span;
  }

  /** A write is acknowledged, and may be in a volatile cache. `span`: when it was sent. */
  wrote(span: Span): void {
    const { ledger } = this;
    this.#follow();
    if (span === ledger.span) this.#last = ledger.begun;
    else this.#lose(span, ledger.begun);
    ledger.last = ledger.begun;
    this.within?.wrote(span);
  }

  /** Whether it has written something that no flush has covered, or that is lost and it has not been told of. */
  get unflushed(): boolean {
    this.#follow();
    return this.#lost >= 0 || this.#last >= this.#span.covered;
  }

  /** A flush of this writer begins. */
  flush(): Flushing {
    this.#follow();
    const { span } = this.ledger;
    return new Flushing(this, span, ++this.ledger.begun, this.#last, this.#lost >= 0 ? this.#why : undefined);
  }

  /** It has been told of what was lost of its writes that were acknowledged before flush number `flush` began. */
  told(flush: number): void {
    this.#follow();
    if (this.#lost < flush) this.#lost = -1;
  }

  /** Goes over to the span of now. */
  #follow(): void {
    const { span } = this.ledger;
    if (this.#span === span) return;
    if (this.#last >= this.#span.covered) this.#lose(this.#span, this.#last);
    this.#last = -1;
    this.#span = span;
  }

  #lose(span: Span, flush: number): void {
    if (this.#lost < 0) this.#why = span.end;
    this.#lost = Math.max(this.#lost, flush);
  }
}

/** One flush: it knows what its writer had not flushed when it began. */
export class Flushing {
  constructor(
    readonly writer: Writer,
    readonly span: Span,
    readonly number: number,
    readonly last: number,
    readonly lost: string | undefined,
  ) {}

  /** Whether its writer had something in the cache when it began that no flush has covered since. */
  get dirty(): boolean {
    return this.last >= this.span.covered;
  }

  /** Everything that was acknowledged when it began, and had not been lost by then, is on the medium. */
  covers(): void {
    // After a loss meanwhile nobody knows which of the two came first.
    if (this.span === this.writer.ledger.span) this.span.covered = Math.max(this.span.covered, this.number);
  }

  /** The error with which it must end if writes of its writer may be lost. The writer has been told then: call it once, at the end. */
  loss(cause?: Error): IscsiError | undefined {
    const why = this.lost ?? (this.dirty && this.span !== this.writer.ledger.span ? this.span.end : undefined);
    if (why === undefined) return undefined;
    this.told();
    const message = `${why} after writes that had not been flushed: whether they have reached the medium is not known`;
    return new IscsiError(ErrorCode.OutcomeUnknown, message, cause === undefined ? undefined : { cause });
  }

  /** Its writer learns of what is lost by another error. */
  told(): void {
    this.writer.told(this.number);
  }

  /** It has failed with an error that says that what it was to cover is gone. */
  failed(): void {
    this.writer.ledger.lose("A flush failed");
    this.told();
  }
}

/** The losses of one medium, and its writers. */
export class Ledger {
  #span: Span = new Span(0);
  readonly #writers: WeakMap<object, Writer> = new WeakMap();
  /** How many flushes have begun. */
  begun = 0;
  /** How many flushes had begun when the last write of anyone was acknowledged; -1: there was none. */
  last = -1;
  /** Others of the same medium: what is lost of one may be lost of all. */
  readonly twins: Set<Ledger> = new Set();

  /** The span of now. */
  get span(): Span {
    return this.#span;
  }

  /** Whether anyone has written since the last good flush began. */
  get unflushed(): boolean {
    return this.last >= this.#span.covered;
  }

  /** Whatever has been acknowledged or is under way now, and no flush has covered, may be lost. */
  lose(why: string): void {
    this.#end(why);
    for (const twin of this.twins) twin.#end(why);
  }

  #end(why: string): void {
    this.#span.end = why;
    this.#span = new Span(this.#span.number + 1);
  }

  /** The writer that a caller names by an object. */
  writer(token: object): Writer {
    let writer = this.#writers.get(token);
    if (writer === undefined) {
      const within = (token as { [WITHIN]?: object })[WITHIN];
      writer = new Writer(this, within === undefined ? undefined : this.writer(within));
      this.#writers.set(token, writer);
    }
    return writer;
  }
}
