import { COMPARE_AND_WRITE } from "../commands/compare_and_write.ts";
import { GET_LBA_STATUS_16, GET_LBA_STATUS_32 } from "../commands/get_lba_status.ts";
import { INQUIRY } from "../commands/inquiry.ts";
import { MODE_SENSE_10, MODE_SENSE_6 } from "../commands/mode_sense.ts";
import { READ_10, READ_12, READ_16, READ_32, READ_6 } from "../commands/read.ts";
import { READ_CAPACITY_10, READ_CAPACITY_16 } from "../commands/read_capacity.ts";
import { REPORT_LUNS } from "../commands/report_luns.ts";
import { REQUEST_SENSE } from "../commands/request_sense.ts";
import { SYNCHRONIZE_CACHE_10, SYNCHRONIZE_CACHE_16 } from "../commands/synchronize_cache.ts";
import { TEST_UNIT_READY } from "../commands/test_unit_ready.ts";
import { UNMAP } from "../commands/unmap.ts";
import { WRITE_10, WRITE_12, WRITE_16, WRITE_32, WRITE_6 } from "../commands/write.ts";
import { WRITE_SAME_10, WRITE_SAME_16 } from "../commands/write_same.ts";
import type { CdbLayout } from "./layout.ts";

/** Every CDB that has a builder. */
export const CDB_LAYOUTS: readonly CdbLayout[] = [
  TEST_UNIT_READY,
  REQUEST_SENSE,
  INQUIRY,
  REPORT_LUNS,
  MODE_SENSE_6,
  MODE_SENSE_10,
  READ_CAPACITY_10,
  READ_CAPACITY_16,
  READ_6,
  READ_10,
  READ_12,
  READ_16,
  READ_32,
  WRITE_6,
  WRITE_10,
  WRITE_12,
  WRITE_16,
  WRITE_32,
  SYNCHRONIZE_CACHE_10,
  SYNCHRONIZE_CACHE_16,
  UNMAP,
  WRITE_SAME_10,
  WRITE_SAME_16,
  GET_LBA_STATUS_16,
  GET_LBA_STATUS_32,
  COMPARE_AND_WRITE,
];
