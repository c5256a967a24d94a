import { ERASE_6, TAPE_READ_6, TAPE_WRITE_6, WRITE_FILEMARKS_16, WRITE_FILEMARKS_6 } from "./tape_data.ts";
import { LOAD_UNLOAD, LOCATE_10, LOCATE_16, REWIND, SPACE_16, SPACE_6 } from "./tape_position.ts";
import { READ_BLOCK_LIMITS, READ_POSITION } from "./tape_status.ts";
import type { CdbLayout } from "../../cdb/layout.ts";

/** The CDBs of SSC (tapes) that have a builder, in the order of their table in docs/scsi.md. */
export const SSC_LAYOUTS: readonly CdbLayout[] = [
  TAPE_READ_6,
  TAPE_WRITE_6,
  WRITE_FILEMARKS_6,
  WRITE_FILEMARKS_16,
  ERASE_6,
  SPACE_6,
  SPACE_16,
  LOCATE_10,
  LOCATE_16,
  REWIND,
  LOAD_UNLOAD,
  READ_POSITION,
  READ_BLOCK_LIMITS,
];
