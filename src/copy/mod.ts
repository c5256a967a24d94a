/**
 * Copies between LUNs, files, block devices and pipes.
 *
 * @module
 */

export type { CopySink, CopySource, EndpointOperation } from "./endpoint.ts";
export { type DeviceEndpointOptions, deviceSink, deviceSource } from "./endpoint_device.ts";
export { fileSink, fileSource } from "./endpoint_file.ts";
export { iscsiSink, iscsiSource } from "./endpoint_iscsi.ts";
export { nullSink } from "./endpoint_null.ts";
export { type StandardStreams, stdinSource, stdoutSink } from "./endpoint_stdio.ts";
export { copy, type CopyOptions } from "./engine.ts";
export { openSink, openSource } from "./open_endpoint.ts";
export type { CopyProgress } from "./progress.ts";
