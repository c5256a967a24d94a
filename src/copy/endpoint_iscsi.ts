import type { Lun } from "../client/iscsi_session.ts";
import { openLun, type OpenLunOptions } from "../client/open_lun.ts";
import { formatIscsiUrl } from "../client/url_format.ts";
import { parseIscsiUrl } from "../client/url.ts";
import type { CopySink, CopySource } from "./endpoint.ts";
import { type DeviceEndpointOptions, deviceSink, deviceSource } from "./endpoint_device.ts";

/** Opens the LUN of a URL as the source of a copy. Closing it logs out. */
export async function iscsiSource(url: string, options: OpenLunOptions = {}): Promise<CopySource> {
  return deviceSource(await openLun(url, { ...options, readOnly: true }), describe(url));
}

/**
 * Opens the LUN of a URL as the destination of a copy.
 *
 * @throws IscsiError `BLOCK_READ_ONLY`, and what `openLun()` throws
 */
export async function iscsiSink(url: string, options: OpenLunOptions = {}): Promise<CopySink> {
  const lun: Lun = await openLun(url, options);
  try {
    return deviceSink(lun, describe(url));
  } catch (error) {
    await lun.close();
    throw error;
  }
}

function describe(url: string): DeviceEndpointOptions {
  const { host, port, targetName, lun } = parseIscsiUrl(url);
  return {
    name: formatIscsiUrl({ host, port, targetName: targetName ?? "", lun: lun ?? 0 }),
    identity: `iscsi ${host.toLowerCase()} ${port} ${targetName} ${lun}`,
  };
}
