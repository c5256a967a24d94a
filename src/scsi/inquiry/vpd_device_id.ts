import type { Answer } from "../data/answer.ts";
import { type Designator, readDesignators } from "./designator.ts";
import { type VpdHeader, vpdHeader } from "./vpd_header.ts";

/** 83h Device Identification (SPC-4). */
export interface DeviceIdentification extends VpdHeader {
  /** Which page this is. */
  readonly kind: "deviceIdentification";
  /** Names of the logical unit, of its port and of its target, in the order of the answer. */
  readonly designators: readonly Designator[];
}

export function readDeviceIdentification(answer: Answer): DeviceIdentification {
  return {
    kind: "deviceIdentification",
    designators: readDesignators(answer, 4, answer.end),
    ...vpdHeader(answer),
  };
}
