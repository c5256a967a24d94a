import { given } from "../cdb/build.ts";
import { checkBytes } from "../../arguments.ts";
import { checkNumber } from "../data/put.ts";
import type { Replay, ScsiCommand, TaskAttribute } from "../../command.ts";

/** A command by its bytes. */
export interface RawCommandOptions {
  /** The CDB, 1 to 260 bytes; it is copied. */
  cdb: Uint8Array;
  /** Where data from the logical unit go, or their greatest length in bytes. */
  dataIn?: Uint8Array | number | undefined;
  /** Data for the logical unit. With `dataIn` too the command is bidirectional. */
  dataOut?: Uint8Array | undefined;
  /**
   * May it be sent again when its answer was lost.
   *
   * @default "never"
   */
  replay?: Replay | undefined;
  /** Task attribute. */
  attribute?: TaskAttribute | undefined;
}

const OPTIONS: readonly (keyof RawCommandOptions)[] = ["cdb", "dataIn", "dataOut", "replay", "attribute"];

/**
 * Any CDB. Nothing in it is looked at: neither lengths nor opcode.
 *
 * @throws {RangeError} `ERR_OUT_OF_RANGE` for a CDB of 0 or of more than 260 bytes
 */
export function rawCommand(options: RawCommandOptions): ScsiCommand {
  const { cdb, dataIn, dataOut, replay, attribute } = given("a raw CDB", options, OPTIONS);
  checkBytes("A raw CDB", cdb, 1, 260);
  if (dataOut !== undefined) checkBytes("dataOut of a raw CDB", dataOut);
  return {
    cdb: cdb.slice(),
    dataIn: typeof dataIn === "number"
      ? new Uint8Array(checkNumber("dataIn of a raw CDB", dataIn, 0, 0xffffffff))
      : dataIn === undefined
      ? undefined
      : checkBytes("dataIn of a raw CDB", dataIn),
    dataOut,
    replay: replay ?? "never",
    attribute,
  };
}
