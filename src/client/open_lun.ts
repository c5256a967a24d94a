/**
 * The way in for most users: a LUN by URL.
 *
 * @module
 */
import { openScsiBlockDevice, type ScsiBlockDeviceOptions } from "../block/mod.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import { encodeLun, IscsiSession } from "../session/mod.ts";
import { LunExecutor } from "./executor.ts";
import { type LunIdentity, readIdentity, requireSerial, verifyIdentity } from "./identity.ts";
import { Lun } from "./lun.ts";
import { checkOptions, type ClientOptions, requireTarget, resolveClient } from "./options.ts";

/** Options of {@link openLun}. */
export interface OpenLunOptions
  extends ClientOptions, Pick<ScsiBlockDeviceOptions, "readOnly" | "depth" | "maxTransfer" | "atomic"> {}

/**
 * Logs in to a target and opens one of its LUNs.
 *
 * After a lost connection the session is made anew, and the LUN is used again only where its serial number, designators and
 * capacity are what they were.
 *
 * @param url `iscsi://[user[%password]@]host[:port]/target-iqn/lun[?key=value&...]`
 * @throws `ISCSI_URL_INVALID`, `ISCSI_URL_UNKNOWN_KEY` for the URL
 * @throws {LoginError} where the target refuses the login
 * @throws {TransportError} where it cannot be reached
 * @throws {ScsiError} `SCSI_LUN_NOT_FOUND`, `SCSI_MEDIUM_NOT_PRESENT`, `SCSI_NOT_READY` where the LUN cannot be used
 * @throws `BLOCK_UNSUPPORTED` where it is no disk; `SCSI_IDENTITY_CHANGED` where `force_usn` of the URL names another one
 *
 * @example
 * ```ts
 * import { openLun } from "lunstream";
 *
 * const lun = await openLun("iscsi://192.0.2.10/iqn.2026-01.com.example:disk/0");
 * const bootSector = await lun.read(0, 512);
 * await lun.close();
 * ```
 */
export async function openLun(url: string, options: OpenLunOptions = {}): Promise<Lun> {
  checkOptions(options, ["readOnly", "depth", "maxTransfer", "atomic"]);
  const { readOnly, depth, maxTransfer, atomic, ...client } = options;
  const resolved = resolveClient(url, client);
  const targetName = requireTarget(resolved.url);
  const number = resolved.url.lun;
  if (number === undefined) {
    throw new IscsiError(
      ErrorCode.UrlInvalid,
      "A URL with a LUN was wanted, as in iscsi://host/iqn.2026-01.com.example:disk/0",
    );
  }

  let before: LunIdentity | undefined;
  const { recovery } = resolved.session;
  const session = await IscsiSession.connect({
    ...resolved.session,
    targetName,
    recovery: recovery === false ? false : {
      // Of other LUNs, to which the caller sends commands by `lun.session`, nothing is known that could be compared.
      verify: async (lun, executor) => {
        if (before !== undefined && lun === encodeLun(number)) await verifyIdentity(executor, before);
      },
      ...recovery,
    },
  });
  try {
    const executor = new LunExecutor(session, number);
    const device = await openScsiBlockDevice(executor, { readOnly, depth, maxTransfer, atomic, signal: client.signal });
    if (resolved.url.forceUsn !== undefined) await requireSerial(executor, resolved.url.forceUsn);
    before = await readIdentity(executor);
    return new Lun(device, session, number);
  } catch (error) {
    await session.close();
    throw error;
  }
}
