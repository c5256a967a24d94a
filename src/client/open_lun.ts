/**
 * The entry point for most users: a LUN by URL.
 *
 * @module
 */
import { onAbort } from "../async/on_abort.ts";
import { unlessAborted } from "../async/unless_aborted.ts";
import { ErrorCode, typeError } from "../errors.ts";
import { withCallSite } from "./call_site.ts";
import { IscsiSession, type Lun, type LunOptions } from "./iscsi_session.ts";
import { checkOptions, type ClientOptions, requireTarget, resolveClient } from "./options.ts";

/** Options of {@link openLun}. */
export interface OpenLunOptions extends ClientOptions, Omit<LunOptions, "owns"> {}

/**
 * Logs in to a target and opens one of its LUNs, which owns the session: closing it logs out. More LUNs of the same target are opened
 * on one session with `connect()` and {@link IscsiSession.openLun}.
 *
 * After a lost connection the session is reinstated, and the LUN is used again only if it is the same one; so too when it
 * says that something has changed. `size` follows where it was resized.
 *
 * @param url `iscsi://[user[%password]@]host[:port]/target-iqn/lun[?key=value&...]`
 * @throws `ISCSI_URL_INVALID`, `ISCSI_URL_UNKNOWN_KEY` for the URL
 * @throws {LoginError} where the target refuses the login
 * @throws {TransportError} where it cannot be reached
 * @throws {ScsiError} `SCSI_LUN_NOT_FOUND`, `SCSI_MEDIUM_NOT_PRESENT`, `SCSI_NOT_READY` where the LUN cannot be used
 * @throws `BLOCK_UNSUPPORTED` where it is no disk; `SCSI_IDENTITY_CHANGED` where `force_usn` of the URL, or `serial`, names another one
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
export function openLun(url: string, options: OpenLunOptions = {}): Promise<Lun> {
  return withCallSite(() => open(url, options));
}

/** Refuses options that are not an object, and unknown keys. @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` */
export function checkOpenLunOptions(options: unknown): void {
  checkOptions(options, ["readOnly", "depth", "maxTransfer", "atomic", "maxBlockSize", "questionTimeout", "serial"]);
}

async function open(url: string, options: OpenLunOptions): Promise<Lun> {
  checkOpenLunOptions(options);
  const { readOnly, depth, maxTransfer, atomic, maxBlockSize, questionTimeout, serial, ...client } = options;
  const resolved = resolveClient(url, client);
  const targetName = requireTarget(resolved.url);
  const { lun, forceUsn } = resolved.url;
  if (lun === undefined) {
    throw typeError(
      ErrorCode.UrlInvalid,
      "The URL must have a LUN, as in iscsi://host/iqn.2026-01.com.example:disk/0, got one of a target",
    );
  }
  const { signal } = client;
  const session = await IscsiSession.connect({ ...resolved.session, targetName });
  // A target that does not answer would be given time to abort its task, too: nobody needs the session any more.
  const forget = onAbort(signal, () => void session.close({ signal }));
  try {
    const opening = session.openLun(lun, {
      ...{ readOnly, depth, maxTransfer, atomic, maxBlockSize, questionTimeout, signal },
      serial: serial ?? forceUsn,
      owns: true,
    });
    return await unlessAborted(opening, signal);
  } catch (error) {
    await session.close({ signal });
    throw error;
  } finally {
    forget();
  }
}
