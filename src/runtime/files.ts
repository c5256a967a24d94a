import { fileError } from "./file_error.ts";
import { openDenoFile } from "./file_deno.ts";
import { openNodeFile } from "./file_node.ts";
import { isDeno } from "./platform.ts";
import type { OpenFile, OpenFileOptions, PositionalFile } from "./positional_file.ts";

/**
 * Opens a file, a block device, or anything else with a path.
 *
 * @throws IscsiError `COPY_FILE` where it cannot be opened or is a directory, `COPY_NO_SPACE` where the file system is full
 */
export async function openFile(path: string, options: OpenFileOptions): Promise<PositionalFile> {
  const doing = options.mode === "read" ? "open" : "open for writing";
  const open: OpenFile = isDeno ? openDenoFile : openNodeFile;
  let file: PositionalFile | "directory";
  try {
    file = await open(path, options);
  } catch (error) {
    throw fileError(doing, path, error);
  }
  if (file === "directory") throw fileError(doing, path, Object.assign(new Error("EISDIR"), { code: "EISDIR" }));
  return file;
}
