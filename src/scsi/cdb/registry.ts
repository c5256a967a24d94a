import { READ_BUFFER_10, READ_BUFFER_16, WRITE_BUFFER } from "../commands/spc/buffer.ts";
import {
  EXCHANGE_MEDIUM,
  INITIALIZE_ELEMENT_STATUS,
  INITIALIZE_ELEMENT_STATUS_WITH_RANGE,
  MOVE_MEDIUM,
  POSITION_TO_ELEMENT,
} from "../commands/smc/changer.ts";
import { COMPARE_AND_WRITE } from "../commands/sbc/compare_and_write.ts";
import { RECEIVE_DIAGNOSTIC_RESULTS, SEND_DIAGNOSTIC } from "../commands/spc/diagnostic.ts";
import { READ_ELEMENT_STATUS } from "../commands/smc/element_status.ts";
import { EXTENDED_COPY_LID1 } from "../commands/spc/extended_copy.ts";
import { FORMAT_UNIT } from "../commands/sbc/format_unit.ts";
import { GET_LBA_STATUS_16, GET_LBA_STATUS_32 } from "../commands/sbc/get_lba_status.ts";
import {
  REPORT_IDENTIFYING_INFORMATION,
  SET_IDENTIFYING_INFORMATION,
} from "../commands/spc/identifying_information.ts";
import { INQUIRY } from "../commands/spc/inquiry.ts";
import { LOG_SELECT, LOG_SENSE } from "../commands/spc/log_sense.ts";
import {
  GET_CONFIGURATION,
  GET_EVENT_STATUS_NOTIFICATION,
  MECHANISM_STATUS,
  READ_CD,
  READ_DISC_INFORMATION,
  READ_TRACK_INFORMATION,
} from "../commands/mmc/mmc.ts";
import { MODE_SELECT_10, MODE_SELECT_6 } from "../commands/spc/mode_select.ts";
import { MODE_SENSE_10, MODE_SENSE_6 } from "../commands/spc/mode_sense.ts";
import { ORWRITE_16, XDWRITEREAD_10 } from "../commands/sbc/orwrite.ts";
import {
  PR_IN_READ_FULL_STATUS,
  PR_IN_READ_KEYS,
  PR_IN_READ_RESERVATION,
  PR_IN_REPORT_CAPABILITIES,
} from "../commands/spc/persistent_reserve_in.ts";
import {
  PR_OUT_CLEAR,
  PR_OUT_PREEMPT,
  PR_OUT_PREEMPT_AND_ABORT,
  PR_OUT_REGISTER,
  PR_OUT_REGISTER_AND_IGNORE,
  PR_OUT_REGISTER_AND_MOVE,
  PR_OUT_RELEASE,
  PR_OUT_REPLACE_LOST,
  PR_OUT_RESERVE,
} from "../commands/spc/persistent_reserve_out.ts";
import { PRE_FETCH_10, PRE_FETCH_16 } from "../commands/sbc/pre_fetch.ts";
import { READ_10, READ_12, READ_16, READ_32, READ_6 } from "../commands/sbc/read.ts";
import { READ_CAPACITY_10, READ_CAPACITY_16 } from "../commands/sbc/read_capacity.ts";
import { READ_DEFECT_DATA_10, READ_DEFECT_DATA_12 } from "../commands/sbc/read_defect_data.ts";
import { READ_TOC } from "../commands/mmc/read_toc.ts";
import {
  COPY_OPERATION_ABORT,
  RECEIVE_COPY_DATA_LID1,
  RECEIVE_COPY_FAILURE_DETAILS_LID1,
  RECEIVE_COPY_OPERATING_PARAMETERS,
  RECEIVE_COPY_STATUS_LID1,
} from "../commands/spc/receive_copy_results.ts";
import { REPORT_LUNS } from "../commands/spc/report_luns.ts";
import { REPORT_SUPPORTED_OPERATION_CODES, REPORT_SUPPORTED_TMF } from "../commands/spc/report_opcodes.ts";
import { REQUEST_SENSE } from "../commands/spc/request_sense.ts";
import { RELEASE_10, RELEASE_6, RESERVE_10, RESERVE_6 } from "../commands/spc/reserve.ts";
import {
  SANITIZE_BLOCK_ERASE,
  SANITIZE_CRYPTO_ERASE,
  SANITIZE_EXIT_FAILURE_MODE,
  SANITIZE_OVERWRITE,
} from "../commands/sbc/sanitize.ts";
import { SECURITY_PROTOCOL_IN, SECURITY_PROTOCOL_OUT } from "../commands/spc/security_protocol.ts";
import { PREVENT_ALLOW_MEDIUM_REMOVAL, START_STOP_UNIT } from "../commands/sbc/start_stop_unit.ts";
import { GET_STREAM_STATUS, STREAM_CONTROL } from "../commands/sbc/streams.ts";
import { SYNCHRONIZE_CACHE_10, SYNCHRONIZE_CACHE_16 } from "../commands/sbc/synchronize_cache.ts";
import {
  ERASE_6,
  TAPE_READ_6,
  TAPE_WRITE_6,
  WRITE_FILEMARKS_16,
  WRITE_FILEMARKS_6,
} from "../commands/ssc/tape_data.ts";
import { LOAD_UNLOAD, LOCATE_10, LOCATE_16, REWIND, SPACE_16, SPACE_6 } from "../commands/ssc/tape_position.ts";
import { READ_BLOCK_LIMITS, READ_POSITION } from "../commands/ssc/tape_status.ts";
import { REPORT_TARGET_PORT_GROUPS, SET_TARGET_PORT_GROUPS } from "../commands/spc/target_port_groups.ts";
import { TEST_UNIT_READY } from "../commands/spc/test_unit_ready.ts";
import { REPORT_TIMESTAMP, SET_TIMESTAMP } from "../commands/spc/timestamp.ts";
import { POPULATE_TOKEN, RECEIVE_ROD_TOKEN_INFORMATION, WRITE_USING_TOKEN } from "../commands/sbc/tokens.ts";
import { UNMAP } from "../commands/sbc/unmap.ts";
import { VERIFY_10, VERIFY_12, VERIFY_16, VERIFY_32 } from "../commands/sbc/verify.ts";
import { WRITE_10, WRITE_12, WRITE_16, WRITE_32, WRITE_6 } from "../commands/sbc/write.ts";
import { WRITE_AND_VERIFY_10, WRITE_AND_VERIFY_12, WRITE_AND_VERIFY_16 } from "../commands/sbc/write_and_verify.ts";
import { WRITE_ATOMIC_16 } from "../commands/sbc/write_atomic.ts";
import { WRITE_SAME_10, WRITE_SAME_16 } from "../commands/sbc/write_same.ts";
import { WRITE_SCATTERED_16 } from "../commands/sbc/write_scattered.ts";
import {
  CLOSE_ZONE,
  FINISH_ZONE,
  OPEN_ZONE,
  REPORT_ZONES,
  RESET_WRITE_POINTER,
  SEQUENTIALIZE_ZONE,
} from "../commands/zbc/zones.ts";
import type { CdbLayout } from "./layout.ts";

/** Every CDB that has a builder. */
export const CDB_LAYOUTS: readonly CdbLayout[] = [
  READ_BUFFER_10,
  READ_BUFFER_16,
  WRITE_BUFFER,
  MOVE_MEDIUM,
  EXCHANGE_MEDIUM,
  INITIALIZE_ELEMENT_STATUS,
  INITIALIZE_ELEMENT_STATUS_WITH_RANGE,
  POSITION_TO_ELEMENT,
  COMPARE_AND_WRITE,
  SEND_DIAGNOSTIC,
  RECEIVE_DIAGNOSTIC_RESULTS,
  READ_ELEMENT_STATUS,
  EXTENDED_COPY_LID1,
  FORMAT_UNIT,
  GET_LBA_STATUS_16,
  GET_LBA_STATUS_32,
  REPORT_IDENTIFYING_INFORMATION,
  SET_IDENTIFYING_INFORMATION,
  INQUIRY,
  LOG_SENSE,
  LOG_SELECT,
  READ_CD,
  READ_DISC_INFORMATION,
  READ_TRACK_INFORMATION,
  GET_CONFIGURATION,
  GET_EVENT_STATUS_NOTIFICATION,
  MECHANISM_STATUS,
  MODE_SELECT_6,
  MODE_SELECT_10,
  MODE_SENSE_6,
  MODE_SENSE_10,
  ORWRITE_16,
  XDWRITEREAD_10,
  PR_IN_READ_KEYS,
  PR_IN_READ_RESERVATION,
  PR_IN_REPORT_CAPABILITIES,
  PR_IN_READ_FULL_STATUS,
  PR_OUT_REGISTER,
  PR_OUT_RESERVE,
  PR_OUT_RELEASE,
  PR_OUT_CLEAR,
  PR_OUT_PREEMPT,
  PR_OUT_PREEMPT_AND_ABORT,
  PR_OUT_REGISTER_AND_IGNORE,
  PR_OUT_REGISTER_AND_MOVE,
  PR_OUT_REPLACE_LOST,
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
  READ_TOC,
  RECEIVE_COPY_STATUS_LID1,
  RECEIVE_COPY_DATA_LID1,
  RECEIVE_COPY_OPERATING_PARAMETERS,
  RECEIVE_COPY_FAILURE_DETAILS_LID1,
  COPY_OPERATION_ABORT,
  REPORT_LUNS,
  REPORT_SUPPORTED_OPERATION_CODES,
  REPORT_SUPPORTED_TMF,
  REQUEST_SENSE,
  RESERVE_6,
  RELEASE_6,
  RESERVE_10,
  RELEASE_10,
  SANITIZE_OVERWRITE,
  SANITIZE_BLOCK_ERASE,
  SANITIZE_CRYPTO_ERASE,
  SANITIZE_EXIT_FAILURE_MODE,
  SECURITY_PROTOCOL_IN,
  SECURITY_PROTOCOL_OUT,
  START_STOP_UNIT,
  PREVENT_ALLOW_MEDIUM_REMOVAL,
  GET_STREAM_STATUS,
  STREAM_CONTROL,
  SYNCHRONIZE_CACHE_10,
  SYNCHRONIZE_CACHE_16,
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
  REPORT_TARGET_PORT_GROUPS,
  SET_TARGET_PORT_GROUPS,
  TEST_UNIT_READY,
  REPORT_TIMESTAMP,
  SET_TIMESTAMP,
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
  REPORT_ZONES,
  CLOSE_ZONE,
  FINISH_ZONE,
  OPEN_ZONE,
  RESET_WRITE_POINTER,
  SEQUENTIALIZE_ZONE,
];
