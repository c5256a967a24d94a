/**
 * Mode pages of tapes, changers and CDs.
 *
 * @module
 */
import { bits, flag, uint } from "../data/field.ts";
import { modePage, type ModePageLayout, word } from "./layout.ts";

const TAPE = [0x01];
const CHANGER = [0x08];
const CD = [0x05];

/** Read-Write Error Recovery of tapes (SSC-3). */
export const TAPE_ERROR_RECOVERY_PAGE: ModePageLayout = modePage(
  "Read-Write Error Recovery",
  0x01,
  12,
  "SSC-3 Read-Write Error Recovery mode page",
  [
    flag("transferBlock", 2, 5),
    flag("enableEarlyRecovery", 2, 3),
    flag("postError", 2, 2),
    flag("disableTransferOnError", 2, 1),
    flag("disableCorrection", 2, 0),
    uint("readRetryCount", 3, 1),
    uint("writeRetryCount", 8, 1),
  ],
  TAPE,
);

export const DATA_COMPRESSION_PAGE: ModePageLayout = modePage(
  "Data Compression",
  0x0f,
  16,
  "SSC-3 Data Compression mode page",
  [
    flag("compressionEnable", 2, 7),
    flag("compressionCapable", 2, 6),
    flag("decompressionEnable", 3, 7),
    bits("reportExceptionOnDecompression", 3, 6, 2),
    uint("compressionAlgorithm", 4, 4),
    uint("decompressionAlgorithm", 8, 4),
  ],
  TAPE,
);

export const DEVICE_CONFIGURATION_PAGE: ModePageLayout = modePage(
  "Device Configuration",
  0x10,
  16,
  "SSC-3 Device Configuration mode page",
  [
    flag("changeActiveFormat", 2, 5),
    bits("activeFormat", 2, 4, 5),
    uint("activePartition", 3, 1),
    uint("writeFullRatio", 4, 1),
    uint("readEmptyRatio", 5, 1),
    word("writeDelayTime", 6),
    flag("objectBufferRecovery", 8, 7),
    flag("logicalObjectIdentifiers", 8, 6),
    flag("reportSetmarks", 8, 5),
    flag("automaticVelocity", 8, 4),
    bits("stopOnConsecutiveFilemarks", 8, 3, 2),
    flag("recoverBufferOrder", 8, 1),
    flag("reportEarlyWarning", 8, 0),
    uint("gapSize", 9, 1),
    bits("endOfDataDefined", 10, 7, 3),
    flag("enableEndOfDataGeneration", 10, 4),
    flag("synchronizeAtEarlyWarning", 10, 3),
    flag("softwareWriteProtect", 10, 2),
    uint("bufferSizeAtEarlyWarning", 11, 3),
    uint("selectCompression", 14, 1),
    flag("associatedWriteProtect", 15, 2),
    flag("persistentWriteProtect", 15, 1),
    flag("permanentWriteProtect", 15, 0),
  ],
  TAPE,
);

/** Medium Partition: the fixed part (SSC-3). */
export const MEDIUM_PARTITION_PAGE: ModePageLayout = modePage(
  "Medium Partition",
  0x11,
  8,
  "SSC-3 Medium Partition mode page",
  [
    uint("maximumAdditionalPartitions", 2, 1),
    uint("additionalPartitionsDefined", 3, 1),
    flag("fixedDataPartitions", 4, 7),
    flag("selectDataPartitions", 4, 6),
    flag("initiatorDefinedPartitions", 4, 5),
    bits("partitionSizeUnit", 4, 4, 2),
    flag("partitionOnFormat", 4, 2),
    flag("clear", 4, 1),
    flag("additionalData", 4, 0),
    uint("mediumFormatRecognition", 5, 1),
    bits("partitionUnits", 6, 3, 4),
  ],
  TAPE,
);

/** Element Address Assignment (SMC-3). */
export const ELEMENT_ADDRESS_PAGE: ModePageLayout = modePage(
  "Element Address Assignment",
  0x1d,
  20,
  "SMC-3 Element Address Assignment mode page",
  [
    word("firstTransport", 2),
    word("transportCount", 4),
    word("firstStorage", 6),
    word("storageCount", 8),
    word("firstImportExport", 10),
    word("importExportCount", 12),
    word("firstDataTransfer", 14),
    word("dataTransferCount", 16),
  ],
  CHANGER,
);

/** Transport Geometry Parameters: the first descriptor (SMC-3). */
export const TRANSPORT_GEOMETRY_PAGE: ModePageLayout = modePage(
  "Transport Geometry Parameters",
  0x1e,
  4,
  "SMC-3 Transport Geometry Parameters mode page",
  [flag("rotate", 2, 0), uint("memberNumber", 3, 1)],
  CHANGER,
);

const KINDS = ["Transport", "Storage", "ImportExport", "DataTransfer"];
const BITS: readonly (readonly [string, number])[] = [["Transport", 0], ["Storage", 1], ["ImportExport", 2], [
  "DataTransfer",
  3,
]];

/** Device Capabilities: what media can be moved from where to where (SMC-3). */
export const DEVICE_CAPABILITIES_PAGE: ModePageLayout = modePage(
  "Device Capabilities",
  0x1f,
  20,
  "SMC-3 Device Capabilities mode page",
  [
    ...BITS.map(([name, bit]) => flag(`store${name}`, 2, bit)),
    ...KINDS.flatMap((from, i) => BITS.map(([to, bit]) => flag(`move${from}To${to}`, 4 + i, bit))),
    ...KINDS.flatMap((from, i) => BITS.map(([to, bit]) => flag(`exchange${from}With${to}`, 12 + i, bit))),
  ],
  CHANGER,
);

/** MM Capabilities and Mechanical Status (MMC-3; obsolete, but in use). Speeds in kB/s. */
export const CD_CAPABILITIES_PAGE: ModePageLayout = modePage(
  "MM Capabilities and Mechanical Status",
  0x2a,
  20,
  "MMC-3 CD/DVD Capabilities and Mechanical Status mode page",
  [
    flag("dvdRamRead", 2, 5),
    flag("dvdRRead", 2, 4),
    flag("dvdRomRead", 2, 3),
    flag("method2", 2, 2),
    flag("cdRwRead", 2, 1),
    flag("cdRRead", 2, 0),
    flag("dvdRamWrite", 3, 5),
    flag("dvdRWrite", 3, 4),
    flag("testWrite", 3, 2),
    flag("cdRwWrite", 3, 1),
    flag("cdRWrite", 3, 0),
    flag("bufferUnderrunFree", 4, 7),
    flag("multiSession", 4, 6),
    flag("mode2Form2", 4, 5),
    flag("mode2Form1", 4, 4),
    flag("digitalPort2", 4, 3),
    flag("digitalPort1", 4, 2),
    flag("composite", 4, 1),
    flag("audioPlay", 4, 0),
    flag("readBarCode", 5, 7),
    flag("upc", 5, 6),
    flag("isrc", 5, 5),
    flag("c2Pointers", 5, 4),
    flag("rwDeinterleaved", 5, 3),
    flag("rwSupported", 5, 2),
    flag("cdDaAccurate", 5, 1),
    flag("cdDaCommands", 5, 0),
    bits("loadingMechanism", 6, 7, 3),
    flag("eject", 6, 3),
    flag("preventJumper", 6, 2),
    flag("lockState", 6, 1),
    flag("lock", 6, 0),
    flag("sideChange", 7, 4),
    flag("changerSoftwareSlot", 7, 3),
    flag("discPresentReported", 7, 2),
    flag("separateMute", 7, 1),
    flag("separateVolume", 7, 0),
    word("maximumReadSpeed", 8),
    word("volumeLevels", 10),
    word("bufferSize", 12),
    word("currentReadSpeed", 14),
    word("maximumWriteSpeed", 18),
  ],
  CD,
);
