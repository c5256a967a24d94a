/**
 * Byte arrays joined to one.
 *
 * @module
 */

/** A new array: `before` bytes of zero, then the parts, one after the other. */
export function joinBytes(parts: readonly Uint8Array[], before: number = 0): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, before));
  let offset = before;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
