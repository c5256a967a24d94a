/**
 * The iSCSI PDU codec (RFC 7143 §11): headers, text keys, digests and the framer. It does no I/O.
 *
 * @module
 */

export { AsyncEventCode, type AsyncMessage, decodeAsyncMessage, encodeAsyncMessage } from "./async_message.ts";
export { type DataIn, decodeDataIn, encodeDataIn } from "./data_in.ts";
export { type DataOut, decodeDataOut, encodeDataOut } from "./data_out.ts";
export { DIGEST_LENGTH, encodeDigest, readDigest } from "./digest.ts";
export { Framer, type FramerHandler, type FramerOptions, type PeerRole } from "./framer.ts";
export { ISID_LENGTH, type LoginFlags, LoginStage } from "./login_flags.ts";
export { decodeLoginRequest, encodeLoginRequest, type LoginRequest } from "./login_request.ts";
export { decodeLoginResponse, encodeLoginResponse, type LoginResponse } from "./login_response.ts";
export { decodeLogoutRequest, encodeLogoutRequest, LogoutReason, type LogoutRequest } from "./logout_request.ts";
export {
  decodeLogoutResponse,
  encodeLogoutResponse,
  type LogoutResponse,
  LogoutResponseCode,
} from "./logout_response.ts";
export { decodeLun, encodeLun, formatLun, type LunAddress, MAX_LUN_NUMBER } from "../bytes/lun.ts";
export { decodeNopIn, encodeNopIn, type NopIn } from "./nop_in.ts";
export { decodeNopOut, encodeNopOut, type NopOut } from "./nop_out.ts";
export {
  BHS_LENGTH,
  dataSegmentLengthOf,
  MAX_DATA_SEGMENT_LENGTH,
  MAX_TOTAL_AHS_LENGTH,
  opcodeOf,
  paddingOf,
  totalAhsLengthOf,
} from "./bhs.ts";
export { isInitiatorOpcode, isTargetOpcode, Opcode, opcodeName, RESERVED_TAG } from "./opcodes.ts";
export { decodeR2T, encodeR2T, type R2T } from "./r2t.ts";
export { decodeReject, encodeReject, type Reject, RejectReason } from "./reject.ts";
export { AhsType, decodeScsiCommand, encodeScsiCommand, type ScsiCommandPdu } from "./scsi_command.ts";
export { decodeScsiResponse, encodeScsiResponse, type ScsiResponse, ScsiResponseCode } from "./scsi_response.ts";
export { decodeScsiResponseData, encodeScsiResponseData, type ScsiResponseData } from "./scsi_response_data.ts";
export { decodeSnack, encodeSnack, type Snack, SnackType } from "./snack.ts";
export {
  decodeTaskManagementRequest,
  encodeTaskManagementRequest,
  TaskManagementFunction,
  type TaskManagementRequest,
} from "./task_management_request.ts";
export {
  decodeTaskManagementResponse,
  encodeTaskManagementResponse,
  type TaskManagementResponse,
  TaskManagementResponseCode,
} from "./task_management_response.ts";
export { MAX_EMPTY_PARTS, MAX_PARTS, splitText, TextJoiner, type TextJoinerOptions } from "./text_joining.ts";
export {
  DEFAULT_MAX_PAIRS,
  encodeTextKeys,
  MAX_BINARY_VALUE_LENGTH,
  MAX_KEY_LENGTH,
  MAX_VALUE_LENGTH,
  parseTextKeys,
} from "./text_keys.ts";
export { decodeTextRequest, encodeTextRequest, type TextRequest } from "./text_request.ts";
export { decodeTextResponse, encodeTextResponse, type TextResponse } from "./text_response.ts";
export { encodeBinary, type NumberRange, parseBinary, parseBoolean, parseList, parseNumber } from "./text_values.ts";
