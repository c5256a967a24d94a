/**
 * Copies between LUNs, files, block devices and pipes.
 *
 * @example A LUN to a file
 * ```ts
 * import { copy, openSink, openSource } from "lunstream/copy";
 *
 * const source = await openSource("iscsi://192.0.2.10/iqn.2026-01.com.example:disk/0");
 * const sink = await openSink("disk.img");
 * const { transferred } = await copy(source, sink);
 * await sink.close();
 * await source.close();
 * console.log(transferred);
 * ```
 *
 * @module
 */

export type { CopySink, CopySource, EndpointOperation } from "./endpoint.ts";
export { type DeviceEndpointOptions, deviceSink, deviceSource } from "./endpoint_device.ts";
export { type FileEndpointOptions, fileSink, type FileSinkOptions, fileSource } from "./endpoint_file.ts";
export { iscsiSink, iscsiSource } from "./endpoint_iscsi.ts";
export { nullSink } from "./endpoint_null.ts";
export { type StandardStreams, stdinSource, stdoutSink } from "./endpoint_stdio.ts";
export { copy, type CopyOptions } from "./engine.ts";
export { openSink, type OpenSinkOptions, openSource } from "./open_endpoint.ts";
export type { CopyProgress } from "./progress.ts";
