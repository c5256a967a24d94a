/**
 * The digests of CHAP as its keys name them (RFC 7143 §12.1.3): numbers of CHAP_A, and what CHAP_R is the digest of. The
 * digests themselves depend on the runtime: `runtime/hash.ts`.
 *
 * @module
 */

import { MAX_BINARY_VALUE_LENGTH } from "./text_keys.ts";

/** Name of a CHAP digest. */
export type ChapAlgorithm = "MD5" | "SHA1" | "SHA-256" | "SHA3-256";

/** One digest of CHAP. */
export interface ChapAlgorithmInfo {
  readonly name: ChapAlgorithm;
  /** Its number in CHAP_A: 5 by RFC 1994, 6 to 8 as registered by RFC 7143 §12.1.3. */
  readonly number: number;
  /** Length of the digest, and so of CHAP_R, in bytes. */
  readonly length: number;
  /** The hash function, by the name that `node:crypto` gives it. */
  readonly hash: "md5" | "sha1" | "sha256" | "sha3-256";
}

/** All digests, strongest first: the order in which an initiator offers them. */
export const CHAP_ALGORITHMS: readonly ChapAlgorithmInfo[] = [
  { name: "SHA3-256", number: 8, length: 32, hash: "sha3-256" },
  { name: "SHA-256", number: 7, length: 32, hash: "sha256" },
  { name: "SHA1", number: 6, length: 20, hash: "sha1" },
  { name: "MD5", number: 5, length: 16, hash: "md5" },
];

/** Longest CHAP_C in bytes: a binary value has no more (RFC 7143 §6.1, §12.1.3). */
export const MAX_CHAP_CHALLENGE: number = MAX_BINARY_VALUE_LENGTH;

/** Whether a value names a digest. */
export function isChapAlgorithm(value: unknown): value is ChapAlgorithm {
  return CHAP_ALGORITHMS.some((algorithm) => algorithm.name === value);
}

/**
 * What CHAP_R is the digest of: one byte of identifier, the secret and the challenge, in that order, nothing between
 * them (RFC 7143 §12.1.3, RFC 1994 §4.1). Both sides calculate it, to prove themselves and to check the other. Compare
 * two digests in constant time, since the time of a comparison must not tell how much of a guess is right.
 *
 * @param identifier CHAP_I, 0 to 255
 * @param secret its bytes are those of UTF-8
 */
export function chapInput(identifier: number, secret: string, challenge: Uint8Array): Uint8Array[] {
  return [Uint8Array.of(identifier), new TextEncoder().encode(secret), challenge];
}
