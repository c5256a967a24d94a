/**
 * Parsed answers as JSON and as text for people.
 *
 * @module
 */
import { toHex } from "../../bytes/mod.ts";
import type { ParsedAnswer } from "../../scsi/mod.ts";
import type { CliIo } from "../io.ts";

/** Members that both forms of output leave to {@link warn}. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(["missing", "problems"]);

/** JSON: bytes as hexadecimal digits, integers beyond 2^53 - 1 as decimal text. */
export function toJson(value: unknown): string {
  const replace = (_name: string, one: unknown): unknown => {
    if (typeof one === "bigint") return one <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(one) : one.toString();
    if (one instanceof Uint8Array) return toHex(one);
    return one;
  };
  return `${JSON.stringify(value, replace, 2)}\n`;
}

const ACRONYMS: ReadonlySet<string> = new Set(
  "aca asc ascq ata cd cdb crc dpo dvd ecc edc fua id isrc lba msf naa naca ndob rarc sat upc uuid worm".split(" "),
);

/** `maxUnmapBlocks` as `Max unmap blocks`, `lba` as `LBA`. */
function words(name: string): string {
  const parts = name.replaceAll(/([a-z])([A-Z0-9])/g, "$1 $2").toLowerCase().split(" ");
  const text = parts.map((part) => ACRONYMS.has(part) ? part.toUpperCase() : part).join(" ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Bytes in rows of sixteen, each with its offset. */
export function hexDump(bytes: Uint8Array, indent: string = ""): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 16) {
    const row = bytes.subarray(at, at + 16);
    const digits = Array.from(row, (byte) => byte.toString(16).padStart(2, "0")).join(" ").padEnd(47);
    const shown = Array.from(row, (byte) => byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".").join("");
    text += `${indent}${at.toString(16).padStart(4, "0")}  ${digits}  ${shown}\n`;
  }
  return text;
}

/** Longest run of bytes that stands on one line with its name. */
const SHORT_BYTES = 24;

function oneLine(value: unknown): string | undefined {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "string") return String(value);
  if (value instanceof Uint8Array) {
    return value.length === 0 ? "none" : value.length <= SHORT_BYTES ? toHex(value) : undefined;
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return "none";
    if (value.every((one) => typeof one !== "object")) return value.map((one) => oneLine(one)).join(", ");
  }
  return undefined;
}

/** An object as indented lines of `Name: value`; what is undefined is left out. */
export function toText(value: object, indent: string = ""): string {
  let text = "";
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || TOLD_ELSEWHERE.has(name)) continue;
    const line = oneLine(member);
    if (line !== undefined) text += `${indent}${words(name)}: ${line}\n`;
    else if (member instanceof Uint8Array) text += `${indent}${words(name)}:\n${hexDump(member, `${indent}  `)}`;
    else if (Array.isArray(member)) {
      text += `${indent}${words(name)}:\n`;
      for (const item of member as object[]) text += bullet(toText(item, `${indent}    `), indent);
    } else text += `${indent}${words(name)}:\n${toText(member as object, `${indent}  `)}`;
  }
  return text;
}

/** Puts a dash before the first line of an item. */
function bullet(text: string, indent: string): string {
  return `${indent}  - ${text.slice(indent.length + 4)}`;
}

/** Reports on standard error what was truncated or wrong in an answer. */
export function warn(io: CliIo, answer: ParsedAnswer): void {
  for (const problem of answer.problems) io.error(`lunstream: ${problem}\n`);
}

/** A number as the standards write it: `0x0a`. */
export function hexNumber(value: number, digits: number = 2): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}
