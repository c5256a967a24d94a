/**
 * SCSI: builders for CDBs, parsers for what logical units answer, sense data. Pure functions: nothing here does I/O,
 * but for {@link run}, {@link executeWithRetry} and their kin, which drive a {@link ScsiExecutor}.
 *
 * @example
 * ```ts
 * import { inquiry, parseInquiry, run } from "lunstream/scsi";
 * const result = await run(executor, inquiry());
 * console.log(parseInquiry(result.dataIn).product);
 * ```
 *
 * @module
 */
export {
  type ExecuteOptions,
  type Replay,
  type ScsiCommand,
  type ScsiExecutor,
  type ScsiResult,
  TaskAttribute,
} from "./executor.ts";
export { ScsiStatus, statusName } from "./status.ts";
export { isGood, run, ScsiError, scsiErrorFrom, senseOf } from "./errors.ts";
export { drainUnitAttention, executeWithRetry, type RetryOptions, runWithRetry } from "./retry.ts";
export { type ParsedLun, parseLun } from "./lun.ts";
export { type AllocationOptions, type CommandOptions } from "./cdb/build.ts";
export { type CdbLayout, type CommandSet } from "./cdb/layout.ts";
export { cdbName, findLayout, parseCdb, type ParseCdbOptions, type ParsedCdb } from "./cdb/parse.ts";
export { CDB_LAYOUTS } from "./cdb/registry.ts";
export { COMPARE_AND_WRITE, compareAndWrite, type CompareAndWriteOptions } from "./commands/compare_and_write.ts";
export {
  GET_LBA_STATUS_16,
  GET_LBA_STATUS_32,
  getLbaStatus,
  getLbaStatus32,
  type GetLbaStatus32Options,
  type GetLbaStatusOptions,
  type LbaStatus,
  type LbaStatusList,
  parseGetLbaStatus,
  ProvisioningStatus,
} from "./commands/get_lba_status.ts";
export { INQUIRY, inquiry, type InquiryOptions } from "./commands/inquiry.ts";
export {
  MODE_SENSE_10,
  MODE_SENSE_6,
  modeSense10,
  type ModeSense10Options,
  modeSense6,
  type ModeSense6Options,
  PageControl,
} from "./commands/mode_sense.ts";
export {
  read10,
  read12,
  read16,
  read32,
  type Read32Options,
  read6,
  type Read6Options,
  READ_10,
  READ_12,
  READ_16,
  READ_32,
  READ_6,
  type ReadOptions,
} from "./commands/read.ts";
export {
  type Capacity10,
  type Capacity16,
  parseReadCapacity10,
  parseReadCapacity16,
  READ_CAPACITY_10,
  READ_CAPACITY_16,
  readCapacity10,
  readCapacity16,
} from "./commands/read_capacity.ts";
export {
  type LunList,
  parseReportLuns,
  REPORT_LUNS,
  reportLuns,
  type ReportLunsOptions,
  SelectReport,
} from "./commands/report_luns.ts";
export { REQUEST_SENSE, requestSense, type RequestSenseOptions } from "./commands/request_sense.ts";
export {
  type CdbSize,
  readSmallest,
  type SmallestOptions,
  synchronizeCacheSmallest,
  writeSmallest,
} from "./commands/smallest.ts";
export {
  SYNCHRONIZE_CACHE_10,
  SYNCHRONIZE_CACHE_16,
  synchronizeCache10,
  synchronizeCache16,
  type SynchronizeCacheOptions,
} from "./commands/synchronize_cache.ts";
export { TEST_UNIT_READY, testUnitReady } from "./commands/test_unit_ready.ts";
export { type BlockRange, parseUnmapList, UNMAP, unmap, type UnmapList, type UnmapOptions } from "./commands/unmap.ts";
export {
  write10,
  write12,
  write16,
  write32,
  type Write32Options,
  write6,
  type Write6Options,
  WRITE_10,
  WRITE_12,
  WRITE_16,
  WRITE_32,
  WRITE_6,
  type WriteOptions,
} from "./commands/write.ts";
export {
  WRITE_SAME_10,
  WRITE_SAME_16,
  writeSame10,
  type WriteSame10Options,
  writeSame16,
  type WriteSame16Options,
} from "./commands/write_same.ts";
export { type ParsedAnswer } from "./data/answer.ts";
export { type Field, type FieldValue } from "./data/field.ts";
export { type Integer } from "./data/put.ts";
export { Association, type Designator, type DesignatorValue } from "./inquiry/designator.ts";
export { DeviceType, deviceTypeName, PeripheralQualifier } from "./inquiry/device_type.ts";
export { type InquiryData, parseInquiry } from "./inquiry/standard.ts";
export { parseVpdPage, type VpdPage } from "./inquiry/vpd.ts";
export { type RawVpdPage, type SupportedPages, type UnitSerialNumber } from "./inquiry/vpd_basic.ts";
export { type BlockCharacteristics, type BlockLimits, type BlockProvisioning } from "./inquiry/vpd_block.ts";
export { type DeviceIdentification } from "./inquiry/vpd_device_id.ts";
export { type VpdHeader } from "./inquiry/vpd_header.ts";
export { CACHING_PAGE, decodeModePage, encodeModePage, type ModePageLayout } from "./mode/pages.ts";
export {
  type ModeBlockDescriptor,
  type ModeData,
  type ModePage,
  type ModeParseOptions,
  parseModeSense10,
  parseModeSense6,
} from "./mode/parse.ts";
export { ASC_TABLE, ascName, describeSense } from "./sense/asc.ts";
export { type ReferralSegment, type SenseDescriptor } from "./sense/descriptors.ts";
export { encodeSense, type SenseFields } from "./sense/encode.ts";
export { type SenseKeySpecific } from "./sense/key_specific.ts";
export { SenseKey, senseKeyName } from "./sense/keys.ts";
export { parseSense, type SenseData } from "./sense/parse.ts";
