/**
 * Random-access handles over a block device, and adapters for libraries with contracts of their own. Adapters take the
 * class of the library as an argument, so that lunstream depends on none of them and `instanceof` works.
 *
 * @module
 */

export { asAsyncBuffer, type AsyncBuffer } from "./adapters/async_buffer.ts";
export type { AutoClose } from "./arguments.ts";
export type { HandleOptions } from "./cursor.ts";
export { fatVolume, type FatVolumeDriver } from "./adapters/fatfs.ts";
export type { FileData, WriteFileOptions } from "./file_data.ts";
export { fileDisk, type FileDiskClass } from "./adapters/file_disk.ts";
export {
  DeviceFileHandle,
  fileHandle,
  type HandleReadOptions,
  type HandleWriteOptions,
  type Position,
} from "./file_handle.ts";
export { type DeviceFileInfo, DeviceFsFile, fsFile, SeekFrom } from "./fs_file.ts";
export {
  type RandomAccessFunctions,
  type RandomAccessOptions,
  type RandomAccessRequest,
  randomAccessStorage,
} from "./adapters/random_access_storage.ts";
export type { DeviceStats } from "./stats.ts";
export { type RandomAccessDiskClass, xenDisk, type XenDiskOptions } from "./adapters/xen_disk.ts";
export { type RandomAccessReaderClass, zipReader } from "./adapters/yauzl.ts";
