import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ErrorCode } from "../../src/errors.ts";

const ROW = /^\| `([A-Z_]+)` +\| .+ +\| (?:yes|no|maybe) +\|$/gm;
const documented = [...readFileSync("docs/errors.md", "utf8").matchAll(ROW)].map((row) => row[1]!);

test("every code is in the table of docs/errors.md, once", () => {
  assert.equal([...documented].sort(), [...new Set(documented)].sort());
  assert.equal(Object.values(ErrorCode).filter((code) => !documented.includes(code)), []);
});

test("the table has no code that does not exist", () => {
  const codes: string[] = Object.values(ErrorCode);
  assert.equal(documented.filter((code) => !codes.includes(code)), []);
});

test.run();
