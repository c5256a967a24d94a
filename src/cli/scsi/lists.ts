/**
 * `lunstream scsi luns`, `opcodes` and `rtpg`.
 *
 * @module
 */
import { formatLun, lunHex } from "../../bytes/lun.ts";
import { ErrorCode, type IscsiError } from "../../errors.ts";
import {
  accessStateName,
  cdbName,
  type LunList,
  parseSupportedOpcodes,
  parseTargetPortGroups,
  reportSupportedOpcodes,
  reportTargetPortGroups,
  ScsiError,
  SelectReport,
  type SupportedOpcode,
  type SupportedOpcodes,
} from "../../scsi/mod.ts";
import { askLuns } from "../../scsi/ask/luns.ts";
import { askWhole, isTooLong } from "../../scsi/ask/question.ts";
import type { CliIo } from "../io.ts";
import { hexNumber, toJson, toText, warn } from "./print.ts";
import { type Unit, type UnitOptions, withUnit } from "./unit.ts";

/** Options of `lunstream scsi luns`. */
export interface LunsOptions extends UnitOptions {
  /** With the well known logical units. */
  all?: true;
}

/** LUN 0 is to answer whether there is such a unit or not; where it gives no list, the well known unit is asked. */
async function askLunsOf({ executor, reportLuns, signal }: Unit, selectReport: SelectReport): Promise<LunList> {
  try {
    return await askLuns(executor, { selectReport }, { signal });
  } catch (error) {
    const listless = error instanceof ScsiError || (error as IscsiError).code === ErrorCode.ScsiBadData;
    if (reportLuns === undefined || !listless || isTooLong(error)) throw error;
    try {
      return await askLuns(reportLuns, { selectReport }, { signal });
    } catch (second) {
      throw signal.aborted ? second : error;
    }
  }
}

/** `lunstream scsi luns`: REPORT LUNS. */
export function showLuns(io: CliIo, url: string, options: LunsOptions): Promise<number> {
  return withUnit(io, url, options, async (unit) => {
    const selectReport = options.all === true ? SelectReport.All : SelectReport.Addressable;
    const list = await askLunsOf(unit, selectReport);
    warn(io, list);
    if (options.json) {
      const luns = list.luns.map(({ raw, method, number }) => ({
        lun: number ?? formatLun(raw),
        method,
        raw: lunHex(raw),
      }));
      return await io.out(toJson(luns));
    }
    for (const { raw, method, number } of list.luns) {
      await io.out(
        `${lunHex(raw)}  ${method}  LUN ${formatLun(number ?? raw)}\n`,
      );
    }
  });
}

/** Options of `lunstream scsi opcodes`. */
export interface OpcodesOptions extends UnitOptions {
  timeouts?: true;
}

/** Most bytes of the list of operation codes: some thousand descriptors of 8 or 20 bytes would be many. */
const MOST_OPCODES = 256 * 1024;

function readOpcodes({ executor, signal }: Unit, timeouts: boolean): Promise<SupportedOpcodes> {
  return askWhole(
    executor,
    (allocationLength) => ({
      command: reportSupportedOpcodes({ timeouts, allocationLength }),
      parse: parseSupportedOpcodes,
    }),
    MOST_OPCODES,
    { signal },
  );
}

/** `lunstream scsi opcodes`: REPORT SUPPORTED OPERATION CODES. */
export function showOpcodes(io: CliIo, url: string, options: OpcodesOptions): Promise<number> {
  return withUnit(io, url, options, async (unit) => {
    const deviceType = await unit.deviceType();
    const list = await readOpcodes(unit, options.timeouts === true);
    warn(io, list);
    const named = list.opcodes.map((one) => ({ name: nameOf(one, deviceType), ...one }));
    if (options.json) return await io.out(toJson(named));
    for (const { name, opcode, serviceAction, cdbLength, timeouts } of named) {
      const code = `${hexNumber(opcode)}${serviceAction === undefined ? "" : `,${hexNumber(serviceAction)}`}`;
      const limits = timeouts === undefined
        ? ""
        : `, nominal ${timeouts.nominal} s, recommended ${timeouts.recommended} s`;
      await io.out(`${code.padEnd(10)}  ${name} (${cdbLength} bytes${limits})\n`);
    }
  });
}

function nameOf({ opcode, serviceAction = 0 }: SupportedOpcode, deviceType: number): string {
  const cdb = new Uint8Array(16);
  cdb[0] = opcode;
  if (opcode === 0x7f) cdb.set([serviceAction >> 8, serviceAction & 255], 8);
  else cdb[1] = serviceAction;
  return cdbName(cdb, deviceType);
}

/** `lunstream scsi rtpg`: REPORT TARGET PORT GROUPS. */
export function showTargetPortGroups(io: CliIo, url: string, options: UnitOptions): Promise<number> {
  return withUnit(io, url, options, async ({ ask }) => {
    const groups = parseTargetPortGroups(await ask(reportTargetPortGroups()));
    warn(io, groups);
    if (options.json) return await io.out(toJson(groups));
    for (const { group, state, supported, ...rest } of groups.groups) {
      const states = Object.entries(supported).filter(([, has]) => has).map(([name]) => name);
      await io.out(
        `Group ${hexNumber(group, 4)}: ${accessStateName(state)}\n${toText({ ...rest, supported: states }, "  ")}`,
      );
    }
  });
}
