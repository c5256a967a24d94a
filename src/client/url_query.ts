import { ErrorCode, typeError } from "../errors.ts";
import type { ChapAlgorithm, DigestName } from "../session/mod.ts";
import { percentDecode, urlError } from "./url_error.ts";

/** What the query of a URL can say. */
interface UrlQuery {
  /** Digests of CHAP to offer. */
  chapAlgorithms?: readonly ChapAlgorithm[];
  /** The one header digest to offer. */
  headerDigest?: DigestName;
  /** The one data digest to offer. */
  dataDigest?: DigestName;
  /** CHAP name that the target must give. */
  targetUsername?: string;
  /** Secret that the target must prove. */
  targetPassword?: string;
  /** Unit serial number that the LUN must have. */
  forceUsn?: string;
}

const ALGORITHMS: Readonly<Record<string, ChapAlgorithm>> = {
  "md5": "MD5",
  "sha1": "SHA1",
  "sha-256": "SHA-256",
  "sha3-256": "SHA3-256",
};
const DIGESTS: Readonly<Record<string, DigestName>> = { "crc32c": "CRC32C", "none": "None" };

/** What each known key does. */
const KEYS: Readonly<Record<string, (query: UrlQuery, value: string) => void>> = {
  auth: (query, value) => query.chapAlgorithms = value.split(",").map((name) => oneOf("auth", ALGORITHMS, name)),
  header_digest: (query, value) => query.headerDigest = oneOf("header_digest", DIGESTS, value),
  data_digest: (query, value) => query.dataDigest = oneOf("data_digest", DIGESTS, value),
  target_user: (query, value) => query.targetUsername = value,
  target_password: (query, value) => query.targetPassword = value,
  force_usn: (query, value) => query.forceUsn = value,
};

function oneOf<Value>(key: string, values: Readonly<Record<string, Value>>, text: string): Value {
  const name = text.toLowerCase();
  if (Object.hasOwn(values, name)) return values[name]!;
  throw urlError(`${key} must be one of ${Object.keys(values).join(", ")}`);
}

/**
 * Parses what is behind the `?`.
 *
 * @param nameable whether an unknown key may be repeated in the error; not where it could be a part of a password
 * @throws TypeError `ISCSI_URL_UNKNOWN_KEY`, `ISCSI_URL_INVALID`
 */
export function parseQuery(text: string, { nameable }: { nameable: boolean }): UrlQuery {
  const query: UrlQuery = {};
  const seen = new Set<string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const key = percentDecode(equals < 0 ? pair : pair.slice(0, equals), "a key of the query");
    // Behind a password it may be the rest of that, cut off by an ampersand.
    if (!Object.hasOwn(KEYS, key)) throw unknownKey(nameable && !seen.has("target_password") ? key : undefined);
    if (seen.has(key)) throw urlError(`its query has ${key} twice`);
    seen.add(key);
    const value = percentDecode(equals < 0 ? "" : pair.slice(equals + 1), `the value of ${key}`);
    if (value === "") throw urlError(`its query has ${key} without a value`);
    KEYS[key]!(query, value);
  }
  return query;
}

function unknownKey(key: string | undefined): TypeError & { code: ErrorCode } {
  // Only a key of the usual form is repeated in the message.
  const named = key !== undefined && /^[A-Za-z][\w.-]{0,40}$/.test(key) ? `the key ${key}` : "a key";
  return typeError(
    ErrorCode.UrlUnknownKey,
    `The query of the iSCSI URL has ${named} that is not known; the known ones are ${Object.keys(KEYS).join(", ")}`,
  );
}
