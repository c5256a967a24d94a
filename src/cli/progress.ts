/**
 * How far a copy has come, for people and for programs: a bar on a terminal, a line now and then elsewhere, or JSON lines.
 *
 * @module
 */

import cliProgress, { type Options, type Params, type SingleBar } from "cli-progress";
import { clock, stderrDrawing } from "../runtime/mod.ts";
import { formatDuration } from "./duration.ts";
import { Rate } from "./rate.ts";
import { formatSize } from "./size.ts";

/** How progress is reported. */
export type ProgressStyle = "bar" | "lines" | "json" | "none";

/** Milliseconds between two plain lines, and between two lines of JSON. */
const LINE_INTERVAL = 5000;
const JSON_INTERVAL = 1000;
/** Milliseconds without a byte after which a copy counts as stalled, and between two plain lines that say so. */
const STALL = 5000;
const STALL_INTERVAL = 60_000;
/** Milliseconds between two calls of {@link Progress.tick}. */
export const TICK = 500;

/** Options of {@link Progress}. */
interface ProgressOptions {
  style: ProgressStyle;
  /** Bytes in all; undefined where that is not known. */
  size: number | undefined;
  /** Takes the lines. (The bar goes to standard error by itself.) */
  write: (text: string) => void;
  /** A clock in milliseconds. Default: the monotonic one. */
  now?: (() => number) | undefined;
}

/** Reports how far a copy has come. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  readonly #start: number;
  readonly #rate = new Rate();
  #bar: SingleBar | undefined;
  #transferred = 0;
  #told: number;
  /** When the last byte was copied. */
  #moved: number;
  /** Whether a plain line has told that nothing moves. */
  #stallTold = false;
  #reason: string | undefined;

  /** Begins to report. {@link Progress.stop} must follow. */
  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => clock.now());
    this.#start = this.#told = this.#moved = this.#now();
    this.#rate.add(this.#start, 0);
    if (options.style !== "bar") return;
    this.#bar = new cliProgress.SingleBar({
      format: (bar, params) => this.#drawBar(bar, params),
      clearOnComplete: true,
      hideCursor: true,
      // The command handles interrupts itself.
      gracefulExit: false,
      barsize: 30,
      // cli-progress uses no more of a stream than this one has.
      stream: stderrDrawing() as unknown as NodeJS.WritableStream,
    });
    this.#bar.start(options.size || 1, 0);
  }

  /** `transferred` bytes have been copied so far. */
  update(transferred: number): void {
    const now = this.#now();
    if (transferred > this.#transferred) this.#move(now);
    this.#transferred = transferred;
    this.#rate.add(now, transferred);
    this.#bar?.update(transferred);
    const { style } = this.#options;
    if (style === "lines" && now - this.#told >= LINE_INTERVAL) this.tell();
    if (style === "json" && now - this.#told >= JSON_INTERVAL) this.tell();
  }

  /** To be called every {@link TICK} milliseconds: tells that nothing moves, in plain lines once and then each minute. */
  tick(): void {
    const now = this.#now();
    this.#rate.add(now, this.#transferred);
    const { style } = this.#options;
    if (style === "json" && now - this.#told >= JSON_INTERVAL) this.tell();
    if (style !== "lines" || !this.#stalled(now)) return;
    if (this.#stallTold && now - this.#told < STALL_INTERVAL) return;
    this.#stallTold = true;
    this.tell();
  }

  /** Why nothing moves, if that is known: it is told with a stall. */
  waitsFor(reason: string | undefined): void {
    this.#reason = reason;
  }

  /** Tells of something that happened, in one line. `details` are for JSON. */
  note(text: string, description: string, details: object): void {
    const { style, write } = this.#options;
    if (style === "json") write(this.#json(description, details));
    else if (style === "lines") write(`${text}\n`);
    // In the place of the bar, which is drawn again below.
    else if (style === "bar") write(`\r\x1b[K${text}\n`);
  }

  /** Writes one line now, whatever the style. */
  tell(): void {
    const now = this.#told = this.#now();
    const { style, write } = this.#options;
    const description = this.#stalled(now) ? this.#waiting() : "copying";
    write(style === "json" ? this.#json(description, this.#stall(now)) : `${this.#line()}\n`);
  }

  /** Removes the bar and restores the terminal's cursor and line wrapping. Idempotent. */
  clear(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  /** Ends the reports; the last one says how the copy ended. */
  stop({ done }: { done: boolean }): void {
    this.clear();
    const { style, write } = this.#options;
    if (style === "json") write(this.#json(done ? "done" : "stopped"));
    if (!done || style === "none" || style === "json") return;
    const seconds = this.#elapsed();
    const rate = seconds > 0 ? `, ${formatSize(this.#transferred / seconds)}/s` : "";
    write(`${formatSize(this.#transferred)} copied in ${formatDuration(seconds)}${rate}\n`);
  }

  #elapsed(): number {
    return (this.#now() - this.#start) / 1000;
  }

  /** Bytes move again. */
  #move(now: number): void {
    if (this.#stallTold) this.#options.write(`The copy goes on after ${wholeSeconds(now - this.#moved)}\n`);
    this.#stallTold = false;
    this.#moved = now;
  }

  #stalled(now: number): boolean {
    return now - this.#moved >= STALL;
  }

  /** What a copy does that moves no bytes. */
  #waiting(): string {
    return this.#transferred === this.#options.size ? "flushing" : "stalled";
  }

  /** For JSON: for how many seconds nothing has moved, and why. */
  #stall(now: number): object {
    if (!this.#stalled(now)) return {};
    return { stalled: Math.floor((now - this.#moved) / 1000), reason: this.#reason };
  }

  #line(): string {
    const { size } = this.#options;
    const now = this.#now();
    this.#rate.add(now, this.#transferred);
    const still = this.#stalled(now);
    const rate = still ? 0 : this.#rate.perSecond;
    const reason = this.#reason === undefined ? "" : ` (${this.#reason})`;
    const why = still ? `, ${this.#waiting()} for ${wholeSeconds(now - this.#moved)}${reason}` : "";
    const speed = `${formatSize(rate)}/s${why}`;
    if (size === undefined) return `${formatSize(this.#transferred)}, ${speed}`;
    const percent = size === 0 ? 100 : Math.floor(this.#transferred / size * 100);
    const left = rate > 0 ? `, ${formatDuration((size - this.#transferred) / rate)} left` : "";
    return `${formatSize(this.#transferred)} of ${formatSize(size)} (${percent}%), ${speed}${left}`;
  }

  #drawBar(bar: Options, { progress }: Params): string {
    if (this.#options.size === undefined) return this.#line();
    return `${cliProgress.Format.BarFormat(progress, bar)} ${this.#line()}`;
  }

  /** One line for programs: sizes in bytes, times in seconds. */
  #json(description: string, details: object = {}): string {
    const { size } = this.#options;
    const elapsed = Math.round(this.#elapsed() * 1000) / 1000;
    return `${
      JSON.stringify({ transferred: this.#transferred, size: size ?? null, elapsed, description, ...details })
    }\n`;
  }
}

/** A time in whole seconds, for people. */
function wholeSeconds(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return seconds < 10 ? `${seconds} s` : formatDuration(seconds);
}
