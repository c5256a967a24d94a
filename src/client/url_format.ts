import { checkArray, checkInteger, checkObject, checkString, optional } from "../arguments.ts";
import { formatLun } from "../bytes/lun.ts";
import type { IscsiUrl } from "./url.ts";
import { DEFAULT_PORT, type Portal } from "../session/mod.ts";

/**
 * Writes a URL for display: without user, passwords and query. Parsing it gives portals, portal group tag, target and LUN again.
 *
 * @param url parts of a URL; a `port` of 3260 is left out
 * @throws TypeError `ERR_INVALID_ARG_TYPE`; RangeError `ERR_OUT_OF_RANGE`
 */
export function formatIscsiUrl(
  url:
    & Portal
    & { readonly portals?: readonly Portal[] | undefined }
    & {
      [Part in "portalGroupTag" | "targetName" | "lun"]?: IscsiUrl[Part] | undefined;
    },
): string {
  checkObject("url", url);
  const { portals = [], portalGroupTag, targetName, lun } = url;
  checkArray("portals", portals);
  optional(checkString, "targetName", targetName);
  const places = [formatPortal("", url), ...portals.map((portal, i) => formatPortal(`portals[${i}].`, portal))];
  let text = `iscsi://${places.join(",")}`;
  if (portalGroupTag !== undefined) text += `,${portalGroupTag}`;
  if (targetName === undefined) return text;
  const escaped = encodeURIComponent(targetName).replaceAll("%3A", ":");
  // A : before an @ would be read as user and password, but for an iSCSI name.
  const plain = /^(?:iqn|eui|naa)\./i.test(targetName) || !targetName.includes(":");
  text += `/${plain ? escaped.replaceAll("%40", "@") : escaped}`;
  if (lun === undefined) return text;
  return `${text}/${formatLun(lun)}`;
}

/** @param prefix of the names of fields in messages */
function formatPortal(prefix: string, { host, port = DEFAULT_PORT }: Portal): string {
  checkString(`${prefix}host`, host);
  checkInteger(`${prefix}port`, port, 1, 65535);
  const shown = host.includes(":") ? `[${host.replace("%", "%25")}]` : host;
  return port === DEFAULT_PORT ? shown : `${shown}:${port}`;
}
