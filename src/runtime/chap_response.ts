import { hash, type HashAlgorithm } from "./hash.ts";

/**
 * CHAP_R: the digest over one byte of identifier, the secret and the challenge, in that order, nothing between them
 * (RFC 7143 §12.1.3, RFC 1994 §4.1). Both sides calculate it, to prove themselves and to check the other. Compare two
 * of them with `constantTimeEqual`, since the time of a comparison must not tell how much of a guess is right.
 *
 * @param identifier CHAP_I, 0 to 255
 * @param secret its bytes are those of UTF-8
 */
export function chapResponse(
  algorithm: HashAlgorithm,
  identifier: number,
  secret: string,
  challenge: Uint8Array,
): Uint8Array {
  return hash(algorithm, Uint8Array.of(identifier), new TextEncoder().encode(secret), challenge);
}
