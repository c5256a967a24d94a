/**
 * Mode pages of a block device, as MODE SENSE reports them and MODE SELECT changes them (SPC-4 §7.5, SBC-3 §6.5).
 *
 * @module
 */

import type { LogicalUnit } from "./logical_unit.ts";
import { invalidParameter, parameterListLength } from "./sense.ts";

/** PC field of MODE SENSE (SPC-4 §6.13.1). */
export const PageControl = { Current: 0, Changeable: 1, Default: 2, Saved: 3 } as const;

interface ModePage {
  readonly code: number;
  /** Current values, with code and length. */
  values(unit: LogicalUnit): number[];
  /** Bits that MODE SELECT may change, by byte offset. */
  readonly changeable: Readonly<Record<number, number>>;
  /** Applies the bytes of a MODE SELECT that passed the check. */
  apply?(unit: LogicalUnit, page: Uint8Array): void;
}

const CONTROL: ModePage = {
  code: 0x0a,
  values: (unit) => [
    0x0a,
    10,
    // TST 0: one task set; D_SENSE; RLEC 0.
    unit.mode.descriptorSense ? 0x04 : 0,
    0x10, // QUEUE ALGORITHM MODIFIER 1: commands may be reordered; QERR 0.
    unit.mode.softwareWriteProtect ? 0x08 : 0,
    0,
    0,
    0,
    0xff, // BUSY TIMEOUT PERIOD: unlimited.
    0xff,
    0,
    0,
  ],
  changeable: { 2: 0x04, 4: 0x08 },
  apply(unit, page) {
    unit.mode.descriptorSense = (page[2]! & 0x04) !== 0;
    unit.mode.softwareWriteProtect = (page[4]! & 0x08) !== 0;
  },
};

const PAGES: readonly ModePage[] = [
  // Read-Write Error Recovery: AWRE and ARRE, no retries to tune.
  { code: 0x01, values: () => [0x01, 10, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0], changeable: {} },
  // Caching: a volatile write cache (WCE), so that initiators send flushes.
  { code: 0x08, values: () => [0x08, 18, 0x04, ...new Array<number>(17).fill(0)], changeable: {} },
  CONTROL,
  // Informational Exceptions Control: none reported.
  { code: 0x1c, values: () => [0x1c, 10, 0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0], changeable: {} },
];

/** The pages of a page code (3Fh: all), in ascending order; undefined if there is no such page. */
export function modePages(unit: LogicalUnit, code: number, control: number): number[] | undefined {
  const pages = code === 0x3f ? PAGES : PAGES.filter((page) => page.code === code);
  if (pages.length === 0) return undefined;
  return pages.flatMap((page) => {
    const values = control === PageControl.Default ? withDefaults(page, unit) : page.values(unit);
    if (control !== PageControl.Changeable) return values;
    return values.map((value, i) => i < 2 ? value : page.changeable[i] ?? 0);
  });
}

/** All changeable bits are 0 by default. */
function withDefaults(page: ModePage, unit: LogicalUnit): number[] {
  return page.values(unit).map((value, i) => value & ~(page.changeable[i] ?? 0));
}

/**
 * Takes the pages of a MODE SELECT parameter list, all or none of them. `start` is where they begin in `list`.
 * Returns whether something changed.
 * @throws CheckCondition 5/26/00 for what cannot be changed, 5/1A/00 where the list ends inside a page
 */
export function selectModePages(unit: LogicalUnit, list: Uint8Array, start: number): boolean {
  const accepted: { page: ModePage; bytes: Uint8Array }[] = [];
  for (let at = start; at < list.length;) {
    const page = PAGES.find((known) => known.code === (list[at]! & 0x3f));
    if (page === undefined || (list[at]! & 0x40) !== 0) throw invalidParameter(at, 5);
    if (at + 1 >= list.length) throw parameterListLength();
    const current = page.values(unit);
    if (list[at + 1] !== current.length - 2) throw invalidParameter(at + 1);
    if (at + current.length > list.length) throw parameterListLength();
    const bytes = list.subarray(at, at + current.length);
    for (let i = 2; i < current.length; i++) {
      if (((bytes[i]! ^ current[i]!) & ~(page.changeable[i] ?? 0)) !== 0) throw invalidParameter(at + i);
    }
    accepted.push({ page, bytes });
    at += current.length;
  }
  let changed = false;
  for (const { page, bytes } of accepted) {
    const before = page.values(unit).join();
    page.apply?.(unit, bytes);
    changed ||= page.values(unit).join() !== before;
  }
  return changed;
}
