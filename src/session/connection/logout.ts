/**
 * Logout (RFC 7143 §11.14, §11.15).
 *
 * @module
 */

import { decodeLogoutResponse, encodeLogoutRequest, LogoutReason } from "../../wire/mod.ts";
import type { Link } from "./link.ts";
import { request } from "../tasks/requests.ts";

interface LogoutAnswer {
  /** 0 done, 1 unknown connection, 2 recovery unsupported, 3 cleanup failed. */
  response: number;
  /** Seconds to wait before a reconnect; meaningful with response 2 or 3. */
  time2Wait: number;
}

/**
 * Asks the target to end the session. Immediate, so that a closed command window does not hold it back.
 *
 * @param limit milliseconds
 * @throws `ISCSI_REQUEST_TIMEOUT`, `ISCSI_REJECTED`, or what ended the connection
 */
export async function logout(link: Link, limit: number): Promise<LogoutAnswer> {
  const { header } = await request(link, "logout", limit, "A logout", (itt) => ({
    header: encodeLogoutRequest({
      immediate: true,
      reason: LogoutReason.CloseSession,
      initiatorTaskTag: itt,
      cid: 0,
      cmdSN: link.window.cmdSN,
      expStatSN: link.statuses.expStatSN,
    }),
  }));
  const { response, time2Wait } = decodeLogoutResponse(header);
  return { response, time2Wait };
}
