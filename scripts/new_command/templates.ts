/**
 * The texts that `deno task new-command` writes.
 *
 * @module
 */

import { type CommandRequest, STANDARDS } from "./request.ts";

/** What the code calls a command. */
export interface Names {
  /** `READ_16`. */
  constant: string;
  /** `read16`. */
  builder: string;
  /** `read_16`. */
  file: string;
}

/** The names that follow from the standard's. */
export function namesOf(name: string): Names {
  const words = name.match(/[A-Z0-9]+/g) ?? [];
  const camel = words.map((word, index) => index === 0 ? word.toLowerCase() : word[0] + word.slice(1).toLowerCase());
  return { constant: words.join("_"), builder: camel.join(""), file: words.join("_").toLowerCase() };
}

/** `9Eh`. */
export function standardHex(value: number, digits: number = 2): string {
  return `${value.toString(16).toUpperCase().padStart(digits, "0")}h`;
}

/** `0x9e`. */
export function codeHex(value: number, digits: number = 2): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

/** Rows of the table of bytes: what is known before the standard has been looked at. */
function layoutRows({ opcode, serviceAction, length }: CommandRequest): [bytes: string, what: string][] {
  if (opcode === 0x7f) {
    return [
      ["0", "opcode, 7Fh"],
      ["1", "CONTROL"],
      ["2 to 6", "fields of the standard"],
      ["7", `additional CDB length, ${standardHex(length - 8)}`],
      ["8 to 9", `service action, ${standardHex(serviceAction ?? 0, 4)}`],
      [`10 to ${length - 1}`, "fields of the standard"],
    ];
  }
  const rows: [string, string][] = [["0", `opcode, ${standardHex(opcode)}`]];
  if (serviceAction !== undefined) rows.push(["1", `bits 4 to 0: service action, ${standardHex(serviceAction)}`]);
  rows.push([`${serviceAction === undefined ? 1 : 2} to ${length - 2}`, "fields of the standard"]);
  rows.push([`${length - 1}`, "CONTROL"]);
  return rows;
}

/** The command's own file. */
export function commandFile(request: CommandRequest, { constant, builder }: Names): string {
  const { name, opcode, serviceAction, length, standard, source, replay } = request;
  const width = Math.max(...layoutRows(request).map(([, what]) => what.length));
  const row = (bytes: string, what: string): string => ` * | ${bytes.padEnd(9)} | ${what.padEnd(width)} |`;
  const action = serviceAction === undefined
    ? ""
    : ` serviceAction: ${codeHex(serviceAction, opcode === 0x7f ? 4 : 2)},`;
  return `/**
 * ${name}.
 *
${row("byte", "contents")}
 * | ${"-".repeat(9)} | ${"-".repeat(width)} |
${layoutRows(request).map(([bytes, what]) => row(bytes, what)).join("\n")}
 *
 * @module
 */
import { command, type CommandOptions } from "../../cdb/build.ts";
import { type CdbLayout, layout } from "../../cdb/layout.ts";
import type { ScsiCommand } from "../../../command.ts";

export const ${constant}: CdbLayout = layout(
  "${name}",
  { opcode: ${codeHex(opcode)},${action} length: ${length}, set: "${standard}", source: "${source}" },
  [],
);

/** ${name}. @throws {RangeError} \`ERR_OUT_OF_RANGE\` */
export function ${builder}(options: CommandOptions = {}): ScsiCommand {
  return command(${constant}, options, { replay: "${replay}" });
}
`;
}

/** The command's test, which fails until the CDB stands in it. */
export function testFile({ name, source, standard }: CommandRequest, { builder }: Names): string {
  return `// ${name}: the CDB as ${source.split(" ")[0]} draws it.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { fromHex, toHex } from "../../../../../src/bytes/mod.ts";
import { ${builder}, parseCdb } from "../../../../../src/scsi/mod.ts";

/** Every option with a value other than zero. */
const OPTIONS = { control: 0xc4 };
/** The CDB for these options in hex, two digits a byte, written down from the standard and not from what the builder makes. */
const GOLDEN = "";

test("${name} is encoded as the standard draws it", () => {
  assert.is(toHex(${builder}(OPTIONS).cdb), GOLDEN);
});

test("${name} is parsed to the options that it was made of, and none of its fields is left out", () => {
  const { name, fields } = parseCdb(fromHex(GOLDEN), { deviceType: ${codeHex(STANDARDS[standard].deviceType)} });
  assert.is(name, "${name}");
  for (const [field, value] of Object.entries(fields)) assert.ok(Number(value) !== 0, field);
});

test.run();
`;
}
