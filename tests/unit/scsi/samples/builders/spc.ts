// Options for every builder of SPC (all devices).
import fc from "fast-check";
import { blob, flag, list, record, u } from "../writer.ts";
import { alloc, type BuilderCase, key, lba64, make, one, opt } from "./options.ts";

const pr = { key, type: u(4), scope: opt(u(4)) };
const register = { key: opt(key), newKey: key, persistThroughPowerLoss: opt(flag()), allTargetPorts: opt(flag()) };
const selfTest = {
  selfTestCode: opt(u(3)),
  pageFormat: opt(flag()),
  selfTest: opt(flag()),
  deviceOffline: opt(flag()),
  unitOffline: opt(flag()),
};
const buffer = { mode: u(5), modeSpecific: opt(u(3)), bufferId: opt(u(8)) };
const modeSelect = {
  pages: list(blob(2, 20), 3),
  blockDescriptors: opt(list(record({ densityCode: u(8), blocks: u(24), blockLength: u(24) }), 2)),
  savePages: opt(flag()),
  pageFormat: opt(flag()),
  mediumType: opt(u(8)),
  deviceSpecific: opt(u(8)),
};
const security = { securityProtocol: u(8), protocolSpecific: opt(u(16)) };

export const SPC_BUILDERS: readonly BuilderCase[] = [
  one("testUnitReady", "TEST UNIT READY", "safe", make({})),
  one("requestSense", "REQUEST SENSE", "safe", alloc({ descriptorFormat: opt(flag()) }, 7)),
  one("inquiry", "INQUIRY", "safe", alloc({ vpdPage: opt(u(8)) })),
  one("reportLuns", "REPORT LUNS", "safe", alloc({ selectReport: opt(u(8)) })),
  one(
    "modeSense6",
    "MODE SENSE(6)",
    "safe",
    alloc({ pageCode: u(6), subpageCode: opt(u(8)), pageControl: opt(u(2)), disableBlockDescriptors: opt(flag()) }),
  ),
  one(
    "modeSense10",
    "MODE SENSE(10)",
    "safe",
    alloc({ pageCode: u(6), subpageCode: opt(u(8)), pageControl: opt(u(2)), longLba: opt(flag()) }),
  ),
  one("modeSelect6", "MODE SELECT(6)", "never", make(modeSelect)),
  one("modeSelect10", "MODE SELECT(10)", "never", make({ ...modeSelect, longLba: opt(flag()) })),
  one(
    "logSense",
    "LOG SENSE",
    "safe",
    alloc({ pageCode: u(6), subpageCode: opt(u(8)), pageControl: opt(u(2)), parameterPointer: opt(u(16)) }),
  ),
  one(
    "logSelect",
    "LOG SELECT",
    "never",
    make({
      pageCode: opt(u(6)),
      subpageCode: opt(u(8)),
      pageControl: opt(u(2)),
      parameterCodeReset: opt(flag()),
      dataOut: blob(0, 16),
    }),
  ),
  one("prReadKeys", "PERSISTENT RESERVE IN, READ KEYS", "safe", alloc()),
  one("prReadReservation", "PERSISTENT RESERVE IN, READ RESERVATION", "safe", alloc()),
  one("prReportCapabilities", "PERSISTENT RESERVE IN, REPORT CAPABILITIES", "safe", alloc()),
  one("prReadFullStatus", "PERSISTENT RESERVE IN, READ FULL STATUS", "safe", alloc()),
  one(
    "prRegister",
    "PERSISTENT RESERVE OUT, REGISTER",
    "never",
    make({ ...register, transportIds: opt(list(blob(24), 2)) }),
  ),
  one("prRegisterAndIgnore", "PERSISTENT RESERVE OUT, REGISTER AND IGNORE EXISTING KEY", "never", make(register)),
  one("prReserve", "PERSISTENT RESERVE OUT, RESERVE", "never", make(pr)),
  one("prRelease", "PERSISTENT RESERVE OUT, RELEASE", "never", make(pr)),
  one("prClear", "PERSISTENT RESERVE OUT, CLEAR", "never", make({ key })),
  one("prPreempt", "PERSISTENT RESERVE OUT, PREEMPT", "never", make({ ...pr, preemptKey: key })),
  one("prPreemptAndAbort", "PERSISTENT RESERVE OUT, PREEMPT AND ABORT", "never", make({ ...pr, preemptKey: key })),
  one("prReplaceLost", "PERSISTENT RESERVE OUT, REPLACE LOST RESERVATION", "never", make({ ...pr, newKey: key })),
  one(
    "prRegisterAndMove",
    "PERSISTENT RESERVE OUT, REGISTER AND MOVE",
    "never",
    make({ ...pr, newKey: key, relativeTargetPort: u(16), transportId: blob(24) }),
  ),
  one("reserve6", "RESERVE(6)", "never", make({})),
  one("release6", "RELEASE(6)", "never", make({})),
  one("reserve10", "RESERVE(10)", "never", make({})),
  one("release10", "RELEASE(10)", "never", make({})),
  one(
    "reportSupportedOpcodes",
    "REPORT SUPPORTED OPERATION CODES",
    "safe",
    alloc({ opcode: u(8), serviceAction: opt(u(16)), either: opt(flag()), timeouts: opt(flag()) }),
  ),
  one("reportSupportedTmf", "REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS", "safe", alloc({ extended: opt(flag()) })),
  one("reportTargetPortGroups", "REPORT TARGET PORT GROUPS", "safe", alloc({ extended: opt(flag()) })),
  one(
    "setTargetPortGroups",
    "SET TARGET PORT GROUPS",
    "never",
    make({ groups: list(record({ group: u(16), state: u(4) })) }),
  ),
  one("reportTimestamp", "REPORT TIMESTAMP", "safe", alloc()),
  one("setTimestamp", "SET TIMESTAMP", "never", make({ timestamp: u(48) })),
  one("reportIdentifyingInformation", "REPORT IDENTIFYING INFORMATION", "safe", alloc({ informationType: opt(u(7)) })),
  one(
    "setIdentifyingInformation",
    "SET IDENTIFYING INFORMATION",
    "never",
    make({ informationType: opt(u(7)), dataOut: blob(0, 16) }),
  ),
  one("readBuffer10", "READ BUFFER(10)", "safe", alloc({ ...buffer, bufferOffset: opt(u(24)) })),
  one("readBuffer16", "READ BUFFER(16)", "safe", alloc({ ...buffer, bufferOffset: opt(lba64) })),
  one("writeBuffer", "WRITE BUFFER", "never", make({ ...buffer, bufferOffset: opt(u(24)), dataOut: blob(0, 16) })),
  one("sendDiagnostic", "SEND DIAGNOSTIC", "never", make({ ...selfTest, dataOut: blob(0, 16) })),
  one("receiveDiagnosticResults", "RECEIVE DIAGNOSTIC RESULTS", "safe", alloc({ pageCode: opt(u(8)) })),
  one("securityProtocolIn", "SECURITY PROTOCOL IN", "never", alloc(security)),
  {
    ...one(
      "securityProtocolIn",
      "SECURITY PROTOCOL IN",
      "never",
      make({ ...security, increment512: fc.constant(true), allocationLength: fc.constantFrom(0, 512, 1024) }),
    ),
    otherUnits: true,
  },
  one("securityProtocolOut", "SECURITY PROTOCOL OUT", "never", make({ ...security, dataOut: blob(0, 16) })),
  one(
    "extendedCopy",
    "EXTENDED COPY(LID1)",
    "never",
    make({ listId: u(8), cscds: fc.constant([]), segments: fc.constant([]), inlineData: blob(0, 16) }),
  ),
  one("receiveCopyStatus", "RECEIVE COPY STATUS(LID1)", "safe", alloc({ listId: u(8) })),
  one("receiveCopyData", "RECEIVE COPY DATA(LID1)", "never", alloc({ listId: u(8) })),
  one("receiveCopyOperatingParameters", "RECEIVE COPY OPERATING PARAMETERS", "safe", alloc()),
  one("receiveCopyFailureDetails", "RECEIVE COPY FAILURE DETAILS(LID1)", "never", alloc({ listId: u(8) })),
  one("copyOperationAbort", "COPY OPERATION ABORT", "never", make({ listIdentifier: u(32) })),
];
