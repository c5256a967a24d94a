import { COMPARE_AND_WRITE } from "./compare_and_write.ts";
import { FORMAT_UNIT } from "./format_unit.ts";
import { GET_LBA_STATUS_16, GET_LBA_STATUS_32 } from "./get_lba_status.ts";
import { ORWRITE_16, XDWRITEREAD_10 } from "./orwrite.ts";
import { PRE_FETCH_10, PRE_FETCH_16 } from "./pre_fetch.ts";
import { READ_10, READ_12, READ_16, READ_32, READ_6 } from "./read.ts";
import { READ_CAPACITY_10, READ_CAPACITY_16 } from "./read_capacity.ts";
import { READ_DEFECT_DATA_10, READ_DEFECT_DATA_12 } from "./read_defect_data.ts";
import {
  SANITIZE_BLOCK_ERASE,
  SANITIZE_CRYPTO_ERASE,
  SANITIZE_EXIT_FAILURE_MODE,
  SANITIZE_OVERWRITE,
} from "./sanitize.ts";
import { PREVENT_ALLOW_MEDIUM_REMOVAL, START_STOP_UNIT } from "./start_stop_unit.ts";
import { GET_STREAM_STATUS, STREAM_CONTROL } from "./streams.ts";
import { SYNCHRONIZE_CACHE_10, SYNCHRONIZE_CACHE_16 } from "./synchronize_cache.ts";
import { POPULATE_TOKEN, RECEIVE_ROD_TOKEN_INFORMATION, WRITE_USING_TOKEN } from "./tokens.ts";
import { UNMAP } from "./unmap.ts";
import { VERIFY_10, VERIFY_12, VERIFY_16, VERIFY_32 } from "./verify.ts";
import { WRITE_10, WRITE_12, WRITE_16, WRITE_32, WRITE_6 } from "./write.ts";
import { WRITE_AND_VERIFY_10, WRITE_AND_VERIFY_12, WRITE_AND_VERIFY_16 } from "./write_and_verify.ts";
import { WRITE_ATOMIC_16 } from "./write_atomic.ts";
import { WRITE_SAME_10, WRITE_SAME_16 } from "./write_same.ts";
import { WRITE_SCATTERED_16 } from "./write_scattered.ts";
import type { CdbLayout } from "../../cdb/layout.ts";

/** The CDBs of SBC (disks) that have a builder, in the order of their table in docs/scsi.md. */
export const SBC_LAYOUTS: readonly CdbLayout[] = [
  COMPARE_AND_WRITE,
  FORMAT_UNIT,
  GET_LBA_STATUS_16,
  GET_LBA_STATUS_32,
  ORWRITE_16,
  XDWRITEREAD_10,
  PRE_FETCH_10,
  PRE_FETCH_16,
  READ_6,
  READ_10,
  READ_12,
  READ_16,
  READ_32,
  READ_CAPACITY_10,
  READ_CAPACITY_16,
  READ_DEFECT_DATA_10,
  READ_DEFECT_DATA_12,
  SANITIZE_OVERWRITE,
  SANITIZE_BLOCK_ERASE,
  SANITIZE_CRYPTO_ERASE,
  SANITIZE_EXIT_FAILURE_MODE,
  START_STOP_UNIT,
  PREVENT_ALLOW_MEDIUM_REMOVAL,
  GET_STREAM_STATUS,
  STREAM_CONTROL,
  SYNCHRONIZE_CACHE_10,
  SYNCHRONIZE_CACHE_16,
  POPULATE_TOKEN,
  WRITE_USING_TOKEN,
  RECEIVE_ROD_TOKEN_INFORMATION,
  UNMAP,
  VERIFY_10,
  VERIFY_12,
  VERIFY_16,
  VERIFY_32,
  WRITE_6,
  WRITE_10,
  WRITE_12,
  WRITE_16,
  WRITE_32,
  WRITE_AND_VERIFY_10,
  WRITE_AND_VERIFY_12,
  WRITE_AND_VERIFY_16,
  WRITE_ATOMIC_16,
  WRITE_SAME_10,
  WRITE_SAME_16,
  WRITE_SCATTERED_16,
];
