import { test } from "uvu";
import * as assert from "uvu/assert";
import { idsOfTests, rfc7143Problems } from "../../../scripts/checks/rfc7143.ts";

const input = (table: string, tests: Record<string, string>) => ({
  table,
  tests: new Map(Object.entries(tests)),
  sourceExists: (path: string) => path === "src/x.ts",
});

test("ids are taken from the names of tests only", () => {
  const text = 'test("FFP-1.1 F-2 §4 both", () => { other("see L-3"); });\nrigged(`H-4 ${x}`, {});';
  assert.equal([...idsOfTests(text)], ["FFP-1.1", "F-2", "H-4"]);
});

test("a table that agrees with code and tests has no problems", () => {
  const table = [
    "| F-1 | 4 | a | `src/x.ts` | `tests/a.test.ts` |",
    "| F-2 | 4 | b |  | not applicable: level 1 |",
  ].join("\n");
  assert.equal(rfc7143Problems(input(table, { "tests/a.test.ts": 'test("F-1 a", f)' })), []);
});

test("each kind of disagreement is told", () => {
  const table = [
    "| F-1 | 4 | a | `src/gone.ts` | `tests/a.test.ts` |",
    "| F-2 | 4 | b | `src/x.ts` | `tests/a.test.ts`, `tests/none.test.ts` |",
    "| F-3 | 4 | c | `src/x.ts` |  |",
    "| F-3 | 4 | c | `src/x.ts` | not applicable: level 1 |",
  ].join("\n");
  assert.equal(rfc7143Problems(input(table, { "tests/a.test.ts": 'test("F-1 a", f); test("F-9 z", f)' })), [
    "F-1 names code that does not exist: `src/gone.ts`",
    "F-2 has no test in tests/a.test.ts",
    "F-2 names a test file that does not exist: tests/none.test.ts",
    "F-3 names no test, and no reason why it is not applicable",
    "F-3 has two rows",
    "tests/a.test.ts has a test for F-9, which has no row",
  ]);
});

test.run();
