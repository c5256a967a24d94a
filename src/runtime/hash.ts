import type * as Crypto from "node:crypto";
import { nodeModule } from "./platform.ts";

/** A hash function by the name that `node:crypto` gives it. */
type HashAlgorithm = "md5" | "sha1" | "sha256" | "sha3-256";

/** The digest of the chunks, one after the other. */
export function hash(algorithm: HashAlgorithm, ...chunks: Uint8Array[]): Uint8Array {
  const hash = nodeModule<typeof Crypto>("node:crypto").createHash(algorithm);
  for (const chunk of chunks) hash.update(chunk);
  return new Uint8Array(hash.digest());
}

/** Whether two byte strings are equal, in a time that depends on their lengths only. */
export function constantTimeEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}
