/**
 * Sizes of a stream's requests, from its options and the limits of the device.
 *
 * @module
 */

import { checkKeys, checkSignal, integerOption } from "../arguments.ts";
import type { BlockDevice } from "../block/device.ts";

/** Default number of requests in flight, and the bytes that they may have together if nobody says otherwise. */
const DEPTH = 16;
const BYTES = 64 * 1024 * 1024;
const MAX_DEPTH = 4096;
const MAX_REQUEST = 1024 * 1024 * 1024;

/** Options that bound the memory and the requests of a stream. */
export interface StreamTuning {
  /** Size of one request in bytes, 1 to 2^30. Default: what the device calls optimal. */
  requestSize?: number | undefined;
  /**
   * Most requests in flight, 1 to 4096. Default: 16, or fewer where they are so large that these would hold more than 64 MiB. A
   * request for less than a block counts as one, since the device must move all of it.
   */
  depth?: number | undefined;
  /**
   * Bytes that the stream may hold in all: another way to set `depth` and, if it is small, `requestSize`. There is always one
   * request, and it holds a block at least. Default: `depth * requestSize`.
   */
  highWaterMark?: number | undefined;
}

/** What {@link StreamTuning} and every stream have. */
const KEYS: readonly string[] = ["requestSize", "depth", "highWaterMark", "signal"];

/** The keys of the options of a stream besides those that all have: a record, so that none can be forgotten. */
export type OwnKeys<Options> = Readonly<Record<Exclude<keyof Options, keyof StreamTuning | "signal">, true>>;

/** Refuses keys that the options of a stream do not have. @throws TypeError `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` */
export function checkStreamKeys<Options extends object>(options: Options, own: OwnKeys<Options>): void {
  checkKeys("options", options, [...KEYS, ...Object.keys(own)]);
}

/** A plan: the stream holds at most `depth * requestSize` bytes, and each request in flight a block at least. */
interface StreamPlan {
  /** Bytes of one request. */
  requestSize: number;
  /** Requests at a time. */
  depth: number;
}

/**
 * Works out a plan, and checks the options that all streams have.
 *
 * @throws TypeError (`ERR_INVALID_ARG_TYPE`) for options of another type
 * @throws RangeError (`ERR_OUT_OF_RANGE`) for numbers that are not allowed
 */
export function streamPlan(
  device: BlockDevice,
  tuning: StreamTuning & { signal?: AbortSignal | undefined },
): StreamPlan {
  checkSignal("signal", tuning.signal);
  const bound = integerOption("highWaterMark", tuning.highWaterMark, Infinity, 1);
  const optimal = Math.min(device.limits.optimalTransfer, bound);
  const requestSize = integerOption("requestSize", tuning.requestSize, optimal, 1, MAX_REQUEST);
  // Whatever a request asks for, the device moves whole blocks.
  const held = Math.max(requestSize, device.blockSize);
  const fitting = (bytes: number): number => Math.max(1, Math.floor(bytes / held));
  if (tuning.highWaterMark === undefined) {
    return { requestSize, depth: integerOption("depth", tuning.depth, Math.min(DEPTH, fitting(BYTES)), 1, MAX_DEPTH) };
  }
  const depth = integerOption("depth", tuning.depth, MAX_DEPTH, 1, MAX_DEPTH);
  return { requestSize, depth: Math.min(depth, fitting(bound)) };
}
