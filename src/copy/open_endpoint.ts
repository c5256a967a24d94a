import {
  checkBoolean,
  checkObject,
  checkSignal,
  checkString,
  optional,
  withoutSecrets,
  wrongValue,
} from "../arguments.ts";
import { checkOpenLunOptions, type OpenLunOptions } from "../client/open_lun.ts";
import { ErrorCode, typeError } from "../errors.ts";
import type { CopySink, CopySource } from "./endpoint.ts";
import { fileSink, type FileSinkOptions, fileSource } from "./endpoint_file.ts";
import { iscsiSink, iscsiSource } from "./endpoint_iscsi.ts";
import { nullSink } from "./endpoint_null.ts";
import { stdinSource, stdoutSink } from "./endpoint_stdio.ts";

const PLACE = "be an iscsi:// URL, a path or -";

/**
 * Opens a source by its name: an iSCSI URL, `-` for standard input, or a path.
 *
 * @param options for a LUN; the signal is for all of them
 * @throws what it leads to throws; TypeError `ERR_INVALID_ARG_TYPE`; `ERR_INVALID_ARG_VALUE`, also where it is no source
 */
export async function openSource(place: string, options: OpenLunOptions = {}): Promise<CopySource> {
  check(place, options);
  if (place === "-") return stdinSource();
  if (isIscsi(place)) return await iscsiSource(place, options);
  if (place === "null:") throw wrongValue("source", PLACE, "null:, which is a destination only");
  return await fileSource(pathOf(place), { signal: options.signal });
}

/** Options of {@link openSink}. */
export interface OpenSinkOptions extends OpenLunOptions, FileSinkOptions {}

/**
 * Opens a destination by its name: an iSCSI URL, `-` for standard output, `null:`, or a path.
 *
 * @param options for a LUN; `inPlace` is for a file, the signal for all of them
 * @throws what it leads to throws; TypeError `ERR_INVALID_ARG_TYPE`; `ERR_INVALID_ARG_VALUE`, also where it is no destination
 */
export async function openSink(place: string, options: OpenSinkOptions = {}): Promise<CopySink> {
  checkObject("options", options);
  const { inPlace, ...lun } = options;
  check(place, lun);
  optional(checkBoolean, "inPlace", inPlace);
  if (place === "-") return stdoutSink();
  if (isIscsi(place)) return await iscsiSink(place, lun);
  if (place === "null:") return nullSink();
  return await fileSink(pathOf(place), { signal: options.signal, inPlace });
}

function check(place: unknown, options: OpenLunOptions): void {
  checkString("source or destination", place);
  checkOpenLunOptions(options);
  checkSignal("signal", options.signal);
}

/** Whether a source or destination is an iSCSI URL. */
export const isIscsi = (place: string): boolean => /^iscsi:\/\//i.test(place);

/** Schemes that may be named: any other text before `://` may be a part of something secret. */
const SCHEMES: readonly string[] = [
  "http",
  "https",
  "ftp",
  "ftps",
  "sftp",
  "ssh",
  "file",
  "nfs",
  "smb",
  "nbd",
  "rbd",
  "s3",
];
/** `iscsi` and what is not the name of a file: `iscsi//`, `iscsi:/`, ` iscsi://`. */
const MALFORMED = /^\W*[\w-]*scsi(?:[^\w/\\.-]|[/\\]{2})/i;
/** A path that cannot be taken for anything else. */
const PLAIN = /^(?:\.{0,2}|~)\/(?!\/)/;

/** A path. What looks like a URL is refused: nobody means a file of that name. No message repeats it. */
function pathOf(place: string): string {
  if (place === "") throw wrongValue("source or destination", PLACE, "an empty string");
  if (PLAIN.test(place)) return place;
  if (MALFORMED.test(place)) {
    throw typeError(ErrorCode.UrlInvalid, "Not an iSCSI URL: it does not begin with iscsi://");
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(place)?.[1];
  if (scheme !== undefined) {
    const named = SCHEMES.includes(scheme.toLowerCase()) ? `a URL of ${scheme}://` : "a URL of another scheme";
    throw wrongValue("source or destination", PLACE, named);
  }
  if (withoutSecrets(place) !== place) {
    throw typeError(
      ErrorCode.UrlInvalid,
      "Not an iSCSI URL, and with a : % or ? in it like one: it must begin with iscsi://, or with ./ if it is a path",
    );
  }
  return place;
}
