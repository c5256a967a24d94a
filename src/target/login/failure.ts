/**
 * How a login fails (RFC 7143 §11.13.5).
 *
 * @module
 */

/** Status-Class in the high byte, Status-Detail in the low one. */
export const LoginStatus = {
  InitiatorError: 0x0200,
  AuthenticationFailed: 0x0201,
  AuthorizationFailed: 0x0202,
  TargetNotFound: 0x0203,
  UnsupportedVersion: 0x0205,
  TooManyConnections: 0x0206,
  MissingParameter: 0x0207,
  SessionTypeUnsupported: 0x0209,
  NoSuchSession: 0x020a,
  InvalidRequest: 0x020b,
  OutOfResources: 0x0302,
} as const;
/** One of the values of {@link LoginStatus}. */
export type LoginStatus = typeof LoginStatus[keyof typeof LoginStatus];

/** Thrown while a Login Request is handled: the response carries this status, and the connection ends. */
export class LoginFailure extends Error {
  readonly status: LoginStatus;
  /** Makes the failure; it never leaves the target. */
  constructor(status: LoginStatus) {
    super(`Login status ${status.toString(16)}`);
    this.status = status;
  }
}
