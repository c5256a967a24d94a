/**
 * Streams over a block device: streamx ones, which Node's `pipeline()` takes, and WHATWG ones.
 *
 * @module
 */

export type { StreamTuning } from "./plan.ts";
export { createReadStream, type ReadStreamOptions } from "./read_stream.ts";
export { createWriteStream, type WriteStreamOptions } from "./write_stream.ts";
export { readable, type ReadableOptions } from "./web_readable.ts";
export { writable, type WritableOptions } from "./web_writable.ts";
export { createDuplexStream, type DuplexStreamOptions } from "./duplex_stream.ts";
export type { PlacedBytes } from "./read_ahead.ts";
export type {
  DeviceDuplexStream,
  DeviceReadStream,
  DeviceStream,
  DeviceWriteStream,
  DoneCallback,
  Emitter,
  EventName,
  Listener,
  PipeOptions,
  ReadSide,
  WriteSide,
} from "./types.ts";
