import { checkBytes, checkKeys, wrongRange } from "../../../arguments.ts";
import { command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, flag, uint } from "../../data/field.ts";
import { checkNumber, putUint } from "../../data/put.ts";
import type { ScsiCommand } from "../../../command.ts";

export const FORMAT_UNIT: CdbLayout = layout(
  "FORMAT UNIT",
  { opcode: 0x04, length: 6, set: "SBC", source: "SBC-3 FORMAT UNIT" },
  [
    bits("protectionInformation", 1, 7, 2),
    flag("longList", 1, 5),
    flag("formatData", 1, 4),
    flag("completeList", 1, 3),
    bits("defectListFormat", 1, 2, 3),
    uint("vendorSpecific", 2, 1),
    bits("fastFormat", 4, 1, 2),
  ],
);

/** The parameter list of FORMAT UNIT. */
export interface FormatParameters {
  /** PROTECTION FIELD USAGE, 0 to 7. */
  protectionFieldUsage?: number | undefined;
  /** P_I_EXPONENT, 0 to 15; needs a long list. */
  protectionIntervalExponent?: number | undefined;
  /** FOV: the next three count. */
  formatOptionsValid?: boolean | undefined;
  /** DPRY: leave the primary defect list out. */
  disablePrimary?: boolean | undefined;
  /** DCRT: no certification. */
  disableCertification?: boolean | undefined;
  /** STPF: stop where a list cannot be found. */
  stopFormat?: boolean | undefined;
  /** IMMED: status before the work is done. */
  immediate?: boolean | undefined;
  /** Defect list: descriptors of the format that `defectListFormat` names. */
  defectList?: Uint8Array | undefined;
}

/** Options of FORMAT UNIT. */
export interface FormatUnitOptions extends CommandOptions {
  /** FMTPINFO, 0 to 3: protection information. */
  protectionInformation?: number | undefined;
  /** LONGLIST: the parameter list has the long header. */
  longList?: boolean | undefined;
  /** CMPLST: the defect list is complete. */
  completeList?: boolean | undefined;
  /** DEFECT LIST FORMAT, 0 to 7. */
  defectListFormat?: number | undefined;
  /** Byte 2. */
  vendorSpecific?: number | undefined;
  /** FFMT, 0 to 3: 1 and 2 leave the blocks as they are. */
  fastFormat?: number | undefined;
  /** The parameter list. Default: none (FMTDATA zero). */
  parameters?: FormatParameters | undefined;
}

const PARAMETERS: readonly (keyof FormatParameters)[] = [
  "protectionFieldUsage",
  "protectionIntervalExponent",
  "formatOptionsValid",
  "disablePrimary",
  "disableCertification",
  "stopFormat",
  "immediate",
  "defectList",
];

function parameterList(list: FormatParameters, long: boolean): Uint8Array {
  checkKeys("parameters of FORMAT UNIT", list, PARAMETERS);
  const header = long ? 8 : 4;
  const defects = checkBytes(
    "defectList of FORMAT UNIT",
    list.defectList ?? new Uint8Array(0),
    0,
    long ? 0xffffffff : 0xffff,
  );
  const bytes = new Uint8Array(header + defects.length);
  bytes[0] = checkNumber("protectionFieldUsage of FORMAT UNIT", list.protectionFieldUsage ?? 0, 0, 7);
  bytes[1] = (list.formatOptionsValid ? 0x80 : 0) | (list.disablePrimary ? 0x40 : 0) |
    (list.disableCertification ? 0x20 : 0) | (list.stopFormat ? 0x10 : 0) | (list.immediate ? 0x02 : 0);
  const exponent = checkNumber(
    "protectionIntervalExponent of FORMAT UNIT",
    list.protectionIntervalExponent ?? 0,
    0,
    15,
  );
  if (long) bytes[3] = exponent;
  else if (exponent > 0) {
    throw wrongRange("protectionIntervalExponent of FORMAT UNIT", "be 0 without longList", exponent);
  }
  putUint(bytes, long ? 4 : 2, long ? 4 : 2, defects.length);
  bytes.set(defects, header);
  return bytes;
}

/** FORMAT UNIT: all data are lost. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function formatUnit(options: FormatUnitOptions = {}): ScsiCommand {
  const { parameters, ...rest } = given("FORMAT UNIT", options);
  const dataOut = parameters === undefined ? undefined : parameterList(parameters, rest.longList === true);
  return command(FORMAT_UNIT, rest, { dataOut, replay: "never" }, { formatData: parameters !== undefined });
}
