/**
 * iSCSI LUNs as streams, as random-access devices and as plain SCSI: a userspace initiator (RFC 7143).
 *
 * @example A LUN to a file
 * ```ts
 * import { createWriteStream } from "node:fs";
 * import { pipeline } from "node:stream/promises";
 * import { openLun } from "lunstream";
 *
 * const lun = await openLun("iscsi://192.0.2.10/iqn.2026-01.com.example:disk/0");
 * await pipeline(lun.createReadStream(), createWriteStream("disk.img"));
 * await lun.close();
 * ```
 *
 * @module
 */

export { connect } from "./src/client/connect.ts";
export { discover, type DiscoverOptions, type FoundTarget } from "./src/client/discover.ts";
export { type FoundLun, listLuns, type ListLunsOptions } from "./src/client/list_luns.ts";
export { IscsiSession, Lun, type LunOptions } from "./src/client/iscsi_session.ts";
export { openLun, type OpenLunOptions } from "./src/client/open_lun.ts";
export { type ClientOptions, DEFAULT_INITIATOR_NAME } from "./src/client/options.ts";
export { openScsiBlockDevice, type ScsiBlockDevice, type ScsiBlockDeviceOptions } from "./src/block/scsi/open.ts";
export { formatIscsiUrl } from "./src/client/url_format.ts";
export { type IscsiUrl, parseIscsiUrl, type ParseIscsiUrlOptions } from "./src/client/url.ts";
export {
  AbortError,
  ErrorCode,
  IscsiError,
  LoginError,
  ProtocolError,
  type ProtocolErrorDetails,
  TimeoutError,
  TransportError,
} from "./src/errors.ts";
export type {
  BlockDevice,
  ChangeOptions,
  DeviceLimits,
  DeviceSupport,
  Extent,
  OperationOptions,
  WriteOptions,
} from "./src/block/device.ts";
export { cached, type CachedDevice, type CachedOptions } from "./src/devices/cached.ts";
export type { LayerOptions } from "./src/devices/layer.ts";
export { memoryDevice, type MemoryDeviceOptions } from "./src/devices/memory.ts";
export { overlay, type OverlayDevice, type OverlayOptions } from "./src/devices/overlay.ts";
export { readOnly } from "./src/devices/read_only.ts";
export { slice } from "./src/devices/slice.ts";
export { fileDevice, type FileDeviceOptions } from "./src/devices/file.ts";
export { httpDevice, type HttpDeviceOptions } from "./src/devices/http.ts";
export { ScsiError } from "./src/scsi/errors.ts";
export {
  type ExecuteOptions,
  type Replay,
  type ScsiCommand,
  type ScsiExecutor,
  type ScsiResult,
  TaskAttribute,
} from "./src/command.ts";
export type { LunAddress } from "./src/bytes/lun.ts";
export type {
  AsyncEvent,
  AuthOptions,
  ChapAlgorithm,
  CommandTimeouts,
  DigestName,
  DiscoveredTarget,
  KeepaliveOptions,
  OfferedLimits,
  PduTap,
  Portal,
  PortalAddress,
  RecoveryOptions,
  RejectEvent,
  Session,
  SessionEvents,
  SessionListener,
  SessionOptions,
  SessionParameters,
  SessionState,
  SessionTimeouts,
  SessionType,
  TappedPdu,
  TargetAuthOptions,
  TaskManagementOptions,
} from "./src/session/mod.ts";
export { RejectedError, TaskManagementError, TaskManagementFunction } from "./src/session/mod.ts";
export type { ByteSink, ConnectTcp, ConnectTcpOptions, TcpConnection } from "./src/runtime/tcp.ts";
