// Options for every builder of SMC (media changers).
import { flag, u } from "../writer.ts";
import { alloc, type BuilderCase, make, one, opt } from "./options.ts";

export const SMC_BUILDERS: readonly BuilderCase[] = [
  one(
    "moveMedium",
    "MOVE MEDIUM",
    "never",
    make({ transport: u(16), source: u(16), destination: u(16), invert: opt(flag()) }),
    "SMC",
  ),
  one(
    "exchangeMedium",
    "EXCHANGE MEDIUM",
    "never",
    make({
      transport: u(16),
      source: u(16),
      destination: u(16),
      secondDestination: u(16),
      invert1: opt(flag()),
      invert2: opt(flag()),
    }),
    "SMC",
  ),
  one("initializeElementStatus", "INITIALIZE ELEMENT STATUS", "never", make({}), "SMC"),
  one(
    "initializeElementStatusWithRange",
    "INITIALIZE ELEMENT STATUS WITH RANGE",
    "never",
    make({ startingElement: u(16), elementCount: u(16), fast: opt(flag()) }),
    "SMC",
  ),
  one(
    "positionToElement",
    "POSITION TO ELEMENT",
    "never",
    make({ transport: u(16), destination: u(16), invert: opt(flag()) }),
    "SMC",
  ),
  one(
    "readElementStatus",
    "READ ELEMENT STATUS",
    "safe",
    alloc({
      elementType: opt(u(4)),
      startingElement: opt(u(16)),
      elementCount: opt(u(16)),
      volumeTags: opt(flag()),
      deviceId: opt(flag()),
      currentData: opt(flag()),
    }),
    "SMC",
  ),
];
