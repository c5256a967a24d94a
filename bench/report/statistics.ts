/**
 * Statistics of a few samples.
 *
 * @module
 */

import { randomNumbers } from "../workload/random.ts";

/** The middle value; the mean of the two middle ones of an even number; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? NaN;
  const high = sorted[Math.floor(middle)] ?? NaN;
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

/**
 * Median of the ratios of values of the same round: what else the machine did then hits both. Rounds in which one is missing
 * do not count.
 */
export function pairedRatio(
  ours: readonly (number | undefined)[],
  theirs: readonly (number | undefined)[],
): number {
  return median(ratios(ours, theirs));
}

/** The ratios of values of the same round, without those where one is missing. */
export function ratios(ours: readonly (number | undefined)[], theirs: readonly (number | undefined)[]): number[] {
  return ours.flatMap((our, round) => {
    const their = theirs[round];
    return our === undefined || their === undefined ? [] : [our / their];
  });
}

/** The largest value of each round. */
export function best(series: readonly (readonly (number | undefined)[])[]): (number | undefined)[] {
  const rounds = Math.max(0, ...series.map((one) => one.length));
  return Array.from({ length: rounds }, (_, round) => {
    const values = series.flatMap((one) => one[round] ?? []);
    return values.length === 0 ? undefined : Math.max(...values);
  });
}

const RESAMPLES = 2000;

/** Interval that has the median in it with 95% confidence (percentile bootstrap). The same for the same values. */
export function medianInterval(values: readonly number[]): [number, number] {
  if (values.length === 0) return [NaN, NaN];
  const random = randomNumbers();
  const medians = Array.from(
    { length: RESAMPLES },
    () => median(values.map(() => values[random() % values.length] as number)),
  ).sort((a, b) => a - b);
  return [medians[Math.floor(RESAMPLES * 0.025)] as number, medians[Math.ceil(RESAMPLES * 0.975) - 1] as number];
}
