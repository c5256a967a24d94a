/**
 * Where a new SCSI command must be written down: pure, from the texts that are there to the texts that shall be there.
 *
 * @module
 */

import { type CommandRequest, Refusal } from "./request.ts";
import { codeHex, commandFile, type Names, namesOf, standardHex, testFile } from "./templates.ts";

/** What there is to write. */
export interface Plan {
  /** New texts by path from the root of the repository; most of them replace one. */
  files: Map<string, string>;
  /** What is left for a human, a line each. */
  next: string[];
}

const NAMES = "src/scsi/cdb/names.ts";
const MODULE = "src/scsi/mod.ts";
const TABLE = "docs/scsi.md";

/**
 * Plans a new command. `read` gives the text of a file, undefined where there is none.
 *
 * @throws {Refusal} where the command, or anything that it needs a name for, is there already
 */
export function planCommand(request: CommandRequest, read: (path: string) => string | undefined): Plan {
  const names = namesOf(request.name);
  const folder = request.standard.toLowerCase();
  const file = `src/scsi/commands/${folder}/${names.file}.ts`;
  const test = `tests/unit/scsi/commands/${folder}/${names.file}.test.ts`;
  for (const path of [file, test]) if (read(path) !== undefined) throw new Refusal(`${path} exists`);
  const edit = (path: string, change: (text: string) => string): [string, string] => {
    const text = read(path);
    if (text === undefined) throw new Refusal(`${path} is not there`);
    try {
      return [path, change(text)];
    } catch (error) {
      throw error instanceof Refusal ? error : new Error(`${path}: ${(error as Error).message}`);
    }
  };
  const files = new Map<string, string>([
    edit(NAMES, (text) => addName(text, request)),
    edit(MODULE, (text) => addExport(text, request, names)),
    [file, commandFile(request, names)],
    edit(`src/scsi/commands/${folder}/registry.ts`, (text) => addToRegistry(text, names)),
    edit(TABLE, (text) => addRow(text, request, names, filesOf(read(MODULE) ?? ""))),
    edit(`tests/unit/scsi/samples/builders/${folder}.ts`, (text) => addSample(text, request, names)),
    [test, testFile(request, names)],
  ]);
  const next = [
    `${file}: the fields, in the table and in the layout; options with units and ranges; data in or out.`,
    `${test}: OPTIONS and GOLDEN. It fails until then.`,
    `tests/unit/scsi/samples/builders/${folder}.ts: the same options, for values by chance.`,
    "If it writes to the medium: its case in src/scsi/effect.ts.",
  ];
  return { files, next };
}

/** The part of a text from `start` up to the next `end`. @throws where it has none */
function part(text: string, start: string, end: RegExp): { from: number; to: number; inside: string } {
  const from = text.indexOf(start);
  if (from < 0) throw new Error(`there is no ${JSON.stringify(start)}`);
  const begin = from + start.length;
  const found = text.slice(begin).search(end);
  const to = found < 0 ? text.length : begin + found;
  return { from: begin, to, inside: text.slice(begin, to) };
}

function insert(text: string, at: number, line: string): string {
  return text.slice(0, at) + line + text.slice(at);
}

/** The file of each name that a module imports or exports, as `name.ts`. */
function filesOf(text: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const [, list, path] of text.matchAll(/^(?:import|export) \{([^}]*)\} from "([^"]+)";$/gm)) {
    const file = path!.slice(path!.lastIndexOf("/") + 1);
    for (const name of list!.matchAll(/\w+(?=\s*(?:,|$))/g)) files.set(name[0], file);
  }
  return files;
}

/**
 * Where a new line belongs in a list that follows the names of the commands' files: before the first line of a later file,
 * else behind the last line.
 */
function placeByFile(lines: readonly RegExpExecArray[], files: ReadonlyMap<string, string>, file: string): number {
  const later = lines.find((line) => (files.get(line[1]!) ?? "") > `${file}.ts`);
  const last = lines.at(-1);
  if (last === undefined) throw new Error("the list is empty");
  return later?.index ?? last.index + last[0].length;
}

function addName(text: string, { name, standard, opcode, serviceAction }: CommandRequest): string {
  const { from, to, inside } = part(text, `\n  ${standard}: [\n`, /^ {2}\],$/m);
  const action = serviceAction ?? -1;
  let at = to;
  for (const row of inside.matchAll(/^ {4}\[(0x[0-9a-f]+), (-1|0x[0-9a-f]+), "(.+)"\],\n/gm)) {
    const [code, other, known] = [Number(row[1]), Number(row[2]), row[3]];
    if (known === name) throw new Refusal(`${standard} has ${name} already`);
    if (code === opcode && (other === action || other === -1 || action === -1)) {
      throw new Refusal(`${known} of ${standard} has opcode ${standardHex(code)} already`);
    }
    if (at === to && (code > opcode || (code === opcode && other > action))) at = from + row.index;
  }
  const actionText = serviceAction === undefined ? "-1" : codeHex(serviceAction);
  return insert(text, at, `    [${codeHex(opcode)}, ${actionText}, "${name}"],\n`);
}

function addExport(text: string, { standard }: CommandRequest, { builder, file }: Names): string {
  if (new RegExp(`[{,]\\s*${builder}\\s*[,}]`).test(text)) throw new Refusal(`${MODULE} exports ${builder} already`);
  const { from, to, inside } = part(text, `\n// ${standard}: `, /^\/\/ /m);
  const path = `./commands/${standard.toLowerCase()}/${file}.ts`;
  let at = to;
  for (const statement of inside.matchAll(/^export \{[^}]*\} from "([^"]+)";\n/gm)) {
    if (at === to && statement[1]! > path) at = from + statement.index;
  }
  return insert(text, at, `export { ${builder} } from "${path}";\n`);
}

function addToRegistry(text: string, { constant, file }: Names): string {
  const path = `./${file}.ts`;
  const imports = [...text.matchAll(/^import \{[^}]*\} from "(\.\/[^"]+)";\n/gm)];
  const after = imports.find((one) => one[1]! > path);
  const last = imports.at(-1);
  if (last === undefined) throw new Error("there are no imports");
  const withImport = insert(
    text,
    after?.index ?? last.index + last[0].length,
    `import { ${constant} } from "${path}";\n`,
  );
  const { from, inside } = part(withImport, "_LAYOUTS: readonly CdbLayout[] = [\n", /^\];$/m);
  const at = placeByFile([...inside.matchAll(/^ {2}(\w+),\n/gm)], filesOf(withImport), file);
  return insert(withImport, from + at, `  ${constant},\n`);
}

function addRow(
  text: string,
  request: CommandRequest,
  { builder, file }: Names,
  files: ReadonlyMap<string, string>,
): string {
  const { name, standard, opcode, serviceAction, source } = request;
  const { from, inside } = part(text, `(${standard})\n`, /^#/m);
  const rows = [...inside.matchAll(/^\|[^|]*\|[^|]*\| *`(\w+)`.*\n/gm)];
  const action = serviceAction === undefined ? "" : `/${standardHex(serviceAction, opcode === 0x7f ? 4 : 2)}`;
  const row = `| ${name} | ${standardHex(opcode)}${action} | \`${builder}\` | | ${source} |\n`;
  return insert(text, from + placeByFile(rows, files, file), row);
}

/** At the end: the samples stand together by subject, which is for a human to see. */
function addSample(text: string, { name, replay, standard }: CommandRequest, { builder }: Names): string {
  const { to } = part(text, "_BUILDERS: readonly BuilderCase[] = [\n", /^\];$/m);
  const set = standard === "SPC" || standard === "SBC" ? "" : `, "${standard}"`;
  const withSample = insert(text, to, `  one("${builder}", "${name}", "${replay}", make({})${set}),\n`);
  return withSample.replace(
    /^import \{([^}]*)\} from "\.\/options\.ts";$/m,
    (whole, names: string) =>
      /\bmake\b/.test(names) ? whole : `import {${names.trimEnd().replace(/,$/, "")}, make } from "./options.ts";`,
  );
}
