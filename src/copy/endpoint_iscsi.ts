import type { Lun } from "../client/iscsi_session.ts";
import { openLun, type OpenLunOptions } from "../client/open_lun.ts";
import { parseIscsiUrl } from "../client/url.ts";
import type { CopySink, CopySource } from "./endpoint.ts";
import { type DeviceEndpointOptions, deviceSink, deviceSource } from "./endpoint_device.ts";

/** Opens the LUN of a URL as the source of a copy. Closing it logs out. */
export async function iscsiSource(url: string, options: OpenLunOptions = {}): Promise<CopySource> {
  const lun = await openLun(url, { ...options, readOnly: true });
  return { ...deviceSource(lun, describe(lun)), session: lun.session };
}

/**
 * Opens the LUN of a URL as the destination of a copy.
 *
 * @throws IscsiError `BLOCK_READ_ONLY`, and what `openLun()` throws
 */
export async function iscsiSink(url: string, options: OpenLunOptions = {}): Promise<CopySink> {
  const lun: Lun = await openLun(url, options);
  try {
    return { ...deviceSink(lun, describe(lun)), session: lun.session };
  } catch (error) {
    await lun.close();
    throw error;
  }
}

/** The LUN is told from others by the portal that was reached: a URL may name several. */
function describe({ url, number, session }: Lun): DeviceEndpointOptions {
  const { host, port } = session.portal;
  const { targetName } = parseIscsiUrl(url);
  return { name: url, identity: `iscsi ${host.toLowerCase()} ${port} ${targetName} ${number}` };
}
