/**
 * Mode pages to objects and back.
 *
 * @module
 */
import { checkBytes, checkObject, checkShape, unknownKey, wrongValue } from "../../arguments.ts";
import { decodeField, encodeField, type FieldValue, span } from "../data/field.ts";
import type { ModePageLayout, ModePageValues } from "./layout.ts";
import {
  APPLICATION_TAG_PAGE,
  BACKGROUND_CONTROL_PAGE,
  BLOCK_PROVISIONING_PAGE,
  CACHING_PAGE,
  ERROR_RECOVERY_PAGE,
  VERIFY_ERROR_RECOVERY_PAGE,
} from "./pages_block.ts";
import {
  CD_CAPABILITIES_PAGE,
  DATA_COMPRESSION_PAGE,
  DEVICE_CAPABILITIES_PAGE,
  DEVICE_CONFIGURATION_PAGE,
  ELEMENT_ADDRESS_PAGE,
  MEDIUM_PARTITION_PAGE,
  TAPE_ERROR_RECOVERY_PAGE,
  TRANSPORT_GEOMETRY_PAGE,
} from "./pages_other.ts";
import {
  CONTROL_EXTENSION_PAGE,
  CONTROL_PAGE,
  DISCONNECT_RECONNECT_PAGE,
  INFORMATIONAL_EXCEPTIONS_PAGE,
  POWER_CONDITION_PAGE,
  PROTOCOL_LOGICAL_UNIT_PAGE,
  PROTOCOL_PORT_PAGE,
} from "./pages_spc.ts";
import type { ModePage } from "./parse.ts";

/** Every mode page that is decoded. */
export const MODE_PAGES: readonly ModePageLayout[] = [
  ERROR_RECOVERY_PAGE,
  TAPE_ERROR_RECOVERY_PAGE,
  DISCONNECT_RECONNECT_PAGE,
  VERIFY_ERROR_RECOVERY_PAGE,
  CACHING_PAGE,
  CONTROL_PAGE,
  CONTROL_EXTENSION_PAGE,
  APPLICATION_TAG_PAGE,
  DATA_COMPRESSION_PAGE,
  DEVICE_CONFIGURATION_PAGE,
  MEDIUM_PARTITION_PAGE,
  PROTOCOL_LOGICAL_UNIT_PAGE,
  PROTOCOL_PORT_PAGE,
  POWER_CONDITION_PAGE,
  INFORMATIONAL_EXCEPTIONS_PAGE,
  BACKGROUND_CONTROL_PAGE,
  BLOCK_PROVISIONING_PAGE,
  ELEMENT_ADDRESS_PAGE,
  TRANSPORT_GEOMETRY_PAGE,
  DEVICE_CAPABILITIES_PAGE,
  CD_CAPABILITIES_PAGE,
];

/** Finds the layout of a page for a device type (default 0, a disk); undefined where it is not known. */
export function findModePage(
  pageCode: number,
  subpageCode: number = 0,
  deviceType: number = 0,
): ModePageLayout | undefined {
  return MODE_PAGES.find((one) =>
    one.pageCode === pageCode && one.subpageCode === subpageCode && (one.deviceTypes?.includes(deviceType) ?? true)
  );
}

function checkLayout(layout: ModePageLayout): void {
  checkShape("layout", layout, "ModePageLayout", { pageCode: "number", length: "number", fields: "object" });
}

function bytesOf(name: string, page: ModePage | Uint8Array): Uint8Array {
  if (page instanceof Uint8Array) return page;
  checkObject(name, page);
  return checkBytes(`bytes of ${name}`, page.bytes);
}

/**
 * Decodes the fields of a page; of a page with the changeable values too, where a field of ones (`true`, or its
 * greatest value) can be changed. Fields that the page is too short for are left out.
 */
export function decodeModePage(layout: ModePageLayout, page: ModePage | Uint8Array): ModePageValues {
  checkLayout(layout);
  const bytes = bytesOf("page", page);
  const fields: ModePageValues = {};
  for (const field of layout.fields) {
    if (field.byte + span(field) <= bytes.length) fields[field.name] = decodeField(bytes, field);
  }
  return fields;
}

/**
 * Encodes a page for MODE SELECT: `base` (the page as MODE SENSE gave it; default: zeros) with some fields set. PS
 * is cleared, as MODE SELECT wants it.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE` for a value that its field cannot hold
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE` for a name that the page has no field for, or that `base` is too short
 * for, and for a `base` that is another page
 */
export function encodeModePage(
  layout: ModePageLayout,
  values: Readonly<Record<string, FieldValue | undefined>>,
  base?: ModePage | Uint8Array,
): Uint8Array {
  checkLayout(layout);
  checkObject("values", values);
  const from = base === undefined ? undefined : bytesOf("base", base);
  const bytes = from === undefined ? new Uint8Array(layout.length) : from.slice();
  const first = layout.pageCode | (layout.subpageCode === 0 ? 0 : 0x40);
  if (from === undefined) {
    bytes[0] = first;
    if (layout.subpageCode === 0) bytes[1] = layout.length - 2;
    else bytes.set([layout.subpageCode, (layout.length - 4) >> 8, (layout.length - 4) & 0xff], 1);
  } else if (((bytes[0] ?? 0) & 0x7f) !== first || (layout.subpageCode !== 0 && bytes[1] !== layout.subpageCode)) {
    throw wrongValue("base", `be the ${layout.name} mode page`, "another");
  }
  bytes[0] = first;
  for (const name in values) {
    const value = values[name];
    if (value === undefined) continue;
    const field = layout.fields.find((one) => one.name === name);
    if (field === undefined || field.byte + span(field) > bytes.length) {
      throw unknownKey(`the ${layout.name} mode page`, layout.fields.map((one) => one.name), name);
    }
    encodeField(`the ${layout.name} mode page`, bytes, field, value);
  }
  return bytes;
}
