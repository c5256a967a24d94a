/**
 * Every CDB that has a builder. Each standard lists its own in its folder of `commands/`; here they are joined.
 *
 * @module
 */
import { MMC_LAYOUTS } from "./mmc/registry.ts";
import { SBC_LAYOUTS } from "./sbc/registry.ts";
import { SMC_LAYOUTS } from "./smc/registry.ts";
import { SPC_LAYOUTS } from "./spc/registry.ts";
import { SSC_LAYOUTS } from "./ssc/registry.ts";
import { ZBC_LAYOUTS } from "./zbc/registry.ts";
import type { CdbLayout, CommandSet } from "../cdb/layout.ts";
import { setsOf } from "../cdb/sets.ts";

/** CDBs by the command set that defines them. */
const LAYOUTS: Readonly<Record<CommandSet, readonly CdbLayout[]>> = {
  SPC: SPC_LAYOUTS,
  SBC: SBC_LAYOUTS,
  ZBC: ZBC_LAYOUTS,
  SSC: SSC_LAYOUTS,
  SMC: SMC_LAYOUTS,
  MMC: MMC_LAYOUTS,
};

/** Every CDB that has a builder. */
export const CDB_LAYOUTS: readonly CdbLayout[] = Object.values(LAYOUTS).flat();

function group(layouts: readonly CdbLayout[]): ReadonlyMap<string, readonly CdbLayout[]> {
  const groups = new Map<string, CdbLayout[]>();
  for (const one of layouts) {
    const key = `${one.set} ${one.opcode}`;
    const same = groups.get(key);
    if (same === undefined) groups.set(key, [one]);
    else same.push(one);
  }
  return groups;
}

/** By command set and opcode: one that service actions share has several. */
const BY_OPCODE: ReadonlyMap<string, readonly CdbLayout[]> = group(CDB_LAYOUTS);

/**
 * The CDBs that an opcode may begin on a device of that type: a list for each command set that has it, in the order in
 * which they count.
 */
export function layoutsOf(opcode: number, deviceType: number | undefined): (readonly CdbLayout[])[] {
  return setsOf(deviceType).map((set) => BY_OPCODE.get(`${set} ${opcode}`) ?? []);
}
