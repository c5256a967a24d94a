import { GET_CONFIGURATION } from "./configuration.ts";
import { READ_DISC_INFORMATION, READ_TRACK_INFORMATION } from "./disc_information.ts";
import { GET_EVENT_STATUS_NOTIFICATION, MECHANISM_STATUS } from "./drive_status.ts";
import { READ_CD } from "./read_cd.ts";
import { READ_TOC } from "./read_toc.ts";
import type { CdbLayout } from "../../cdb/layout.ts";

/** The CDBs of MMC (CD and DVD) that have a builder, in the order of their table in docs/scsi.md. */
export const MMC_LAYOUTS: readonly CdbLayout[] = [
  READ_CD,
  READ_DISC_INFORMATION,
  READ_TRACK_INFORMATION,
  GET_CONFIGURATION,
  GET_EVENT_STATUS_NOTIFICATION,
  MECHANISM_STATUS,
  READ_TOC,
];
