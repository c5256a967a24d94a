/** Options of {@link "./files.ts".openFile}. */
export interface OpenFileOptions {
  /** What the file is opened for. */
  mode: "read" | "write" | "readwrite";
  /** Create the file if it does not exist. */
  create?: boolean | undefined;
  /** Truncate an existing file to 0 bytes. */
  truncate?: boolean | undefined;
  /** With `create`: fail if the file already exists. */
  exclusive?: boolean | undefined;
  /** Permissions of a file that is created, before the umask. Default: 0o666. */
  permissions?: number | undefined;
  /** Ends the wait for the other end of a named pipe, where the runtime can do that. */
  signal?: AbortSignal | undefined;
}

/** What kind of thing a path leads to: `stream` is a pipe, a terminal or a character device. */
export type FileKind = "regular" | "block" | "stream";

/**
 * Writes to a regular file that are in progress at once. The operating system lets one write to a file at a time, and others
 * spin meanwhile: with 8 of them a copy took a fifth more processor time. With 2, one waits while another is on its way back.
 */
export const WRITES = 2;

/** A file with reads and writes at positions, any number of them at once. Every failure is an `IscsiError`. */
export interface PositionalFile {
  /** The path it was opened by. */
  readonly path: string;
  readonly kind: FileKind;
  /** Whether it is a regular file, which can be truncated and grows as it is written. */
  readonly isRegular: boolean;
  /** Tells whether two open files are the same one: device and inode, or the number of a block device. */
  readonly identity: string;
  /** Size in bytes; that of the device for a block device; 0 for a stream. */
  size(): Promise<number>;
  /** Reads at `position` (ignored for a stream) and resolves with the number of bytes: 0 at the end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Writes all of `buffer` at `position` (ignored for a stream). */
  write(buffer: Uint8Array, position: number): Promise<void>;
  /** Settles when all that was written is on the medium. */
  sync(): Promise<void>;
  /** Truncates or extends the file to `length` bytes. */
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** What {@link PositionalFile.identity} is made of: a block device is the same one under every name that it has. */
export function fileIdentity(
  { dev, ino, rdev }: { dev: number; ino: number | null; rdev: number | null },
  kind: FileKind,
): string {
  return kind === "block" ? `block ${rdev}` : `${dev}:${ino}`;
}

/** Opens a file, a block device, or anything else with a path, without the checks of {@link "./files.ts".openFile}. */
export type OpenFile = (path: string, options: OpenFileOptions) => Promise<PositionalFile | "directory">;
