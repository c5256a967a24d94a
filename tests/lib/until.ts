/**
 * Waiting for a condition.
 *
 * @module
 */

/** Settles when `condition` holds; looks after each turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000; i++) {
    if (condition()) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
  }
  throw new Error(`never came true: ${condition}`);
}
