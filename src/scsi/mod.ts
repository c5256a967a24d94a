// deno-fmt-ignore-file -- one name a line would make this list three times as long
/**
 * SCSI: builders for CDBs, parsers for what logical units answer, sense data. Pure functions: nothing here does I/O,
 * but for {@link run}, {@link executeWithRetry} and their kin, which drive a {@link ScsiExecutor}.
 *
 * @example
 * ```ts
 * import { connect } from "lunstream";
 * import { inquiry, parseInquiry, run, type ScsiExecutor } from "lunstream/scsi";
 *
 * const session = await connect("iscsi://192.0.2.10/iqn.2026-01.com.example:disk");
 * const lun: ScsiExecutor = { execute: (command, options) => session.execute(1, command, options) };
 * const result = await run(lun, inquiry());
 * console.log(parseInquiry(result.dataIn).product);
 * await session.close();
 * ```
 *
 * @module
 */
export { ErrorCode, IscsiError } from "../errors.ts";
export {
  type ExecuteOptions, type Replay, type ScsiCommand, type ScsiExecutor, type ScsiResult, TaskAttribute,
} from "../command.ts";
export { ScsiStatus, statusName } from "./status.ts";
export { isGood, run, ScsiError, scsiErrorFrom, senseOf } from "./errors.ts";
export { drainUnitAttention, executeWithRetry, type RetryOptions, runWithRetry } from "./retry.ts";
export { type ParsedLun, parseLun } from "../bytes/lun.ts";
export { type AllocationOptions, type CommandOptions } from "./cdb/build.ts";
export { type CdbLayout, type CommandSet } from "./cdb/layout.ts";
export { cdbName } from "./cdb/names.ts";
export { findLayout, parseCdb, type ParseCdbOptions, type ParsedCdb } from "./cdb/parse.ts";
export { CDB_LAYOUTS } from "./commands/registry.ts";
// Commands of any standard
export { rawCommand, type RawCommandOptions } from "./commands/raw.ts";
// SPC: all devices
export {
  type BufferDescriptor, BufferMode, parseBufferDescriptor, readBuffer10, readBuffer16, type ReadBufferOptions,
  writeBuffer, type WriteBufferOptions,
} from "./commands/spc/buffer.ts";
export {
  type CscdDescriptor, type CscdIdentification, type CscdRaw, encodeCscd, encodeSegment, type SegmentBlockOffset,
  type SegmentBlockToBlock, type SegmentDescriptor, type SegmentRaw, type SegmentStream, type SegmentVerify,
} from "./commands/spc/copy_descriptors.ts";
export { receiveDiagnosticResults, sendDiagnostic, type SendDiagnosticOptions } from "./commands/spc/diagnostic.ts";
export {
  extendedCopy, type ExtendedCopyList, type ExtendedCopyOptions, parseExtendedCopy,
} from "./commands/spc/extended_copy.ts";
export {
  type IdentifyingData, IdentifyingInformation, type IdentifyingTypes, parseIdentifyingInformation,
  parseIdentifyingTypes, reportIdentifyingInformation, setIdentifyingInformation,
} from "./commands/spc/identifying_information.ts";
export { inquiry, type InquiryOptions } from "./commands/spc/inquiry.ts";
export { LogControl, logSelect, type LogSelectOptions, logSense, type LogSenseOptions } from "./commands/spc/log_sense.ts";
export {
  modeSelect10, type ModeSelect10Options, modeSelect6, type ModeSelectBlockDescriptor, type ModeSelectOptions,
} from "./commands/spc/mode_select.ts";
export {
  modeSense10, type ModeSense10Options, modeSense6, type ModeSense6Options, PageControl,
} from "./commands/spc/mode_sense.ts";
export {
  parsePrCapabilities, parsePrFullStatus, parsePrKeys, parsePrReservation, prReadFullStatus, prReadKeys,
  prReadReservation, prReportCapabilities, type Registration, type Reservation, type ReservationCapabilities,
  type ReservationKeys, type ReservationStatus, ReservationType, reservationTypeName,
} from "./commands/spc/persistent_reserve_in.ts";
export {
  parsePrOut, prClear, type PrClearOptions, type PrMoveOptions, type PrParameterList, prPreempt, prPreemptAndAbort,
  type PrPreemptOptions, prRegister, prRegisterAndIgnore, prRegisterAndMove, type PrRegisterOptions, prRelease,
  prReplaceLost, prReserve, type PrReserveOptions,
} from "./commands/spc/persistent_reserve_out.ts";
export {
  type CopyFailure, type CopyOperatingParameters, copyOperationAbort, type CopyResultsOptions, type CopyStatus,
  parseCopyFailure, parseCopyOperatingParameters, parseCopyStatus, receiveCopyData, receiveCopyFailureDetails,
  receiveCopyOperatingParameters, receiveCopyStatus,
} from "./commands/spc/receive_copy_results.ts";
export {
  type LunList, parseReportLuns, reportLuns, type ReportLunsOptions, SelectReport,
} from "./commands/spc/report_luns.ts";
export {
  type CommandTimeouts, type OpcodeSupport, parseOpcodeSupport, parseSupportedOpcodes, parseSupportedTmf,
  type ReportOpcodesOptions, reportSupportedOpcodes, reportSupportedTmf, type ReportTmfOptions, type SupportedOpcode,
  type SupportedOpcodes, type SupportedTmf,
} from "./commands/spc/report_opcodes.ts";
export { requestSense, type RequestSenseOptions } from "./commands/spc/request_sense.ts";
export { release10, release6, reserve10, reserve6 } from "./commands/spc/reserve.ts";
export {
  parseSecurityProtocols, securityProtocolIn, securityProtocolOut, type SecurityProtocols,
  type SecurityProtocolSelection,
} from "./commands/spc/security_protocol.ts";
export {
  AccessState, accessStateName, parseTargetPortGroups, reportTargetPortGroups, type ReportTargetPortGroupsOptions,
  setTargetPortGroups, type SetTargetPortGroupsOptions, type TargetPortGroup, type TargetPortGroups,
} from "./commands/spc/target_port_groups.ts";
export { testUnitReady } from "./commands/spc/test_unit_ready.ts";
export { type DeviceTimestamp, parseTimestamp, reportTimestamp, setTimestamp } from "./commands/spc/timestamp.ts";
// SBC: disks
export { compareAndWrite, type CompareAndWriteOptions } from "./commands/sbc/compare_and_write.ts";
export { type FormatParameters, formatUnit, type FormatUnitOptions } from "./commands/sbc/format_unit.ts";
export {
  getLbaStatus, getLbaStatus32, type GetLbaStatus32Options, type GetLbaStatusOptions, type LbaStatus,
  type LbaStatusList, parseGetLbaStatus, ProvisioningStatus,
} from "./commands/sbc/get_lba_status.ts";
export { orWrite16, type OrWriteOptions, xdWriteRead10, type XdWriteReadOptions } from "./commands/sbc/orwrite.ts";
export { preFetch10, preFetch16, type PreFetchOptions } from "./commands/sbc/pre_fetch.ts";
export {
  read10, read12, read16, read32, type Read32Options, read6, type Read6Options, type ReadOptions,
} from "./commands/sbc/read.ts";
export {
  type Capacity10, type Capacity16, parseReadCapacity10, parseReadCapacity16, readCapacity10, readCapacity16,
} from "./commands/sbc/read_capacity.ts";
export {
  type Defect, DefectFormat, type DefectList, parseReadDefectData10, parseReadDefectData12, readDefectData10,
  type ReadDefectData10Options, readDefectData12, type ReadDefectData12Options,
} from "./commands/sbc/read_defect_data.ts";
export {
  sanitizeBlockErase, sanitizeCryptoErase, sanitizeExitFailureMode, type SanitizeOptions, sanitizeOverwrite,
  type SanitizeOverwriteOptions,
} from "./commands/sbc/sanitize.ts";
export {
  type CdbSize, readSmallest, type SmallestOptions, synchronizeCacheSmallest, writeSmallest,
} from "./commands/sbc/smallest.ts";
export {
  PowerCondition, preventAllowMediumRemoval, type PreventAllowOptions, startStopUnit, type StartStopUnitOptions,
} from "./commands/sbc/start_stop_unit.ts";
export {
  getStreamStatus, parseStreamControl, parseStreamStatus, streamControl, type StreamStatus,
} from "./commands/sbc/streams.ts";
export { synchronizeCache10, synchronizeCache16, type SynchronizeCacheOptions } from "./commands/sbc/synchronize_cache.ts";
export {
  BLOCK_ZERO_ROD_TYPE, blockZeroToken, parseRodToken, parseRodTokenInformation, parseTokenList, populateToken,
  type PopulateTokenOptions, receiveRodTokenInformation, ROD_TOKEN_LENGTH, type RodToken, type RodTokenInformation,
  type TokenParameterList, writeUsingToken, type WriteUsingTokenOptions,
} from "./commands/sbc/tokens.ts";
export { type BlockRange, parseUnmapList, unmap, type UnmapList, type UnmapOptions } from "./commands/sbc/unmap.ts";
export {
  ByteCheck, verify10, verify12, verify16, verify32, type Verify32Options, type VerifyOptions,
} from "./commands/sbc/verify.ts";
export {
  write10, write12, write16, write32, type Write32Options, write6, type Write6Options, type WriteOptions,
} from "./commands/sbc/write.ts";
export {
  writeAndVerify10, writeAndVerify12, writeAndVerify16, type WriteAndVerifyOptions,
} from "./commands/sbc/write_and_verify.ts";
export { writeAtomic16, type WriteAtomicOptions } from "./commands/sbc/write_atomic.ts";
export { writeSame10, type WriteSame10Options, writeSame16, type WriteSame16Options } from "./commands/sbc/write_same.ts";
export { type ScatteredRange, writeScattered16, type WriteScatteredOptions } from "./commands/sbc/write_scattered.ts";
// ZBC: zoned disks
export {
  closeZone, finishZone, openZone, parseReportZones, reportZones, type ReportZonesOptions, resetWritePointer,
  sequentializeZone, type Zone, type ZoneActionOptions, type ZoneList,
} from "./commands/zbc/zones.ts";
// SSC: tapes
export {
  erase6, tapeRead6, type TapeReadOptions, tapeWrite6, type TapeWriteOptions, writeFilemarks16,
  type WriteFilemarks16Options, writeFilemarks6, type WriteFilemarksOptions,
} from "./commands/ssc/tape_data.ts";
export {
  loadUnload, type LoadUnloadOptions, locate10, type Locate10Options, locate16, type Locate16Options, rewind, space16,
  space6, SpaceCode, type SpaceOptions,
} from "./commands/ssc/tape_position.ts";
export {
  parseBlockLimits, parseMaxObjectIdentifier, parseReadPosition, PositionForm, readBlockLimits, readPosition,
  type TapeBlockLimits, type TapePosition,
} from "./commands/ssc/tape_status.ts";
// SMC: media changers
export {
  exchangeMedium, type ExchangeMediumOptions, initializeElementStatus, initializeElementStatusWithRange, moveMedium,
  type MoveMediumOptions, positionToElement,
} from "./commands/smc/changer.ts";
export {
  type Element, type ElementStatus, ElementType, parseElementStatus, readElementStatus, type ReadElementStatusOptions,
  type VolumeTag,
} from "./commands/smc/element_status.ts";
// MMC: CD and DVD
export {
  type DriveConfiguration, type Feature, getConfiguration, parseConfiguration,
} from "./commands/mmc/configuration.ts";
export {
  type DiscInformation, parseDiscInformation, readDiscInformation, readTrackInformation,
} from "./commands/mmc/disc_information.ts";
export { getEventStatusNotification, mechanismStatus } from "./commands/mmc/drive_status.ts";
export { readCd, type ReadCdOptions } from "./commands/mmc/read_cd.ts";
export {
  type FullToc, type FullTocEntry, parseFullToc, parseToc, readToc, type ReadTocOptions, type Toc, TocFormat,
  type TocTrack,
} from "./commands/mmc/read_toc.ts";
// Data of all of them
export { type ParsedAnswer } from "./data/answer.ts";
export { type Field, type FieldValue } from "./data/field.ts";
export { type Integer } from "./data/put.ts";
export { iscsiTransportId, parseTransportId, type TransportId } from "./data/transport_id.ts";
export { Association, type Designator, type DesignatorValue } from "./inquiry/designator.ts";
export { DeviceType, deviceTypeName, PeripheralQualifier } from "./inquiry/device_type.ts";
export { type InquiryData, parseInquiry } from "./inquiry/standard.ts";
export { inquiryVersionName, VERSION_DESCRIPTORS, versionDescriptorName } from "./inquiry/version_descriptor.ts";
export { parseVpdPage, VPD_PAGES, type VpdPage, type VpdPageInfo, vpdPageName } from "./inquiry/vpd.ts";
export { type RawVpdPage, type SupportedPages, type UnitSerialNumber } from "./inquiry/vpd_basic.ts";
export { type BlockCharacteristics, type BlockLimits, type BlockProvisioning } from "./inquiry/vpd_block.ts";
export {
  type BlockCharacteristicsExtension, type Referrals, type SupportedBlockLengths, type ZonedCharacteristics,
} from "./inquiry/vpd_block_more.ts";
export { type DeviceIdentification } from "./inquiry/vpd_device_id.ts";
export { type ExtendedInquiry } from "./inquiry/vpd_extended.ts";
export { type VpdHeader } from "./inquiry/vpd_header.ts";
export {
  type AtaInformation, type ManagementAddresses, type ModePagePolicies, type ScsiPorts, type SoftwareInterfaces,
} from "./inquiry/vpd_management.ts";
export {
  type TapeAlertFlags, type TapeCapabilities, type TapeElementAddress, type TapeSerialNumber,
} from "./inquiry/vpd_tape.ts";
export { type RodType, type ThirdPartyCopy, type ThirdPartyCopyDescriptor } from "./inquiry/vpd_third_party.ts";
export { type ErrorCounters, type NonMediumErrors } from "./log/counters.ts";
export { type ExceptionsLog, type SolidStateLog, type StartStopLog, type TemperatureLog } from "./log/health.ts";
export { type LogHeader, type LogParameter } from "./log/page.ts";
export {
  LOG_PAGES, type LogPage, type LogPageInfo, logPageName, parseLogPage, type RawLogPage, type SupportedLogPages,
} from "./log/parse.ts";
export { type SelfTestLog, type SelfTestResult } from "./log/self_test.ts";
export { type ModePageLayout, type ModePageValues } from "./mode/layout.ts";
export { decodeModePage, encodeModePage, findModePage, MODE_PAGES } from "./mode/pages.ts";
export { CACHING_PAGE } from "./mode/pages_block.ts";
export {
  type ModeBlockDescriptor, type ModeData, type ModePage, type ModeParseOptions, parseModeSense10, parseModeSense6,
} from "./mode/parse.ts";
export { ASC_TABLE, ascName, describeSense } from "./sense/asc.ts";
export { type ReferralSegment, type SenseDescriptor } from "./sense/descriptors.ts";
export { encodeSense, type SenseFields } from "./sense/encode.ts";
export { type SenseKeySpecific } from "./sense/key_specific.ts";
export { SenseKey, senseKeyName } from "./sense/keys.ts";
export { parseSense, type SenseData } from "./sense/parse.ts";
