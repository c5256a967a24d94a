/**
 * The digests of CHAP (RFC 7143 §12.1.3, RFC 1994 §4.1).
 *
 * @module
 */

import { constantTimeEqual, hash } from "../../../runtime/hash.ts";

/** Name of a CHAP digest. */
export type ChapAlgorithm = "MD5" | "SHA1" | "SHA-256" | "SHA3-256";

/** One digest as CHAP_A names it. */
export interface ChapAlgorithmInfo {
  readonly name: ChapAlgorithm;
  readonly number: number;
  /** Length of CHAP_R in bytes. */
  readonly length: number;
  /** Name that the runtime's hash goes by. */
  readonly hash: "md5" | "sha1" | "sha256" | "sha3-256";
}

/** All digests, strongest first: the order in which they are offered. */
export const CHAP_ALGORITHMS: readonly ChapAlgorithmInfo[] = [
  { name: "SHA3-256", number: 8, length: 32, hash: "sha3-256" },
  { name: "SHA-256", number: 7, length: 32, hash: "sha256" },
  { name: "SHA1", number: 6, length: 20, hash: "sha1" },
  { name: "MD5", number: 5, length: 16, hash: "md5" },
];

/** Whether a value names a digest. */
export function isChapAlgorithm(value: unknown): value is ChapAlgorithm {
  return CHAP_ALGORITHMS.some((algorithm) => algorithm.name === value);
}

/**
 * CHAP_R: the digest over one byte of identifier, the secret, and the challenge.
 *
 * @param identifier CHAP_I, 0 to 255
 */
export function chapResponse(
  algorithm: ChapAlgorithmInfo,
  identifier: number,
  secret: string,
  challenge: Uint8Array,
): Uint8Array {
  return hash(algorithm.hash, Uint8Array.of(identifier), new TextEncoder().encode(secret), challenge);
}

/** Whether two responses are equal, in a time that does not tell where they differ. */
export function equalResponses(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && constantTimeEqual(a, b);
}
