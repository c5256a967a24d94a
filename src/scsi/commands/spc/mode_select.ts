/**
 * MODE SELECT(6) and (10).
 *
 * @module
 */
import { joinBytes } from "../../../bytes/join.ts";
import { checkAnyInteger, checkArray, checkBytes, wrongValue } from "../../../arguments.ts";
import { checkNumber, type Integer, putUint } from "../../data/put.ts";
import { command, type CommandOptions, given, objects } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { flag, uint } from "../../data/field.ts";
import type { ScsiCommand } from "../../../command.ts";

export const MODE_SELECT_6: CdbLayout = layout(
  "MODE SELECT(6)",
  { opcode: 0x15, length: 6, set: "SPC", source: "SPC-4 MODE SELECT (6)" },
  [
    flag("pageFormat", 1, 4),
    flag("revertToDefaults", 1, 1),
    flag("savePages", 1, 0),
    uint("parameterListLength", 4, 1),
  ],
);
export const MODE_SELECT_10: CdbLayout = layout(
  "MODE SELECT(10)",
  { opcode: 0x55, length: 10, set: "SPC", source: "SPC-4 MODE SELECT (10)" },
  [
    flag("pageFormat", 1, 4),
    flag("revertToDefaults", 1, 1),
    flag("savePages", 1, 0),
    uint("parameterListLength", 7, 2),
  ],
);

/** A block descriptor to send. */
export interface ModeSelectBlockDescriptor {
  /** Density code, 0 to 255: for tapes, which must be given one. Absent for disks. */
  densityCode?: number | undefined;
  /**
   * Blocks; 0: as they are. Short descriptors hold 24 bits after a density code, else 32; long ones 64.
   *
   * @default 0
   */
  blocks?: Integer | undefined;
  /** Bytes in a block; 24 bits in short descriptors, 32 in long ones. */
  blockLength: number;
}

/** Options of MODE SELECT. */
export interface ModeSelectOptions extends CommandOptions {
  /** Whole pages, headers included, as `encodeModePage` makes them. */
  pages: readonly Uint8Array[];
  /** Block descriptors. Default: none. */
  blockDescriptors?: readonly ModeSelectBlockDescriptor[] | undefined;
  /**
   * Medium type, 0 to 255.
   *
   * @default 0
   */
  mediumType?: number | undefined;
  /**
   * Device specific parameter, 0 to 255. On disks it must be 0, on tapes it holds the buffered mode.
   *
   * @default 0
   */
  deviceSpecific?: number | undefined;
  /**
   * PF: the pages are as the standard says.
   *
   * @default true
   */
  pageFormat?: boolean | undefined;
  /** SP: save the pages over power cycles. */
  savePages?: boolean | undefined;
  /** RTD: all pages go back to their defaults; `pages` must be empty. */
  revertToDefaults?: boolean | undefined;
}
/** Options of MODE SELECT(10). */
export interface ModeSelect10Options extends ModeSelectOptions {
  /** LONGLBA: send long block descriptors. */
  longLba?: boolean | undefined;
}

function descriptors(list: readonly ModeSelectBlockDescriptor[], longLba: boolean): Uint8Array {
  const size = longLba ? 16 : 8;
  const bytes = new Uint8Array(size * list.length);
  list.forEach((one, i) => {
    const at = i * size;
    if (longLba) {
      putUint(bytes, at, 8, checkAnyInteger("blocks", one.blocks ?? 0, 0, 0xffff_ffff_ffff_ffffn));
      putUint(bytes, at + 12, 4, checkNumber("blockLength", one.blockLength, 0, 0xffffffff));
      return;
    }
    // On disks the byte of the density code is the highest of the count (SBC-4).
    if (one.densityCode === undefined) putUint(bytes, at, 4, checkNumber("blocks", one.blocks ?? 0, 0, 0xffffffff));
    else {
      bytes[at] = checkNumber("densityCode", one.densityCode, 0, 255);
      putUint(bytes, at + 1, 3, checkNumber("blocks", one.blocks ?? 0, 0, 0xffffff));
    }
    putUint(bytes, at + 5, 3, checkNumber("blockLength", one.blockLength, 0, 0xffffff));
  });
  return bytes;
}

function build(cdb: CdbLayout, options: ModeSelect10Options, header: number): ScsiCommand {
  const { pages, blockDescriptors, mediumType, deviceSpecific, longLba, ...rest } = given(cdb.name, options);
  checkArray(`pages of ${cdb.name}`, pages);
  if (options.revertToDefaults === true && (pages.length > 0 || (blockDescriptors?.length ?? 0) > 0)) {
    throw wrongValue(`pages of ${cdb.name}`, "be none with revertToDefaults", String(pages.length));
  }
  if (longLba && header === 4) throw wrongValue(`longLba of ${cdb.name}`, "be absent", "true");
  const blocks = descriptors(objects(`blockDescriptors of ${cdb.name}`, blockDescriptors ?? []), longLba === true);
  const parts = [blocks, ...pages.map((page) => checkBytes(`A page of ${cdb.name}`, page, 2))];
  const none = options.revertToDefaults === true && parts.every((part) => part.length === 0);
  const dataOut = none ? new Uint8Array(0) : joinBytes(parts, header);
  if (dataOut.length > 0) {
    // The mode data length is reserved in MODE SELECT: it stays zero.
    dataOut[header === 4 ? 1 : 2] = checkNumber(`mediumType of ${cdb.name}`, mediumType ?? 0, 0, 255);
    dataOut[header === 4 ? 2 : 3] = checkNumber(`deviceSpecific of ${cdb.name}`, deviceSpecific ?? 0, 0, 255);
    if (header === 4) dataOut[3] = checkNumber(`The block descriptor length of ${cdb.name}`, blocks.length, 0, 255);
    else {
      dataOut[4] = longLba ? 1 : 0;
      putUint(dataOut, 6, 2, blocks.length);
    }
  }
  const values = { parameterListLength: dataOut.length, pageFormat: rest.pageFormat ?? true };
  return command(cdb, rest, { dataOut, replay: "never" }, values);
}

/**
 * MODE SELECT(6): up to 255 bytes of header, descriptors and pages.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE` where they are longer
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE` for pages with `revertToDefaults`
 */
export function modeSelect6(options: ModeSelectOptions): ScsiCommand {
  return build(MODE_SELECT_6, options, 4);
}
/** MODE SELECT(10): up to 65535 bytes. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function modeSelect10(options: ModeSelect10Options): ScsiCommand {
  return build(MODE_SELECT_10, options, 8);
}
