import { withoutSecrets } from "../arguments.ts";
import { ErrorCode, TimeoutError, TransportError } from "../errors.ts";
import { formatAddress } from "./address.ts";
import { causeWithout } from "./cause.ts";

/** The fields by which the errors of both runtimes are told apart. */
interface LowError {
  name?: string | undefined;
  code?: string | undefined;
  message?: string | undefined;
  errors?: unknown[] | undefined;
}

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the address is in use",
  EADDRNOTAVAIL: "the address is not one of this machine",
  EACCES: "the system does not allow it",
  ECONNABORTED: "the connection was aborted",
  ECONNRESET: "the peer reset the connection",
  EHOSTUNREACH: "there is no way to the host",
  ENETUNREACH: "there is no way to the network",
  EPIPE: "the peer has closed the connection",
  ETIMEDOUT: "the peer does not answer",
};

/** The system's code of an error, such as `ECONNRESET`; that of the last cause where there are several. */
function codeOf(error: LowError): string {
  if (typeof error.code === "string") return error.code;
  const last = error.errors?.at(-1);
  if (last !== undefined) return codeOf(last as LowError);
  if (/lookup address|not known|resolve/i.test(error.message ?? "")) return "ENOTFOUND";
  return "";
}

function reasonOf(error: LowError): string {
  return WORDS[codeOf(error)] ?? error.message ?? String(error);
}

function denied(error: LowError): boolean {
  return error.name === "NotCapable" || error.code === "ERR_ACCESS_DENIED";
}

function deniedError(doing: string, where: string, cause: unknown): TransportError {
  return new TransportError(
    ErrorCode.PermissionDenied,
    `No permission to ${doing} ${where}: it needs --allow-net=${where}`,
    { cause },
  );
}

/** The error of a connection that could not be made. `timeout` is the limit of the attempt in milliseconds. */
export function connectError(cause: unknown, host: string, port: number, timeout: number): Error {
  const error = (cause ?? {}) as LowError;
  const where = formatAddress(host, port);
  if (denied(error)) return deniedError("connect to", where, cause);
  const code = codeOf(error);
  if (code === "ECONNREFUSED") {
    return new TransportError(ErrorCode.ConnectRefused, `Nothing listens at ${where}: connection refused`, { cause });
  }
  if (code === "ENOTFOUND" || code.startsWith("EAI_")) {
    return new TransportError(ErrorCode.HostNotFound, `The host name ${host} cannot be resolved`, { cause });
  }
  if (code === "ETIMEDOUT") {
    return new TimeoutError(ErrorCode.ConnectTimeout, `No answer from ${where}`, timeout, { cause });
  }
  return new TransportError(ErrorCode.ConnectFailed, `Cannot connect to ${where}: ${reasonOf(error)}`, { cause });
}

/** The error of an attempt that took longer than `timeout` milliseconds. */
export function connectTimeout(host: string, port: number, timeout: number): TimeoutError {
  const where = formatAddress(host, port);
  return new TimeoutError(ErrorCode.ConnectTimeout, `No connection to ${where} within ${timeout} ms`, timeout);
}

/** The error of an established connection that broke. */
export function lostError(cause: unknown, remoteAddress: string): TransportError {
  const reason = reasonOf((cause ?? {}) as LowError);
  return new TransportError(ErrorCode.ConnectionLost, `The connection to ${remoteAddress} was lost: ${reason}`, {
    cause,
  });
}

/** The error of a port that could not be listened on. */
export function listenError(cause: unknown, host: string, port: number): TransportError {
  const error = (cause ?? {}) as LowError;
  // What was to be a host may be a URL.
  const where = formatAddress(withoutSecrets(host), port);
  const clean = causeWithout(host, cause);
  if (denied(error)) return deniedError("listen on", where, clean);
  const reason = reasonOf(clean === cause ? error : clean as LowError);
  return new TransportError(ErrorCode.ListenFailed, `Cannot listen on ${where}: ${reason}`, { cause: clean });
}
