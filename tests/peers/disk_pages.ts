/**
 * What the scripted disk answers to INQUIRY.
 *
 * @module
 */

import { concat } from "../lib/bytes.ts";
import { blockLimitsOf, provisioningOf } from "./disk_features.ts";
import type { Answer, DiskNature } from "./scsi_disk.ts";

/** Standard data, or one of the VPD pages that the disk has. */
export function inquiryAnswer(nature: DiskNature, cdb: Uint8Array): Answer {
  const length = ((cdb[3] as number) << 8) | (cdb[4] as number);
  const data = ((cdb[1] as number) & 1) === 0 ? standard(nature) : page(nature, cdb[2] as number);
  if (data === undefined) return { sense: { key: 5, asc: 0x24, ascq: 0 } };
  return { data: data.subarray(0, length) };
}

function standard({ vendor, product, removable, version }: DiskNature): Uint8Array {
  const data = new Uint8Array(36);
  data.set([0, removable ? 0x80 : 0, version, 0x12, 31, 0, 0, 2]);
  data.set(text(vendor.padEnd(8)), 8);
  data.set(text(product.padEnd(16)), 16);
  data.set(text("0001"), 32);
  return data;
}

function page(nature: DiskNature, code: number): Uint8Array | undefined {
  const pages = vpdPages(nature);
  if (code === 0) return pages.size === 0 ? undefined : framed(0, Uint8Array.of(0, ...pages.keys()));
  const body = pages.get(code);
  return body === undefined ? undefined : framed(code, body);
}

/** The bodies of the pages that there are, by page code. */
function vpdPages(nature: DiskNature): Map<number, Uint8Array> {
  const { serial, designators } = nature;
  const { blockLimits = blockLimitsOf(nature), provisioning = provisioningOf(nature) } = nature;
  const pages = new Map<number, Uint8Array>();
  if (serial !== undefined) pages.set(0x80, text(serial));
  if (designators !== undefined) pages.set(0x83, concat(designators));
  if (blockLimits !== undefined) pages.set(0xb0, blockLimits);
  if (provisioning !== undefined) pages.set(0xb2, provisioning);
  return pages;
}

function framed(code: number, body: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(0, code, body.length >> 8, body.length & 0xff), body]);
}

function text(string: string): Uint8Array {
  return new TextEncoder().encode(string);
}
