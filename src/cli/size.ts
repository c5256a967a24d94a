import prettyBytes from "pretty-bytes";
import { InvalidArgumentError } from "commander";

const POWERS = "KMGTPE";

/** Help text for options that take a size. */
export const SIZE_HELP = "K, M, G, T and KiB, MiB, GiB, TiB are powers of 1024";

/**
 * Parses a size, such as `1048576`, `1M` or `1.5GiB`: K, M, G, T, P and E are powers of 1024.
 *
 * @returns bytes, a safe integer
 * @throws InvalidArgumentError of commander
 */
export function parseSize(text: string): number {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?) ?(?:([KMGTPE])(?:iB)?|B)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * 1024 ** (unit === "" ? 0 : POWERS.indexOf(unit.toUpperCase()) + 1);
  if (!Number.isSafeInteger(bytes)) {
    throw new InvalidArgumentError(`It must be a size in bytes, as in 512, 64K or 1GiB (${SIZE_HELP}).`);
  }
  return bytes;
}

/** Parses a whole number of a range, both ends inclusive. */
export function parseInteger(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (!(value >= min && value <= max)) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** Writes a number of bytes for people, such as `1.5 GiB`. */
export function formatSize(bytes: number): string {
  return prettyBytes(bytes, { binary: true });
}
