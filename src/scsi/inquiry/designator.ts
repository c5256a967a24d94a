/**
 * Designation descriptors: VPD page 83h, and wherever else a device is named (SPC-4).
 *
 * @module
 */
import { toHex } from "../../bytes/hex.ts";
import type { Answer } from "../data/answer.ts";
import { asciiText } from "../data/answer.ts";

/** What a designator names. */
export const Association = {
  /** The logical unit. */
  LogicalUnit: 0,
  /** The target port. */
  TargetPort: 1,
  /** The target device. */
  TargetDevice: 2,
} as const;

/** The designator itself, by its type. */
export type DesignatorValue =
  /** 0h, and any type that is not known or does not have the length of its type. */
  | { readonly kind: "vendorSpecific" | "unknown" }
  /** 1h: T10 vendor identification, and what the vendor adds. */
  | { readonly kind: "t10VendorId"; readonly vendor: string; readonly id: string }
  /** 2h: EUI-64 of 8, 12 or 16 bytes, in hexadecimal. */
  | { readonly kind: "eui64"; readonly id: string }
  /** 3h: NAA name of 8 or 16 bytes, in hexadecimal; `naa` is its first digit. */
  | { readonly kind: "naa"; readonly naa: number; readonly id: string }
  /** 4h. */
  | { readonly kind: "relativeTargetPort"; readonly port: number }
  /** 5h. */
  | { readonly kind: "targetPortGroup"; readonly group: number }
  /** 6h. */
  | { readonly kind: "logicalUnitGroup"; readonly group: number }
  /** 7h: in hexadecimal. */
  | { readonly kind: "md5"; readonly id: string }
  /** 8h: an iSCSI name, `eui.` or `naa.` name. */
  | { readonly kind: "scsiName"; readonly name: string }
  /** 9h: protocol specific port identifier; the bytes are in `data`. */
  | { readonly kind: "protocolSpecificPort" }
  /** Ah: UUID in its usual form. */
  | { readonly kind: "uuid"; readonly id: string };

/** A designation descriptor. */
export type Designator = DesignatorValue & {
  /** Designator type, 0 to 15. */
  readonly type: number;
  /** Code set: 1 binary, 2 ASCII, 3 UTF-8. */
  readonly codeSet: number;
  /** What it names: {@link Association}. */
  readonly association: number;
  /** Protocol identifier (5 is iSCSI), where PIV says that there is one. */
  readonly protocol: number | undefined;
  /** The designator's bytes. */
  readonly data: Uint8Array;
};

function readValue(type: number, data: Uint8Array): DesignatorValue {
  const word = ((data[2] ?? 0) << 8) | (data[3] ?? 0);
  switch (type) {
    case 0:
      return { kind: "vendorSpecific" };
    case 1:
      if (data.length < 8) break;
      return { kind: "t10VendorId", vendor: asciiText(data.subarray(0, 8)), id: asciiText(data.subarray(8)) };
    case 2:
      if (data.length !== 8 && data.length !== 12 && data.length !== 16) break;
      return { kind: "eui64", id: toHex(data) };
    case 3: {
      const naa = (data[0] ?? 0) >> 4;
      if (data.length !== (naa === 6 ? 16 : 8)) break;
      return { kind: "naa", naa, id: toHex(data) };
    }
    case 4:
      if (data.length !== 4) break;
      return { kind: "relativeTargetPort", port: word };
    case 5:
      if (data.length !== 4) break;
      return { kind: "targetPortGroup", group: word };
    case 6:
      if (data.length !== 4) break;
      return { kind: "logicalUnitGroup", group: word };
    case 7:
      if (data.length !== 16) break;
      return { kind: "md5", id: toHex(data) };
    case 8: {
      let end = data.length;
      while (end > 0 && data[end - 1] === 0) end--;
      return { kind: "scsiName", name: new TextDecoder().decode(data.subarray(0, end)) };
    }
    case 9:
      return { kind: "protocolSpecificPort" };
    case 10: {
      if (data.length !== 18 || (data[0] ?? 0) >> 4 !== 1) break;
      const id = toHex(data.subarray(2));
      return {
        kind: "uuid",
        id: [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join("-"),
      };
    }
  }
  return { kind: "unknown" };
}

/** Reads designation descriptors in `[from, end)`; a truncated one is left out and reported as a problem. */
export function readDesignators(answer: Answer, from: number, end: number): Designator[] {
  const list: Designator[] = [];
  let offset = from;
  while (offset + 4 <= end) {
    const length = answer.u8(offset + 3);
    if (offset + 4 + length > end) break;
    const data = answer.copy(offset + 4, length);
    const type = answer.bits(offset + 1, 3, 4);
    const value = readValue(type, data);
    if (value.kind === "unknown" && type <= 10) {
      answer.problem(`The designator at byte ${offset} of type ${type} cannot have ${length} bytes of that content`);
    }
    list.push({
      ...value,
      type,
      codeSet: answer.bits(offset, 3, 4),
      association: answer.bits(offset + 1, 5, 2),
      protocol: answer.flag(offset + 1, 7) ? answer.bits(offset, 7, 4) : undefined,
      data,
    });
    offset += 4 + length;
  }
  if (offset < end) answer.problem(`The designation descriptor at byte ${offset} is cut`);
  return list;
}
