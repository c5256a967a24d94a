/**
 * What one micro-benchmark is.
 *
 * @module
 */

/** One thing that is measured. */
export interface MicroCase {
  /** Its name in the table. */
  name: string;
  /** Operations in one call of `run`: so many that the clock costs nothing beside them. */
  operations: number;
  /** Runs them. What it returns is made use of, so that no compiler leaves it out. */
  run(): number | Promise<number>;
}
