/**
 * SECURITY PROTOCOL IN and OUT.
 *
 * @module
 */
import { checkBytes, checkMultiple } from "../../../arguments.ts";
import { allocation, type AllocationOptions, command, type CommandOptions, given } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import { flag, need, uint } from "../../data/field.ts";
import { Answer, type ParsedAnswer } from "../../data/answer.ts";
import type { ScsiCommand } from "../../../command.ts";

export const SECURITY_PROTOCOL_IN: CdbLayout = layout(
  "SECURITY PROTOCOL IN",
  { opcode: 0xa2, length: 12, set: "SPC", source: "SPC-4 SECURITY PROTOCOL IN" },
  [
    need(uint("securityProtocol", 1, 1)),
    uint("protocolSpecific", 2, 2),
    flag("increment512", 4, 7),
    uint("allocationLength", 6, 4),
  ],
);
export const SECURITY_PROTOCOL_OUT: CdbLayout = layout(
  "SECURITY PROTOCOL OUT",
  { opcode: 0xb5, length: 12, set: "SPC", source: "SPC-4 SECURITY PROTOCOL OUT" },
  [
    need(uint("securityProtocol", 1, 1)),
    uint("protocolSpecific", 2, 2),
    flag("increment512", 4, 7),
    uint("parameterListLength", 6, 4),
  ],
);

/** What both have. */
export interface SecurityProtocolSelection {
  /** Security protocol, 0 to 255; 0: information about the protocols. */
  securityProtocol: number;
  /** SECURITY PROTOCOL SPECIFIC, 0 to 65535. */
  protocolSpecific?: number | undefined;
  /** INC_512: the length counts 512-byte units. The data must then be a multiple of 512 bytes. */
  increment512?: boolean | undefined;
}

function units(name: string, bytes: number, increment: boolean | undefined): number {
  if (!increment) return bytes;
  return checkMultiple(`length of ${name}`, bytes, 512) / 512;
}

/** SECURITY PROTOCOL IN; 4096 bytes by default. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function securityProtocolIn(options: AllocationOptions & SecurityProtocolSelection): ScsiCommand {
  const dataIn = allocation("SECURITY PROTOCOL IN", options, 4096, 0xffffffff);
  const allocationLength = units("SECURITY PROTOCOL IN", dataIn.length, options.increment512);
  return command(SECURITY_PROTOCOL_IN, options, { dataIn, replay: "never" }, { allocationLength });
}
/** SECURITY PROTOCOL OUT. @throws {RangeError} `ERR_OUT_OF_RANGE` */
export function securityProtocolOut(
  options: CommandOptions & SecurityProtocolSelection & { dataOut: Uint8Array },
): ScsiCommand {
  given("SECURITY PROTOCOL OUT", options);
  const dataOut = checkBytes("dataOut of SECURITY PROTOCOL OUT", options.dataOut);
  const parameterListLength = units("SECURITY PROTOCOL OUT", dataOut.length, options.increment512);
  return command(SECURITY_PROTOCOL_OUT, options, { dataOut, replay: "never" }, { parameterListLength });
}

/** The protocols that a device has. */
export interface SecurityProtocols extends ParsedAnswer {
  /** Security protocols, 0 to 255. */
  readonly protocols: readonly number[];
}
/** Parses the list of security protocols (SPC-4). @throws {IscsiError} `SCSI_BAD_DATA` below 8 bytes */
export function parseSecurityProtocols(bytes: Uint8Array): SecurityProtocols {
  const answer = new Answer("The list of security protocols", bytes, 8);
  answer.announce(8 + answer.u16(6));
  return { protocols: [...answer.copy(8)], ...answer.report() };
}
