/**
 * Every error that lunstream throws, and the one list of their codes. Match on `code`: messages may change.
 *
 * @module
 */

/** Every stable error code. `docs/errors.md` says what each means and whether to retry. */
export const ErrorCode = {
  /** A value of the wrong type was passed (`TypeError`). */
  InvalidArgType: "ERR_INVALID_ARG_TYPE",
  /** A value that is not allowed was passed (`TypeError`). */
  InvalidArgValue: "ERR_INVALID_ARG_VALUE",
  /** A number outside its range was passed (`RangeError`). */
  OutOfRange: "ERR_OUT_OF_RANGE",
  /** What was asked for can be had once only, and has been. */
  InvalidState: "ERR_INVALID_STATE",
  /** The caller's `AbortSignal` fired. */
  Aborted: "ABORT_ERR",

  /** The iSCSI URL cannot be parsed. */
  UrlInvalid: "ISCSI_URL_INVALID",
  /** The iSCSI URL has a query key that lunstream does not know. */
  UrlUnknownKey: "ISCSI_URL_UNKNOWN_KEY",

  /** Nothing listens at the address. */
  ConnectRefused: "ISCSI_CONNECT_REFUSED",
  /** The host name cannot be resolved. */
  HostNotFound: "ISCSI_HOST_NOT_FOUND",
  /** The TCP connection could not be made for another reason. */
  ConnectFailed: "ISCSI_CONNECT_FAILED",
  /** The TCP connection was not made in time. */
  ConnectTimeout: "ISCSI_CONNECT_TIMEOUT",
  /** The runtime refused the permission to connect. */
  PermissionDenied: "ISCSI_PERMISSION_DENIED",
  /** An established TCP connection ended or failed. */
  ConnectionLost: "ISCSI_CONNECTION_LOST",
  /** The address cannot be listened on. */
  ListenFailed: "ISCSI_LISTEN_FAILED",

  /** The target refused the login for a reason that has no code of its own. */
  LoginFailed: "ISCSI_LOGIN_FAILED",
  /** The target rejected the credentials (status 0201). */
  LoginAuthFailed: "ISCSI_LOGIN_AUTH_FAILED",
  /** The target demands authentication and no credentials were given. */
  LoginAuthRequired: "ISCSI_LOGIN_AUTH_REQUIRED",
  /** The initiator may not use this target (status 0202). */
  LoginNotAuthorized: "ISCSI_LOGIN_NOT_AUTHORIZED",
  /** No target of that name at this portal (status 0203). */
  LoginTargetNotFound: "ISCSI_LOGIN_TARGET_NOT_FOUND",
  /** The target has been removed (status 0204). */
  LoginTargetRemoved: "ISCSI_LOGIN_TARGET_REMOVED",
  /** The target is busy or failing now (status class 03): a later try may work. */
  LoginTargetUnavailable: "ISCSI_LOGIN_TARGET_UNAVAILABLE",
  /** Redirections went in a circle, or were too many, or named no address. */
  LoginRedirect: "ISCSI_LOGIN_REDIRECT",
  /** The target did not prove its identity (mutual CHAP). */
  TargetAuthFailed: "ISCSI_TARGET_AUTH_FAILED",
  /** The two sides could not agree on a text key. */
  NegotiationFailed: "ISCSI_NEGOTIATION_FAILED",
  /** The login, all of it, took too long. */
  LoginTimeout: "ISCSI_LOGIN_TIMEOUT",

  /** The peer broke RFC 7143, in the login too; the connection is closed. */
  ProtocolError: "ISCSI_PROTOCOL_ERROR",
  /** The first bytes of the peer are not iSCSI at all. */
  NotIscsi: "ISCSI_NOT_ISCSI",
  /** The CRC32C of a header was wrong. */
  HeaderDigest: "ISCSI_HEADER_DIGEST",
  /** The CRC32C of a data segment was wrong. */
  DataDigest: "ISCSI_DATA_DIGEST",
  /** The target rejected a PDU of the initiator. */
  Rejected: "ISCSI_REJECTED",

  /** The command was not answered in time. */
  CommandTimeout: "ISCSI_COMMAND_TIMEOUT",
  /** The target does not answer pings. */
  KeepaliveTimeout: "ISCSI_KEEPALIVE_TIMEOUT",
  /** A text, logout or task management request was not answered in time. */
  RequestTimeout: "ISCSI_REQUEST_TIMEOUT",
  /** The session has been closed. */
  SessionClosed: "ISCSI_SESSION_CLOSED",
  /** A command that changes the medium was sent and its outcome is not known. */
  OutcomeUnknown: "ISCSI_OUTCOME_UNKNOWN",
  /** The target ended the task: reset, cleared by another initiator, or asked for a logout. */
  TaskTerminated: "ISCSI_TASK_TERMINATED",
  /** The target ended a command without a SCSI status: by an iSCSI response that is not "completed at target". */
  TargetFailure: "ISCSI_TARGET_FAILURE",
  /** A task management function was refused. */
  TaskManagementFailed: "ISCSI_TASK_MANAGEMENT_FAILED",

  /** CHECK CONDITION that has no code of its own: see `sense`. */
  ScsiCheckCondition: "SCSI_CHECK_CONDITION",
  /** Status BUSY or TASK SET FULL, still so after the bounded retries. */
  ScsiBusy: "SCSI_BUSY",
  /** Another initiator holds a reservation. */
  ScsiReservationConflict: "SCSI_RESERVATION_CONFLICT",
  /** Any other SCSI status. */
  ScsiStatus: "SCSI_STATUS",
  /** There is no such LUN. */
  ScsiLunNotFound: "SCSI_LUN_NOT_FOUND",
  /** The LUN needs a medium and has none. */
  ScsiMediumNotPresent: "SCSI_MEDIUM_NOT_PRESENT",
  /** The LUN is not ready for another reason. */
  ScsiNotReady: "SCSI_NOT_READY",
  /** The medium could not be read or written at some block. */
  ScsiMediumError: "SCSI_MEDIUM_ERROR",
  /** The LUN is write protected. */
  ScsiWriteProtected: "SCSI_WRITE_PROTECTED",
  /** What holds the blocks of the LUN, such as a thin pool, has no space left for them. */
  ScsiNoSpace: "SCSI_NO_SPACE",
  /** The target says that the blocks are beyond its end. */
  ScsiLbaOutOfRange: "SCSI_LBA_OUT_OF_RANGE",
  /** The target does not know the command or a field of it. */
  ScsiIllegalRequest: "SCSI_ILLEGAL_REQUEST",
  /** The LUN is not the one that was wanted, or not the one it was. */
  IdentityChanged: "SCSI_IDENTITY_CHANGED",
  /** The LUN may have become another one, and could not be asked in time whether it has. */
  Unverified: "SCSI_UNVERIFIED",
  /** The target says that the data compared differ (COMPARE AND WRITE, VERIFY). */
  ScsiMiscompare: "SCSI_MISCOMPARE",
  /** The LUN answered with fewer bytes than the command asks for, or with data that cannot be parsed. */
  ScsiBadData: "SCSI_BAD_DATA",
  /** The LUN still reported UNIT ATTENTION after the bounded retries. */
  ScsiUnitAttention: "SCSI_UNIT_ATTENTION",

  /** The device is read-only. */
  ReadOnly: "BLOCK_READ_ONLY",
  /** The device, stream or handle has been closed. */
  Closed: "BLOCK_CLOSED",
  /** The device cannot do what was asked. */
  Unsupported: "BLOCK_UNSUPPORTED",
  /** The bytes on the device are not those that `compareAndWrite()` expects. */
  Miscompare: "BLOCK_MISCOMPARE",
  /** The medium may be another one, or its block size is: the device must be opened again. */
  DeviceChanged: "BLOCK_CHANGED",
  /** Data went past the end of the device. */
  EndOfDevice: "BLOCK_END_OF_DEVICE",

  /** The HTTP server sent other bytes than the range that was asked for. */
  HttpBadResponse: "HTTP_BAD_RESPONSE",

  /** The source has more data than the destination can hold. */
  CopyTooLarge: "COPY_SOURCE_TOO_LARGE",
  /** The file system of the destination is full. */
  CopyNoSpace: "COPY_NO_SPACE",
  /** A file could not be opened, read or written. */
  CopyFile: "COPY_FILE",
  /** The source ended before its announced size. */
  CopyShort: "COPY_SOURCE_SHORT",
} as const;
/** One of the values of {@link ErrorCode}. */
export type ErrorCode = typeof ErrorCode[keyof typeof ErrorCode];

/** The root of lunstream's own errors. */
export class IscsiError extends Error {
  /** Stable code: what programs match on. */
  readonly code: ErrorCode;
  /** Makes an error with a stable code; `options.cause` keeps the lower error. */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The TCP connection could not be made, or ended. */
export class TransportError extends IscsiError {}

/** Something was not answered in time. */
export class TimeoutError extends IscsiError {
  /** The limit that ran out, in milliseconds. */
  readonly timeout: number;
  /** Makes the error of a limit of `timeout` milliseconds that ran out. */
  constructor(code: ErrorCode, message: string, timeout: number, options?: ErrorOptions) {
    super(code, message, options);
    this.timeout = timeout;
  }
}

/** The login was refused or could not be completed (RFC 7143 §11.13.5). */
export class LoginError extends IscsiError {
  /** Status-Class of the Login Response, 0 to 255; undefined where the initiator ended the login. */
  readonly statusClass: number | undefined;
  /** Status-Detail of the Login Response, 0 to 255; undefined where the initiator ended the login. */
  readonly statusDetail: number | undefined;
  /** Makes a login error; `options` carry the status of the response, where there was one. */
  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & { statusClass?: number; statusDetail?: number } = {},
  ) {
    super(code, message, options);
    this.statusClass = options.statusClass;
    this.statusDetail = options.statusDetail;
  }
  /** Whether the same login may work later: true for Status-Class 3 (target error). */
  get retryable(): boolean {
    return this.statusClass === 3;
  }
}

/** What a {@link ProtocolError} was about. */
export interface ProtocolErrorDetails {
  /** Opcode of the PDU, 0 to 63, where known. */
  opcode?: number | undefined;
  /** Name of the field or text key. */
  field: string;
  /** What came. */
  got: number | bigint | string;
  /** What was allowed. */
  limit: number | bigint | string;
}

/** The peer broke the protocol. The connection is closed: no resynchronisation exists over TCP (RFC 7143 §7). */
export class ProtocolError extends IscsiError {
  /** Opcode of the PDU, 0 to 63, where known. */
  readonly opcode: number | undefined;
  /** Name of the field or text key. */
  readonly field: string;
  /** What came. */
  readonly got: number | bigint | string;
  /** What was allowed. */
  readonly limit: number | bigint | string;
  /** Makes a protocol error about one field of one PDU. */
  constructor(
    message: string,
    details: ProtocolErrorDetails,
    options: ErrorOptions & { code?: ErrorCode } = {},
  ) {
    super(options.code ?? ErrorCode.ProtocolError, message, options);
    this.opcode = details.opcode;
    this.field = details.field;
    this.got = details.got;
    this.limit = details.limit;
  }
}

/** A `TypeError` for a mistake of the caller, with a code. */
export function typeError(code: ErrorCode, message: string): TypeError & { code: ErrorCode } {
  return Object.assign(new TypeError(message), { code });
}

/** A `RangeError` for a mistake of the caller, with a code. */
export function rangeError(message: string): RangeError & { code: ErrorCode } {
  return Object.assign(new RangeError(message), { code: ErrorCode.OutOfRange });
}

/** The caller's `AbortSignal` fired: named `AbortError` as Node's is, with the signal's reason as its cause. */
export class AbortError extends IscsiError {
  /** Makes the error of `signal`, which has fired. */
  constructor(signal?: AbortSignal, message = "The operation was aborted") {
    super(ErrorCode.Aborted, message, signal === undefined ? {} : { cause: signal.reason });
  }
}
