// Options for every builder of ZBC (zoned disks).
import fc from "fast-check";
import { flag, u } from "../writer.ts";
import { alloc, type BuilderCase, lba64, make, one, opt } from "./options.ts";

const zoneAction = fc.oneof(
  make({ lba: lba64, zoneCount: opt(u(16)), all: opt(flag()) }),
  make({ zoneCount: opt(u(16)), all: fc.constant(true) }),
);

export const ZBC_BUILDERS: readonly BuilderCase[] = [
  one(
    "reportZones",
    "REPORT ZONES",
    "safe",
    alloc({ lba: opt(lba64), reportingOptions: opt(u(6)), partial: opt(flag()) }),
    "ZBC",
  ),
  one("closeZone", "CLOSE ZONE", "never", zoneAction, "ZBC"),
  one("finishZone", "FINISH ZONE", "never", zoneAction, "ZBC"),
  one("openZone", "OPEN ZONE", "never", zoneAction, "ZBC"),
  one("resetWritePointer", "RESET WRITE POINTER", "never", zoneAction, "ZBC"),
  one("sequentializeZone", "SEQUENTIALIZE ZONE", "never", zoneAction, "ZBC"),
];
