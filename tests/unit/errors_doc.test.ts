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

test("every code has one class in the table, and errors of it are made with that class alone", () => {
  const told = new Map(rows.map((row) => [row[1]!, row[2]!]));
  for (const [code, classes] of told) assert.match(classes, /^`[A-Za-z]+Error`$/, code);
  let count = 0;
  for (const path of readdirSync("src", { recursive: true, encoding: "utf8" }).filter((one) => one.endsWith(".ts"))) {
    for (const [name, wanted] of made(path, readFileSync(`src/${path}`, "utf8"))) {
      const code = ErrorCode[name as keyof typeof ErrorCode];
      assert.is(told.get(code), `\`${wanted}\``, `${path}: a ${wanted} with ${code}`);
      count++;
    }
  }
  assert.ok(count > 150, `${count} places`);
});

/** Names of codes that a source file makes errors with, each with the class. */
function made(path: string, text: string): [name: string, wanted: string][] {
  const found: [string, string][] = [];
  // The code stands first in all constructors but that of ProtocolError, where it is an option.
  for (const [, constructed, name] of text.matchAll(/\b(?:new (\w+Error)|typeError)\(\s*ErrorCode\.(\w+)/g)) {
    found.push([name!, constructed ?? "TypeError"]);
  }
  for (const [, name] of text.matchAll(/new ProtocolError\([^;]*\bcode: ErrorCode\.(\w+)[^;]*;/g)) {
    found.push([name!, "ProtocolError"]);
  }
  // Classes that choose the code themselves.
  for (const [, constructed, body] of text.matchAll(/^(?:export )?class (\w+Error) extends([^]*?)^}/gm)) {
    const name = /super\(\s*(?:options\.code \?\? )?ErrorCode\.(\w+)/.exec(body ?? "")?.[1];
    if (name !== undefined) found.push([name, constructed!]);
  }
  // Here the code is looked up first, and the error made of it afterwards.
  const all = { "scsi/errors.ts": "ScsiError", "session/login/status.ts": "LoginError" }[path.replaceAll("\\", "/")];
  if (all !== undefined) { for (const [, name] of text.matchAll(/ErrorCode\.(\w+)/g)) found.push([name!, all]); }
  return found;
}

test("every code is expected by some test", () => {
  const texts = readdirSync("tests", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts") && !path.endsWith("errors_doc.test.ts"))
    .map((path) => readFileSync(`tests/${path}`, "utf8"));
  const expected = (code: string): boolean =>
    texts.some((text) => text.includes(`"${code}"`) || text.includes(`/${code}/`));
  assert.equal(Object.values(ErrorCode).filter((code) => !expected(code)), []);
});

test.run();
