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

  /** Begins to report. {@link Progress.stop} must follow. */
  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => clock.now());
    this.#start = this.#told = this.#now();
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
    this.#transferred = transferred;
    const now = this.#now();
    this.#rate.add(now, transferred);
    this.#bar?.update(transferred);
    const { style } = this.#options;
    if (style === "lines" && now - this.#told >= LINE_INTERVAL) this.tell();
    if (style === "json" && now - this.#told >= JSON_INTERVAL) this.tell();
  }

  /** Writes one line now, whatever the style. */
  tell(): void {
    this.#told = this.#now();
    const { style, write } = this.#options;
    write(style === "json" ? this.#json("copying") : `${this.#line()}\n`);
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

  #line(): string {
    const { size } = this.#options;
    const rate = this.#rate.perSecond;
    const speed = `${formatSize(rate)}/s`;
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
  #json(description: string): string {
    const { size } = this.#options;
    const elapsed = Math.round(this.#elapsed() * 1000) / 1000;
    return `${JSON.stringify({ transferred: this.#transferred, size: size ?? null, elapsed, description })}\n`;
  }
}
