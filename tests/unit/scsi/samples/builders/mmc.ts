// Options for every builder of MMC (CD and DVD).
import { blob, flag, record, u } from "../writer.ts";
import { alloc, type BuilderCase, one, opt } from "./options.ts";

export const MMC_BUILDERS: readonly BuilderCase[] = [
  one("readToc", "READ TOC", "safe", alloc({ format: opt(u(4)), trackOrSession: opt(u(8)), msf: opt(flag()) }), "MMC"),
  one(
    "readCd",
    "READ CD",
    "safe",
    record({
      lba: u(32),
      blocks: u(24),
      dataIn: blob(0, 16),
      expectedSectorType: opt(u(3)),
      sync: opt(flag()),
      headerCodes: opt(u(2)),
      userData: opt(flag()),
      edcAndEcc: opt(flag()),
      c2Errors: opt(u(2)),
      subChannel: opt(u(3)),
    }),
    "MMC",
  ),
  one("readDiscInformation", "READ DISC INFORMATION", "safe", alloc({ dataType: opt(u(3)) }), "MMC"),
  one(
    "readTrackInformation",
    "READ TRACK INFORMATION",
    "safe",
    alloc({ address: u(32), addressType: opt(u(2)), open: opt(flag()) }),
    "MMC",
  ),
  one(
    "getConfiguration",
    "GET CONFIGURATION",
    "safe",
    alloc({ requestedType: opt(u(2)), startingFeature: opt(u(16)) }),
    "MMC",
  ),
  one(
    "getEventStatusNotification",
    "GET EVENT STATUS NOTIFICATION",
    "never",
    alloc({ classes: u(8), polled: opt(flag()) }),
    "MMC",
  ),
  one("mechanismStatus", "MECHANISM STATUS", "safe", alloc(), "MMC"),
];
