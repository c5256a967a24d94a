import { openFile, type PositionalFile } from "../runtime/mod.ts";
import type { CopySink, CopySource } from "./endpoint.ts";

/**
 * Opens a file, a block device or a named pipe as the source of a copy.
 *
 * @throws IscsiError `COPY_FILE`
 */
export async function fileSource(path: string): Promise<CopySource> {
  const file = await openFile(path, { mode: "read" });
  try {
    const ordered = file.kind === "stream";
    return {
      name: path,
      identity: identityOf(file),
      size: ordered ? undefined : await file.size(),
      ordered,
      read: (buffer, position) => readFully(file, buffer, position),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readFully(file: PositionalFile, buffer: Uint8Array, position: number): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const more = await file.read(length === 0 ? buffer : buffer.subarray(length), position + length);
    if (more === 0) break;
    length += more;
  }
  return length;
}

/**
 * Opens a file as the destination of a copy. A regular file is made where there is none, and loses what it had when the copy begins;
 * a block device is written in place.
 *
 * @throws IscsiError `COPY_FILE`
 */
export async function fileSink(path: string): Promise<CopySink> {
  const file = await openFile(path, { mode: "write", create: true });
  try {
    return {
      name: path,
      identity: identityOf(file),
      capacity: file.kind === "block" ? await file.size() : Infinity,
      ordered: file.kind === "stream",
      begin: () => file.isRegular ? file.truncate(0) : Promise.resolve(),
      write: (buffer, position) => file.write(buffer, position),
      finish: () => file.sync(),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function identityOf(file: PositionalFile): string | undefined {
  return file.kind === "stream" ? undefined : `file ${file.identity}`;
}
