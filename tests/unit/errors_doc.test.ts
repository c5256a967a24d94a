import { readdirSync, readFileSync } from "node:fs";
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

test("every code is expected by some test", () => {
  const texts = readdirSync("tests", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts") && !path.endsWith("errors_doc.test.ts"))
    .map((path) => readFileSync(`tests/${path}`, "utf8"));
  const expected = (code: string): boolean =>
    texts.some((text) => text.includes(`"${code}"`) || text.includes(`/${code}/`));
  assert.equal(Object.values(ErrorCode).filter((code) => !expected(code)), []);
});

test.run();
