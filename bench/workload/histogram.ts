/**
 * Latencies on a logarithmic scale: one addition for each, and a resolution of 3%.
 *
 * @module
 */

/** Steps in each power of two. */
const STEPS = 32;
const STEP_BITS = 5;
/** Values are counted in eighths of a microsecond, up to 268 s. */
const UNITS = 8000;
const MOST = 2 ** 31 - 1;

function indexOf(units: number): number {
  if (units < STEPS) return units;
  const shift = 31 - Math.clz32(units) - STEP_BITS;
  return shift * STEPS + (units >>> shift);
}

/** The middle of the values that have an index, in units. */
function valueOf(index: number): number {
  if (index < 2 * STEPS) return index + 0.5;
  const shift = (index >>> STEP_BITS) - 1;
  return (index - shift * STEPS + 0.5) * 2 ** shift;
}

/** Counts of latencies. */
export class Histogram {
  readonly #counts = new Float64Array(indexOf(MOST) + 1);

  /** Counts one, in milliseconds. */
  add(milliseconds: number): void {
    this.#counts[indexOf(Math.min(MOST, milliseconds * UNITS) | 0)]! += 1;
  }

  /** How many there are. */
  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** The value in milliseconds that a share of all (0 to 1) does not exceed; NaN where there are none. */
  quantile(share: number): number {
    const wanted = Math.max(1, Math.ceil(this.count * share));
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= wanted) return valueOf(index) / UNITS;
    }
    return NaN;
  }
}
