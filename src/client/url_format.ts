import { checkInteger, checkObject, checkString, optional } from "../arguments.ts";
import { formatLun } from "../bytes/lun.ts";
import type { IscsiUrl } from "./url.ts";
import { DEFAULT_PORT } from "../session/mod.ts";

/**
 * Writes a URL for display: without user, passwords and query. Parsing it gives host, port, portal group tag, target and LUN again.
 *
 * @param url parts of a URL; `port` 3260 is left out
 * @throws TypeError `ERR_INVALID_ARG_TYPE`; RangeError `ERR_OUT_OF_RANGE`
 */
export function formatIscsiUrl(
  url: { [Part in "port" | "portalGroupTag" | "targetName" | "lun"]?: IscsiUrl[Part] | undefined } & { host: string },
): string {
  checkObject("url", url);
  const { host, port = DEFAULT_PORT, portalGroupTag, targetName, lun } = url;
  checkString("host", host);
  checkInteger("port", port, 1, 65535);
  optional(checkString, "targetName", targetName);
  let text = `iscsi://${host.includes(":") ? `[${host.replace("%", "%25")}]` : host}`;
  if (port !== DEFAULT_PORT) text += `:${port}`;
  if (portalGroupTag !== undefined) text += `,${portalGroupTag}`;
  if (targetName === undefined) return text;
  text += `/${encodeURIComponent(targetName).replaceAll("%3A", ":").replaceAll("%40", "@")}`;
  if (lun === undefined) return text;
  return `${text}/${formatLun(lun)}`;
}
