import { CLOSE_ZONE, FINISH_ZONE, OPEN_ZONE, REPORT_ZONES, RESET_WRITE_POINTER, SEQUENTIALIZE_ZONE } from "./zones.ts";
import type { CdbLayout } from "../../cdb/layout.ts";

/** The CDBs of ZBC (zoned disks) that have a builder, in the order of their table in docs/scsi.md. */
export const ZBC_LAYOUTS: readonly CdbLayout[] = [
  REPORT_ZONES,
  CLOSE_ZONE,
  FINISH_ZONE,
  OPEN_ZONE,
  RESET_WRITE_POINTER,
  SEQUENTIALIZE_ZONE,
];
