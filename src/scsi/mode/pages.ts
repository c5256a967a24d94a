/**
 * Mode pages as data.
 *
 * @module
 */
import { ErrorCode, typeError } from "../../errors.ts";
import { bits, decodeField, encodeField, type Field, type FieldValue, flag, span, uint } from "../data/field.ts";
import type { ModePage } from "./parse.ts";

/** Layout of a mode page. */
export interface ModePageLayout {
  /** The standard's name. */
  readonly name: string;
  /** Page code, 0 to 0x3e. */
  readonly pageCode: number;
  /** Subpage code; 0: a page without. */
  readonly subpageCode: number;
  /** Bytes of the whole page, header included. */
  readonly length: number;
  /** Peripheral device types that it belongs to; all where absent. */
  readonly deviceTypes?: readonly number[] | undefined;
  /** Standard and section. */
  readonly source: string;
  /** The fields. */
  readonly fields: readonly Field[];
}

/** Caching (SBC-4 §6.5.6). */
export const CACHING_PAGE: ModePageLayout = {
  name: "Caching",
  pageCode: 0x08,
  subpageCode: 0,
  length: 20,
  source: "SBC-3 6.4.5",
  fields: [
    flag("initiatorControl", 2, 7),
    flag("abortPrefetch", 2, 6),
    flag("cachingAnalysisPermitted", 2, 5),
    flag("discontinuity", 2, 4),
    flag("sizeEnable", 2, 3),
    flag("writeCacheEnable", 2, 2),
    flag("multiplicationFactor", 2, 1),
    flag("readCacheDisable", 2, 0),
    bits("demandReadRetentionPriority", 3, 7, 4),
    bits("writeRetentionPriority", 3, 3, 4),
    uint("disablePrefetchTransferLength", 4, 2),
    uint("minimumPrefetch", 6, 2),
    uint("maximumPrefetch", 8, 2),
    uint("maximumPrefetchCeiling", 10, 2),
    flag("forceSequentialWrite", 12, 7),
    flag("logicalBlockCacheSegmentSize", 12, 6),
    flag("disableReadAhead", 12, 5),
    bits("syncProgress", 12, 2, 2),
    flag("nonVolatileDisabled", 12, 0),
    uint("cacheSegments", 13, 1),
    uint("cacheSegmentSize", 14, 2),
  ],
};

/** Decodes the fields of a page. Fields that the page is too short for are left out. */
export function decodeModePage(layout: ModePageLayout, page: ModePage | Uint8Array): Record<string, FieldValue> {
  const bytes = page instanceof Uint8Array ? page : page.bytes;
  const fields: Record<string, FieldValue> = {};
  for (const field of layout.fields) {
    if (field.byte + span(field) <= bytes.length) fields[field.name] = decodeField(bytes, field);
  }
  return fields;
}

/**
 * Encodes a page for MODE SELECT: `base` (the page as MODE SENSE gave it; zeros where absent) with some fields set. PS
 * is cleared, as MODE SELECT wants it.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE` for a value that its field cannot hold
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE` for a name that the page has no field for, or that `base` is too short for
 */
export function encodeModePage(
  layout: ModePageLayout,
  values: Readonly<Record<string, FieldValue | undefined>>,
  base?: ModePage | Uint8Array,
): Uint8Array {
  const from = base === undefined ? undefined : base instanceof Uint8Array ? base : base.bytes;
  const bytes = from === undefined ? new Uint8Array(layout.length) : from.slice();
  if (from === undefined) {
    bytes[0] = layout.pageCode | (layout.subpageCode === 0 ? 0 : 0x40);
    if (layout.subpageCode === 0) bytes[1] = layout.length - 2;
    else bytes.set([layout.subpageCode, (layout.length - 4) >> 8, (layout.length - 4) & 0xff], 1);
  }
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  for (const name in values) {
    const value = values[name];
    if (value === undefined) continue;
    const field = layout.fields.find((one) => one.name === name);
    if (field === undefined || field.byte + span(field) > bytes.length) {
      throw typeError(ErrorCode.InvalidArgValue, `The ${layout.name} mode page has no field ${name}`);
    }
    encodeField(`the ${layout.name} mode page`, bytes, field, value);
  }
  return bytes;
}
