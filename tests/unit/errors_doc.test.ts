import { readdirSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ErrorCode } from "../../src/errors.ts";

const ROW = /^\| `([A-Z_]+)` +\| (.+?) +\| .+ +\| (?:yes|no|maybe) +\|$/gm;
const rows = [...readFileSync("docs/errors.md", "utf8").matchAll(ROW)];
const documented = rows.map((row) => row[1]!);

test("every code is in the table of docs/errors.md, once", () => {
  assert.equal([...documented].sort(), [...new Set(documented)].sort());
  assert.equal(Object.values(ErrorCode).filter((code) => !documented.includes(code)), []);
});

test("the table has no code that does not exist", () => {
  const codes: string[] = Object.values(ErrorCode);
  assert.equal(documented.filter((code) => !codes.includes(code)), []);
});

test("the table tells every class that an error of a code is made with", () => {
  const told = new Map(rows.map((row) => [row[1]!, row[2]!]));
  const made = /(?:new (\w+Error)|\b(typeError))\(\s*ErrorCode\.(\w+)/g;
  let count = 0;
  for (const path of readdirSync("src", { recursive: true, encoding: "utf8" }).filter((one) => one.endsWith(".ts"))) {
    for (const [, constructed, helper, name] of readFileSync(`src/${path}`, "utf8").matchAll(made)) {
      const code = ErrorCode[name as keyof typeof ErrorCode];
      const wanted = helper === undefined ? constructed! : "TypeError";
      assert.ok(
        told.get(code)?.includes(`\`${wanted}\``),
        `${path}: a ${wanted} with ${code}, told: ${told.get(code)}`,
      );
      count++;
    }
  }
  assert.ok(count > 100, `${count} places`);
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
