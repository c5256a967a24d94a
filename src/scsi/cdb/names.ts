/**
 * Names of commands by opcode. A table of its own, so that error messages need not load every builder; a test compares
 * it with their layouts.
 *
 * @module
 */
import { hexDigits } from "../../bytes/hex.ts";
import type { CommandSet } from "./layout.ts";
import { rememberedLayout } from "./remembered.ts";
import { serviceActionOf, setsOf } from "./sets.ts";

/** Opcode, service action (-1: none), name. */
type NameRow = readonly [opcode: number, serviceAction: number, name: string];

/** Names by command set. */
export const CDB_NAMES: Readonly<Record<CommandSet, readonly NameRow[]>> = {
  SPC: [
    [0x00, -1, "TEST UNIT READY"],
    [0x03, -1, "REQUEST SENSE"],
    [0x12, -1, "INQUIRY"],
    [0x15, -1, "MODE SELECT(6)"],
    [0x16, -1, "RESERVE(6)"],
    [0x17, -1, "RELEASE(6)"],
    [0x1a, -1, "MODE SENSE(6)"],
    [0x1c, -1, "RECEIVE DIAGNOSTIC RESULTS"],
    [0x1d, -1, "SEND DIAGNOSTIC"],
    [0x3b, -1, "WRITE BUFFER"],
    [0x3c, -1, "READ BUFFER(10)"],
    [0x4c, -1, "LOG SELECT"],
    [0x4d, -1, "LOG SENSE"],
    [0x55, -1, "MODE SELECT(10)"],
    [0x56, -1, "RESERVE(10)"],
    [0x57, -1, "RELEASE(10)"],
    [0x5a, -1, "MODE SENSE(10)"],
    [0x5e, 0x00, "PERSISTENT RESERVE IN, READ KEYS"],
    [0x5e, 0x01, "PERSISTENT RESERVE IN, READ RESERVATION"],
    [0x5e, 0x02, "PERSISTENT RESERVE IN, REPORT CAPABILITIES"],
    [0x5e, 0x03, "PERSISTENT RESERVE IN, READ FULL STATUS"],
    [0x5f, 0x00, "PERSISTENT RESERVE OUT, REGISTER"],
    [0x5f, 0x01, "PERSISTENT RESERVE OUT, RESERVE"],
    [0x5f, 0x02, "PERSISTENT RESERVE OUT, RELEASE"],
    [0x5f, 0x03, "PERSISTENT RESERVE OUT, CLEAR"],
    [0x5f, 0x04, "PERSISTENT RESERVE OUT, PREEMPT"],
    [0x5f, 0x05, "PERSISTENT RESERVE OUT, PREEMPT AND ABORT"],
    [0x5f, 0x06, "PERSISTENT RESERVE OUT, REGISTER AND IGNORE EXISTING KEY"],
    [0x5f, 0x07, "PERSISTENT RESERVE OUT, REGISTER AND MOVE"],
    [0x5f, 0x08, "PERSISTENT RESERVE OUT, REPLACE LOST RESERVATION"],
    [0x83, 0x00, "EXTENDED COPY(LID1)"],
    [0x83, 0x1c, "COPY OPERATION ABORT"],
    [0x84, 0x00, "RECEIVE COPY STATUS(LID1)"],
    [0x84, 0x01, "RECEIVE COPY DATA(LID1)"],
    [0x84, 0x03, "RECEIVE COPY OPERATING PARAMETERS"],
    [0x84, 0x04, "RECEIVE COPY FAILURE DETAILS(LID1)"],
    [0x9b, -1, "READ BUFFER(16)"],
    [0xa0, -1, "REPORT LUNS"],
    [0xa2, -1, "SECURITY PROTOCOL IN"],
    [0xa3, 0x05, "REPORT IDENTIFYING INFORMATION"],
    [0xa3, 0x0a, "REPORT TARGET PORT GROUPS"],
    [0xa3, 0x0c, "REPORT SUPPORTED OPERATION CODES"],
    [0xa3, 0x0d, "REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS"],
    [0xa3, 0x0f, "REPORT TIMESTAMP"],
    [0xa4, 0x06, "SET IDENTIFYING INFORMATION"],
    [0xa4, 0x0a, "SET TARGET PORT GROUPS"],
    [0xa4, 0x0f, "SET TIMESTAMP"],
    [0xb5, -1, "SECURITY PROTOCOL OUT"],
  ],
  SBC: [
    [0x04, -1, "FORMAT UNIT"],
    [0x08, -1, "READ(6)"],
    [0x0a, -1, "WRITE(6)"],
    [0x1b, -1, "START STOP UNIT"],
    [0x1e, -1, "PREVENT ALLOW MEDIUM REMOVAL"],
    [0x25, -1, "READ CAPACITY(10)"],
    [0x28, -1, "READ(10)"],
    [0x2a, -1, "WRITE(10)"],
    [0x2e, -1, "WRITE AND VERIFY(10)"],
    [0x2f, -1, "VERIFY(10)"],
    [0x34, -1, "PRE-FETCH(10)"],
    [0x35, -1, "SYNCHRONIZE CACHE(10)"],
    [0x37, -1, "READ DEFECT DATA(10)"],
    [0x41, -1, "WRITE SAME(10)"],
    [0x42, -1, "UNMAP"],
    [0x48, 0x01, "SANITIZE OVERWRITE"],
    [0x48, 0x02, "SANITIZE BLOCK ERASE"],
    [0x48, 0x03, "SANITIZE CRYPTOGRAPHIC ERASE"],
    [0x48, 0x1f, "SANITIZE EXIT FAILURE MODE"],
    [0x53, -1, "XDWRITEREAD(10)"],
    [0x7f, 0x09, "READ(32)"],
    [0x7f, 0x0a, "VERIFY(32)"],
    [0x7f, 0x0b, "WRITE(32)"],
    [0x7f, 0x12, "GET LBA STATUS(32)"],
    [0x83, 0x10, "POPULATE TOKEN"],
    [0x83, 0x11, "WRITE USING TOKEN"],
    [0x84, 0x07, "RECEIVE ROD TOKEN INFORMATION"],
    [0x88, -1, "READ(16)"],
    [0x89, -1, "COMPARE AND WRITE"],
    [0x8a, -1, "WRITE(16)"],
    [0x8b, -1, "ORWRITE(16)"],
    [0x8e, -1, "WRITE AND VERIFY(16)"],
    [0x8f, -1, "VERIFY(16)"],
    [0x90, -1, "PRE-FETCH(16)"],
    [0x91, -1, "SYNCHRONIZE CACHE(16)"],
    [0x93, -1, "WRITE SAME(16)"],
    [0x9c, -1, "WRITE ATOMIC(16)"],
    [0x9e, 0x10, "READ CAPACITY(16)"],
    [0x9e, 0x12, "GET LBA STATUS(16)"],
    [0x9e, 0x14, "STREAM CONTROL"],
    [0x9e, 0x16, "GET STREAM STATUS"],
    [0x9f, 0x12, "WRITE SCATTERED(16)"],
    [0xa8, -1, "READ(12)"],
    [0xaa, -1, "WRITE(12)"],
    [0xae, -1, "WRITE AND VERIFY(12)"],
    [0xaf, -1, "VERIFY(12)"],
    [0xb7, -1, "READ DEFECT DATA(12)"],
  ],
  ZBC: [
    [0x94, 0x01, "CLOSE ZONE"],
    [0x94, 0x02, "FINISH ZONE"],
    [0x94, 0x03, "OPEN ZONE"],
    [0x94, 0x04, "RESET WRITE POINTER"],
    [0x94, 0x10, "SEQUENTIALIZE ZONE"],
    [0x95, 0x00, "REPORT ZONES"],
  ],
  SSC: [
    [0x01, -1, "REWIND"],
    [0x05, -1, "READ BLOCK LIMITS"],
    [0x08, -1, "READ(6)"],
    [0x0a, -1, "WRITE(6)"],
    [0x10, -1, "WRITE FILEMARKS(6)"],
    [0x11, -1, "SPACE(6)"],
    [0x19, -1, "ERASE(6)"],
    [0x1b, -1, "LOAD UNLOAD"],
    [0x2b, -1, "LOCATE(10)"],
    [0x34, -1, "READ POSITION"],
    [0x80, -1, "WRITE FILEMARKS(16)"],
    [0x91, -1, "SPACE(16)"],
    [0x92, -1, "LOCATE(16)"],
  ],
  SMC: [
    [0x07, -1, "INITIALIZE ELEMENT STATUS"],
    [0x2b, -1, "POSITION TO ELEMENT"],
    [0x37, -1, "INITIALIZE ELEMENT STATUS WITH RANGE"],
    [0xa5, -1, "MOVE MEDIUM"],
    [0xa6, -1, "EXCHANGE MEDIUM"],
    [0xb8, -1, "READ ELEMENT STATUS"],
  ],
  MMC: [
    [0x43, -1, "READ TOC"],
    [0x46, -1, "GET CONFIGURATION"],
    [0x4a, -1, "GET EVENT STATUS NOTIFICATION"],
    [0x51, -1, "READ DISC INFORMATION"],
    [0x52, -1, "READ TRACK INFORMATION"],
    [0xbd, -1, "MECHANISM STATUS"],
    [0xbe, -1, "READ CD"],
  ],
};

/**
 * Name of a CDB's command, `READ(10)`; `opcode 0xc1` where it is not known. Never throws. Without a device type, a CDB
 * made by a builder has the name of that builder's command.
 */
export function cdbName(cdb: Uint8Array, deviceType?: number): string {
  const opcode = cdb?.[0];
  if (opcode === undefined) return "empty CDB";
  const remembered = deviceType === undefined ? rememberedLayout(cdb)?.name : undefined;
  if (remembered !== undefined) return remembered;
  const action = serviceActionOf(cdb);
  for (const set of setsOf(deviceType)) {
    const rows = CDB_NAMES[set].filter((row) => row[0] === opcode);
    const found = rows.find((row) => row[1] === action) ?? rows.find((row) => row[1] === -1);
    if (found !== undefined) return found[2];
  }
  return `opcode 0x${hexDigits(opcode, 2)}`;
}
