import { checkKeys, checkString, optional } from "../arguments.ts";
import { checkDevice } from "../block/check_device.ts";
import type { BlockDevice } from "../block/mod.ts";
import { ErrorCode, IscsiError } from "../errors.ts";
import type { CopySink, CopySource, EndpointOperation } from "./endpoint.ts";

/** How to call a device in a copy. */
export interface DeviceEndpointOptions {
  /** Name for messages; never with credentials. */
  name: string;
  /** Equal for two devices that are the same place. */
  identity?: string | undefined;
}

/**
 * A block device as the source of a copy. Closing it closes the device.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
export function deviceSource(device: BlockDevice, options: DeviceEndpointOptions): CopySource {
  const { name, identity } = checked(device, options);
  return {
    name,
    identity,
    size: device.size,
    ordered: false,
    requestSize: device.limits.optimalTransfer,
    async read(buffer: Uint8Array, position: number, { signal }: EndpointOperation): Promise<number> {
      await device.readInto(buffer, position, { signal });
      return buffer.length;
    },
    close: () => device.close(),
  };
}

/**
 * A block device as the destination of a copy. Closing it closes the device.
 *
 * @throws IscsiError `BLOCK_READ_ONLY`
 * @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`
 */
export function deviceSink(device: BlockDevice, options: DeviceEndpointOptions): CopySink {
  const { name, identity } = checked(device, options);
  if (device.readOnly) throw new IscsiError(ErrorCode.ReadOnly, `${name} is read-only`);
  // The copy is a writer of its own: its flush tells of its writes, whoever else has flushed.
  const writer = {};
  return {
    name,
    identity,
    capacity: device.size,
    ordered: false,
    requestSize: device.limits.optimalTransfer,
    write: (buffer, position, { signal }) => device.write(buffer, position, { signal, writer }),
    finish: ({ signal }) => device.flush({ signal, writer }),
    close: () => device.close(),
  };
}

function checked(device: unknown, options: DeviceEndpointOptions): DeviceEndpointOptions {
  checkDevice("device", device);
  checkKeys("options", options, ["name", "identity"]);
  checkString("name", options.name);
  optional(checkString, "identity", options.identity);
  return options;
}
