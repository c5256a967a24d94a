import { ErrorCode, typeError } from "../errors.ts";

/**
 * The error of a URL that cannot be parsed. Its message must not repeat any text of the URL but names that are known: in a
 * malformed URL, whatever looks like a host, a port or a path may be a part of a password.
 */
export function urlError(message: string): TypeError & { code: ErrorCode } {
  return typeError(ErrorCode.UrlInvalid, `Not an iSCSI URL: ${message}`);
}

/** Percent-decodes UTF-8 text strictly. `part` names it in the error. */
export function percentDecode(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw urlError(`${part} has a % that is not the start of an escape of UTF-8, and must be written as %25`);
  }
}
