/**
 * What is measured.
 *
 * @module
 */

/** Requests of one size, many at a time, from the start of the LUN on and round again. */
export interface RequestCase {
  kind: "read" | "write";
  /** Heading in the tables. */
  title: string;
  /** Bytes of one request. */
  size: number;
  /** Requests in flight. */
  depth: number;
  /** Requests in all. */
  count: number;
  /** Parameters of the target. */
  params: Record<string, string>;
}

/** All of the LUN into a file. */
export interface CopyCase {
  kind: "copy";
  /** Heading in the tables. */
  title: string;
  /** Parameters of the target. */
  params: Record<string, string>;
}

/** One thing to measure. */
export type Case = RequestCase | CopyCase;

/** Size of the LUN in bytes. It is backed by memory, so that no disk takes part. */
export const LUN_SIZE: number = 2 * 2 ** 30;

const KIB = 1024;
/** tgtd takes Data-Out of 8 KiB unless it is told otherwise. */
const LARGE_DATA_OUT = { MaxRecvDataSegmentLength: String(256 * KIB) };

/** Everything that is measured, in order. */
export const CASES: readonly Case[] = [
  { kind: "read", title: "read 256 KiB, depth 32", size: 256 * KIB, depth: 32, count: 8192, params: {} },
  { kind: "read", title: "read 4 KiB, depth 32", size: 4 * KIB, depth: 32, count: 65_536, params: {} },
  {
    kind: "write",
    title: "write 256 KiB, depth 32, target takes 256 KiB Data-Out",
    size: 256 * KIB,
    depth: 32,
    count: 8192,
    params: LARGE_DATA_OUT,
  },
  {
    kind: "write",
    title: "write 256 KiB, depth 32, target takes 8 KiB Data-Out",
    size: 256 * KIB,
    depth: 32,
    count: 4096,
    params: {},
  },
  { kind: "write", title: "write 4 KiB, depth 32", size: 4 * KIB, depth: 32, count: 65_536, params: {} },
  { kind: "copy", title: "LUN of 2 GiB to a file", params: {} },
];
