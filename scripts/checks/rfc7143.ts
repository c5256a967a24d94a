/**
 * The rules of docs/rfc7143.md: every row names code that exists and tests that exist, and every test that carries an id has a row.
 *
 * @module
 */

/** An id: of a test of UNH-IOL's initiator suite (FFP), or of this project's list (L: login, F: full feature, H: hostile peers). */
const ID = /\b(?:FFP-\d+(?:\.\d+)*|[LFH]-\d+)\b/g;
const ROW = /^\| (FFP-[\d.]+|[LFH]-\d+) +\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$/;
/** The text of string literals: names of tests are some of them. */
const STRING = /"([^"\n]*)"|`([^`\n]*)`/g;

/** What the check looks at. */
export interface Rfc7143Input {
  /** Text of the table. */
  table: string;
  /** Text of each test file by path. */
  tests: ReadonlyMap<string, string>;
  /** Whether a file of src/ exists. */
  sourceExists(path: string): boolean;
}

/** The ids that the names of tests in a file begin with or contain. */
export function idsOfTests(text: string): Set<string> {
  const ids = new Set<string>();
  for (const [, double, template] of text.matchAll(STRING)) {
    const name = double ?? template ?? "";
    if (!/^(?:FFP|[LFH])-\d/.test(name)) continue;
    for (const [id] of name.matchAll(ID)) ids.add(id);
  }
  return ids;
}

/** Sentences about what is wrong with the table; none where all is well. */
export function rfc7143Problems(input: Rfc7143Input): string[] {
  const problems: string[] = [];
  const idsByFile = new Map([...input.tests].map(([path, text]) => [path, idsOfTests(text)]));
  const seen = new Set<string>();
  for (const line of input.table.split("\n")) {
    const row = ROW.exec(line);
    if (row === null) continue;
    const [id, , , code, tests] = row.slice(1).map((cell) => cell.trim()) as [string, string, string, string, string];
    if (seen.has(id)) problems.push(`${id} has two rows`);
    seen.add(id);
    const files = [...tests.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
    if (files.length === 0) {
      if (!tests.startsWith("not applicable: ")) {
        problems.push(`${id} names no test, and no reason why it is not applicable`);
      }
      continue;
    }
    const path = /^`([^`]+)`$/.exec(code)?.[1];
    if (path === undefined || !input.sourceExists(path)) problems.push(`${id} names code that does not exist: ${code}`);
    for (const file of files) {
      const ids = idsByFile.get(file);
      if (ids === undefined) problems.push(`${id} names a test file that does not exist: ${file}`);
      else if (!ids.has(id)) problems.push(`${id} has no test in ${file}`);
    }
  }
  for (const [file, ids] of idsByFile) {
    // L-0101 and the like are login status codes, all of them L-9 and L-35.
    for (const id of ids) {
      if (!seen.has(id) && !/^L-0/.test(id)) problems.push(`${file} has a test for ${id}, which has no row`);
    }
  }
  return problems;
}
