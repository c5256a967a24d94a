import { MAX_LUN_NUMBER, parseLunText } from "../bytes/lun.ts";
import { percentDecode, urlError } from "./url_error.ts";

/** Longest iSCSI name in bytes of UTF-8 (RFC 7143 §4.2.7.1). */
const MAX_NAME_BYTES = 223;

/** What is behind the portal. */
interface UrlPath {
  /** Name of the target. */
  targetName?: string;
  /** The LUN: 0 to 16383, or its eight raw bytes as a bigint. */
  lun?: number | bigint;
}

/**
 * Parses `/target` and `/target/lun`; nothing and a lone `/` are the path of a portal.
 *
 * @throws TypeError `ISCSI_URL_INVALID`
 */
export function parsePath(text: string): UrlPath {
  if (text === "" || text === "/") return {};
  const [, name = "", lun, ...more] = text.split("/");
  if (more.length > 0) {
    throw urlError("what is behind the host must be a target name and a LUN; a / inside of them is %2F");
  }
  if (/^(?!iqn\.|eui\.|naa\.).*(?::|%(?![0-9a-f]{2})).*@/i.test(name)) {
    throw urlError("user and password belong before the host, as in iscsi://user:password@host/target/lun");
  }
  const targetName = parseTargetName(name);
  return lun === undefined ? { targetName } : { targetName, lun: parseLun(lun) };
}

function parseTargetName(text: string): string {
  const name = percentDecode(text, "the target name");
  if (name === "") throw urlError("the target name is empty");
  // deno-lint-ignore no-control-regex
  if (/[\s\x00-\x1f\x7f]/.test(name)) throw urlError("the target name has spaces or control characters in it");
  if (new TextEncoder().encode(name).length > MAX_NAME_BYTES) {
    throw urlError(`the target name is longer than ${MAX_NAME_BYTES} bytes`);
  }
  return name;
}

function parseLun(text: string): number | bigint {
  const lun = parseLunText(text);
  if (lun !== undefined) return lun;
  throw urlError(
    `the LUN must be a number from 0 to ${MAX_LUN_NUMBER}, or 0x and the 16 hexadecimal digits of its eight bytes`,
  );
}
