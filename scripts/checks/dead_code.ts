/**
 * Dead code: exports of `src/` that no other module of `src/` uses and no entry point gives out, and members of internal types
 * that nothing reads. What only tests use is dead too, unless it is on the list of exceptions.
 *
 * Members are told apart by their names alone: one whose name is read anywhere in `src/` counts as read. That takes a second
 * where the language service takes minutes, and errs only towards silence.
 *
 * @module
 */

import ts from "typescript";
import { type Member, membersOf, publicTypes, readNames } from "./dead_members.ts";
import { exportsOf, identifiersOf, type ModuleExport, type ReExport, reExportsOf, usesOf } from "./module_names.ts";

/** What is published, and what stays although nothing uses it. */
export interface DeadCodeOptions {
  /** Modules whose exports users see, and those that run as programs. */
  entries: readonly string[];
  /** Names that stay, each with the reason: `path#name`, `path#Type.member` or `path#Type.*`. */
  exceptions?: Readonly<Record<string, string>>;
}

/**
 * Dead code among the modules of a program, given as path and text; each problem is `path:line: what`. An exception that no
 * longer matches anything is a problem too.
 */
export function deadCode(texts: ReadonlyMap<string, string>, options: DeadCodeOptions): string[] {
  const files = [...texts].map(([path, text]) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  const program = { files, exported: files.flatMap(exportsOf), handedOn: files.flatMap(reExportsOf) };
  const shown = shownBy(program, options.entries);
  const published = publicTypes(
    files,
    program.exported.filter(({ path, name }) => shown.has(`${path}#${name}`)).map(({ name }) => name),
  );
  const found = [
    ...deadExports(program, shown, published).map((one) => ({
      ...one,
      what: `${one.name} is exported, and no other module uses it`,
    })),
    ...deadMembers(files, published).map(({ path, line, type, name }) => ({
      path,
      line,
      name: `${type}.${name}`,
      what: `${type}.${name} is read nowhere`,
    })),
  ];
  const unused = new Set(Object.keys(options.exceptions ?? {}));
  const problems: string[] = [];
  const excepted = new Set(unused);
  for (const { path, line, name, what } of found) {
    const names = [`${path}#${name}`, `${path}#${name.replace(/\..*/, ".*")}`].filter((one) => excepted.has(one));
    for (const one of names) unused.delete(one);
    if (names.length === 0) problems.push(`${path}:${line}: ${what}`);
  }
  for (const exception of unused) problems.push(`${exception} is on the list of exceptions, and is not dead`);
  return problems.sort();
}

interface Program {
  files: readonly ts.SourceFile[];
  exported: readonly ModuleExport[];
  handedOn: readonly ReExport[];
}

/** `path#name` of all that the entry points give out, by whatever way it is handed on. */
function shownBy({ exported, handedOn }: Program, entries: readonly string[]): Set<string> {
  const shown = new Set<string>();
  for (const { path, name } of exported) if (entries.includes(path)) shown.add(`${path}#${name}`);
  for (const { path, as } of handedOn) if (entries.includes(path)) shown.add(`${path}#${as}`);
  followReExports(shown, handedOn);
  return shown;
}

/** Adds the origin of every name in `names` that is handed on from elsewhere. */
function followReExports(names: Set<string>, handedOn: readonly ReExport[]): void {
  for (let before = -1; before !== names.size;) {
    before = names.size;
    for (const { path, from, name, as } of handedOn) if (names.has(`${path}#${as}`)) names.add(`${from}#${name}`);
  }
}

/** Exports without a use. A type that stands in the signature of something public is used by those who call that. */
function deadExports(
  { files, exported, handedOn }: Program,
  shown: ReadonlySet<string>,
  published: ReadonlySet<string>,
): ModuleExport[] {
  const used = new Set(shown);
  const loaded = new Set<string>();
  for (const file of files) {
    const uses = usesOf(file);
    for (const use of uses.names) used.add(use);
    for (const path of uses.loaded) loaded.add(path);
  }
  followReExports(used, handedOn);
  const identifiers = new Map(files.map((file) => [file.fileName, identifiersOf(file)]));
  const elsewhere = (path: string, name: string): boolean =>
    [...identifiers].some(([other, names]) => other !== path && names.has(name));
  return exported.filter(({ path, name, isType }) =>
    !used.has(`${path}#${name}`) && !(isType && published.has(name)) && !(loaded.has(path) && elsewhere(path, name))
  );
}

/** Members without a reader. Users read the members of what is published, and so those of the classes that implement it. */
function deadMembers(files: readonly ts.SourceFile[], published: ReadonlySet<string>): Member[] {
  const members = files.flatMap(membersOf);
  const read = new Set(files.flatMap((file) => [...readNames(file)]));
  for (const { type, name, hidden } of members) if (!hidden && published.has(type)) read.add(name);
  return members.filter(({ name }) => !read.has(name));
}
