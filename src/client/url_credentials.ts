import { percentDecode, urlError } from "./url_error.ts";

/** User and password of a URL, decoded. */
export interface UrlCredentials {
  username: string;
  /** The secret; undefined where the URL has none. */
  password?: string;
}

const BARE_PERCENT = /%(?![0-9A-Fa-f]{2})/;
const ISCSI_NAME = /^(?:iqn|eui|naa)\./i;

/**
 * Parses what is before the `@`. Two forms exist: `user:password`, as in every URL, and libiscsi's `user%password`. Both parts are
 * percent-decoded, so a `%` can be a separator or the start of an escape:
 *
 * 1. A `%` without two hexadecimal digits after it is not an escape. The first such `%` is the separator, also after a
 * `:`, because an
 *    iSCSI name with its `:` is a common CHAP name.
 * 2. If there is none, the first `:` is the separator: `user:pa%40ss`. A user name with a `:` needs `%3A` then.
 * 3. If there is neither, the first `%` is the separator, as in libiscsi: in `user%40secret` the password is
 * `40secret`.
 *
 * An iSCSI name without an escape, then a `:`, and after it nothing but what looks like an escape could be read by 2 and by 3:
 * that is refused.
 *
 * @throws TypeError `ISCSI_URL_INVALID`
 */
export function parseCredentials(text: string): UrlCredentials {
  const separator = separatorOf(text);
  const user = separator < 0 ? text : text.slice(0, separator);
  if (user === "") throw urlError("it has an @ before the host, and no user name before that");
  const username = percentDecode(user, "the user name");
  const password = separator < 0 ? "" : decodePassword(text.slice(separator + 1));
  return password === "" ? { username } : { username, password };
}

function separatorOf(text: string): number {
  const bare = text.search(BARE_PERCENT);
  if (bare >= 0) return bare;
  const colon = text.indexOf(":");
  if (colon < 0) return text.indexOf("%");
  if (ISCSI_NAME.test(text) && !text.slice(0, colon).includes("%") && text.includes("%", colon)) {
    throw urlError(
      "the user and password can be read in two ways; write a : of the user name as %3A, or where it has none its first . as %2E",
    );
  }
  return colon;
}

/** After the separator, a `%` that is not an escape can only mean itself. */
function decodePassword(text: string): string {
  return percentDecode(text.replace(new RegExp(BARE_PERCENT, "g"), "%25"), "the password");
}
