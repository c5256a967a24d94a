import { type Field, type FieldValue, uint } from "../data/field.ts";

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
  /** Peripheral device types that it belongs to. Default: all. */
  readonly deviceTypes?: readonly number[] | undefined;
  /** Standard and section. */
  readonly source: string;
  /** The fields. */
  readonly fields: readonly Field[];
}

/** Values of a page's fields, by their names. */
export type ModePageValues = Record<string, FieldValue>;

/** Disks and what is read like them. */
export const DISK_TYPES: readonly number[] = [0x00, 0x04, 0x07, 0x0e, 0x14];

/** Makes the layout of a page; a subpage where `code` is a pair. */
export function modePage(
  name: string,
  code: number | readonly [page: number, subpage: number],
  length: number,
  source: string,
  fields: readonly Field[],
  deviceTypes?: readonly number[],
): ModePageLayout {
  const [pageCode, subpageCode] = typeof code === "number" ? [code, 0] : code;
  return { name, pageCode, subpageCode, length, source, fields, deviceTypes };
}

/** A field of two bytes. */
export function word(name: string, byte: number): Field {
  return uint(name, byte, 2);
}
