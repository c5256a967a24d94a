// Options for every builder, by standard.
import { MMC_BUILDERS } from "./builders/mmc.ts";
import { SBC_BUILDERS } from "./builders/sbc.ts";
import { SMC_BUILDERS } from "./builders/smc.ts";
import { SPC_BUILDERS } from "./builders/spc.ts";
import { SSC_BUILDERS } from "./builders/ssc.ts";
import { ZBC_BUILDERS } from "./builders/zbc.ts";
import type { BuilderCase } from "./builders/options.ts";

/** Every builder. */
export const BUILDERS: readonly BuilderCase[] = [
  ...SPC_BUILDERS,
  ...SBC_BUILDERS,
  ...ZBC_BUILDERS,
  ...SSC_BUILDERS,
  ...SMC_BUILDERS,
  ...MMC_BUILDERS,
];
