/** `length` cryptographically random bytes, 0 to 65536. */
export function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
