/**
 * GET CONFIGURATION: the profile and the features of a drive.
 *
 * @module
 */
import { allocation, type AllocationOptions, command } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { bits, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { ScsiCommand } from "../../../command.ts";

export const GET_CONFIGURATION: CdbLayout = layout(
  "GET CONFIGURATION",
  { opcode: 0x46, length: 10, set: "MMC", source: "MMC-6 GET CONFIGURATION" },
  [bits("requestedType", 1, 1, 2), uint("startingFeature", 2, 2), uint("allocationLength", 7, 2)],
);

/** GET CONFIGURATION; `requestedType`: 0 all features, 1 current ones, 2 one. 4096 bytes by default. @throws {RangeError} */
export function getConfiguration(
  options: AllocationOptions & { requestedType?: number | undefined; startingFeature?: number | undefined } = {},
): ScsiCommand {
  const dataIn = allocation("GET CONFIGURATION", options, 4096, 0xffff);
  return command(GET_CONFIGURATION, options, { dataIn, replay: "safe" }, { allocationLength: dataIn.length });
}

/** A feature of a drive. */
export interface Feature {
  /** Feature code. */
  readonly code: number;
  /** VERSION. */
  readonly version: number;
  /** PERSISTENT: always current. */
  readonly persistent: boolean;
  /** CURRENT: with the medium that is in now. */
  readonly current: boolean;
  /** Feature dependent bytes. */
  readonly data: Uint8Array;
}
/** The answer to GET CONFIGURATION. */
export interface DriveConfiguration extends ParsedAnswer {
  /** Current profile: 0 none, 8 CD-ROM, 0x10 DVD-ROM … */
  readonly currentProfile: number;
  /** Features. */
  readonly features: readonly Feature[];
}
/** Parses the answer to GET CONFIGURATION (MMC-6). @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes */
export function parseConfiguration(bytes: Uint8Array): DriveConfiguration {
  const answer = new Answer("The answer to GET CONFIGURATION", bytes, 8);
  answer.announce(4 + answer.u32(0));
  const features: Feature[] = [];
  let at = 8;
  while (answer.has(at, 4) && answer.has(at, 4 + answer.u8(at + 3))) {
    features.push({
      code: answer.u16(at),
      version: answer.bits(at + 2, 5, 4),
      persistent: answer.flag(at + 2, 1),
      current: answer.flag(at + 2, 0),
      data: answer.copy(at + 4, answer.u8(at + 3)),
    });
    at += 4 + answer.u8(at + 3);
  }
  if (at < answer.end && answer.missing === 0) answer.problem(`The feature at byte ${at} is cut`);
  return { currentProfile: answer.u16(6), features, ...answer.report() };
}
