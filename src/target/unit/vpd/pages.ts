/**
 * Vital product data pages (SPC-4 §7.8, SBC-4 §6.6), each without its 4-byte header.
 *
 * @module
 */

import { writeU16, writeU32 } from "../../../bytes/view.ts";
import { mostCompareBlocks } from "../commands/atomic.ts";
import { MAX_TRANSFER, MAX_UNMAP_BLOCKS, MAX_UNMAP_DESCRIPTORS, MAX_WRITE_SAME } from "../commands/range.ts";
import type { LogicalUnit } from "../logical_unit.ts";
import { deviceIdentification } from "./identification.ts";

/** OPTIMAL TRANSFER LENGTH, in bytes. */
const OPTIMAL_TRANSFER = 1024 * 1024;

/** Page B0, Block Limits. */
function blockLimits(unit: LogicalUnit): Uint8Array {
  const page = new Uint8Array(0x3c);
  const { blockSize } = unit;
  page[1] = mostCompareBlocks(blockSize);
  writeU16(page, 2, Math.max(1, 4096 / blockSize)); // OPTIMAL TRANSFER LENGTH GRANULARITY
  writeU32(page, 4, Math.floor(MAX_TRANSFER / blockSize));
  writeU32(page, 8, Math.floor(OPTIMAL_TRANSFER / blockSize));
  if (unit.thin) {
    writeU32(page, 16, MAX_UNMAP_BLOCKS);
    writeU32(page, 20, MAX_UNMAP_DESCRIPTORS);
    writeU32(page, 24, Math.max(1, 4096 / blockSize)); // OPTIMAL UNMAP GRANULARITY
  }
  writeU32(page, 36, Math.floor(MAX_WRITE_SAME / blockSize)); // the upper half of the 64-bit field is 0
  return page;
}

/** Page B1, Block Device Characteristics: non-rotating. */
function characteristics(): Uint8Array {
  const page = new Uint8Array(0x3c);
  writeU16(page, 0, 1);
  return page;
}

/** Page B2, Logical Block Provisioning. */
function provisioning(unit: LogicalUnit): Uint8Array {
  // LBPU, LBPWS, LBPWS10, LBPRZ 001b; provisioning type: thin.
  return unit.thin ? Uint8Array.of(0, 0xe4, 2, 0) : Uint8Array.of(0, 0, 1, 0);
}

/** Page 86, Extended INQUIRY Data: the supported task attributes, and the presence of a volatile cache (V_SUP). */
function extendedInquiry(): Uint8Array {
  const page = new Uint8Array(0x3c);
  page[1] = 0x07; // HEADSUP, ORDSUP, SIMPSUP
  page[2] = 0x01; // V_SUP
  return page;
}

const PAGES: readonly (readonly [code: number, make: (unit: LogicalUnit) => Uint8Array])[] = [
  [0x00, () => Uint8Array.from(PAGES, ([code]) => code)],
  [0x80, (unit) => new TextEncoder().encode(unit.properties.serial)],
  [0x83, deviceIdentification],
  [0x86, extendedInquiry],
  [0xb0, blockLimits],
  [0xb1, characteristics],
  [0xb2, provisioning],
];

/** One page with its header; undefined if there is no such page. */
export function vpdPage(unit: LogicalUnit, code: number): Uint8Array | undefined {
  const make = PAGES.find(([known]) => known === code)?.[1];
  if (make === undefined) return undefined;
  const body = make(unit);
  const page = new Uint8Array(4 + body.length);
  page[1] = code;
  writeU16(page, 2, body.length);
  page.set(body, 4);
  return page;
}
