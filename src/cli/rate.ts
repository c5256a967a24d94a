/** Milliseconds over which the rate is taken. */
const WINDOW = 10_000;
/** Milliseconds between two samples. */
const STEP = 250;

/** How fast a value grew in the last ten seconds. */
export class Rate {
  readonly #samples: { time: number; value: number }[] = [];

  /** At `time` (milliseconds of any clock) the value was `value`. Times must not fall. */
  add(time: number, value: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && this.#samples.length > 1 && time - this.#samples.at(-2)!.time < STEP) {
      last.time = time;
      last.value = value;
    } else {
      this.#samples.push({ time, value });
    }
    while (this.#samples.length > 2 && this.#samples[1]!.time < time - WINDOW) this.#samples.shift();
  }

  /** Growth per second; 0 before there are two samples. */
  get perSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || last.time <= first.time) return 0;
    return (last.value - first.value) / (last.time - first.time) * 1000;
  }
}
