/**
 * `lunstream scsi sense` and `cdb`: bytes that the user has, decoded without a session.
 *
 * @module
 */
import { wrongValue } from "../../arguments.ts";
import { fromHex } from "../../bytes/mod.ts";
import { ascName, describeSense, parseCdb, parseSense, senseKeyName } from "../../scsi/mod.ts";
import { ExitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { hexNumber, toJson, toText, warn } from "./print.ts";

/**
 * Bytes of arguments in hexadecimal: `70 00 05`, `700005`, `0x70,0x00`, as programs and logs print them.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_VALUE`
 */
export function bytesOf(words: readonly string[]): Uint8Array {
  const text = words.join(" ").replaceAll(/\b0x/gi, "").split(/[\s,:]+/).filter((one) => one !== "")
    // A single digit is a byte, as in `0 0 5`; anything else must have two digits a byte.
    .map((one) => one.length === 1 ? `0${one}` : one).join("");
  const bytes = fromHex(text);
  if (bytes.length === 0) throw wrongValue("HEX", "be bytes in hexadecimal", "none");
  return bytes;
}

/** `lunstream scsi sense HEX…`. */
export async function showSense(io: CliIo, words: readonly string[], options: { json?: true }): Promise<number> {
  const sense = parseSense(bytesOf(words));
  warn(io, sense);
  if (options.json) {
    await io.out(toJson({ summary: describeSense(sense), ...sense }));
    return ExitCode.Done;
  }
  const { senseKey, asc, ascq, responseCode, ...members } = sense;
  // Flags that are not set and empty lists would only clutter the output.
  const empty = (value: unknown): boolean =>
    value === false || (value as { length?: number } | undefined)?.length === 0;
  const rest = Object.fromEntries(Object.entries(members).filter(([, value]) => !empty(value)));
  await io.out(`${describeSense(sense)}\n`);
  await io.out(toText({
    responseCode: hexNumber(responseCode),
    senseKey: `${hexNumber(senseKey, 1)} ${senseKeyName(senseKey)}`,
    additionalSenseCode: `${hexNumber(asc)},${hexNumber(ascq)} ${ascName(asc, ascq)}`,
    ...rest,
  }, "  "));
  return ExitCode.Done;
}

/** Options of `lunstream scsi cdb`. */
export interface CdbOptions {
  json?: true;
  type?: number;
}

/** `lunstream scsi cdb HEX…`. */
export async function showCdb(io: CliIo, words: readonly string[], options: CdbOptions): Promise<number> {
  const parsed = parseCdb(bytesOf(words), { deviceType: options.type });
  const { name, opcode, serviceAction, length, fields } = parsed;
  if (options.json) {
    await io.out(toJson({ name: name ?? null, opcode, serviceAction, length, fields }));
    return ExitCode.Done;
  }
  const action = serviceAction === undefined ? "" : `, service action ${hexNumber(serviceAction)}`;
  await io.out(`${name ?? "not known"} (opcode ${hexNumber(opcode)}${action}, ${length} bytes)\n`);
  await io.out(toText(fields, "  "));
  return ExitCode.Done;
}
