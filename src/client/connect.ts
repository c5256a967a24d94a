/**
 * A session by URL.
 *
 * @module
 */
import { IscsiSession } from "./iscsi_session.ts";
import { checkOptions, type ClientOptions, requireTarget, resolveClient } from "./options.ts";

/**
 * Logs in to the target of a URL. The LUN of the URL, if there is one, is ignored: `session.openLun(number)` opens any
 * as a block device, and `session.lun(number)` carries SCSI commands to it.
 *
 * @throws `ISCSI_URL_INVALID`, `ISCSI_URL_UNKNOWN_KEY` for the URL
 * @throws {LoginError} where the target refuses the login
 * @throws {TransportError} where it cannot be reached
 *
 * @example
 * ```ts
 * import { connect } from "lunstream";
 * import { inquiry, parseInquiry } from "lunstream/scsi";
 *
 * const session = await connect("iscsi://192.0.2.10/iqn.2026-01.com.example:disk");
 * const { dataIn } = await session.lun(0).execute(inquiry());
 * console.log(parseInquiry(dataIn).vendor);
 * await session.close();
 * ```
 */
export async function connect(url: string, options: ClientOptions = {}): Promise<IscsiSession> {
  checkOptions(options);
  const resolved = resolveClient(url, options);
  return await IscsiSession.connect({ ...resolved.session, targetName: requireTarget(resolved.url) });
}
