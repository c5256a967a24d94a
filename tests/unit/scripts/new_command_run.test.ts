// runtimes: deno
// time limit: 120 s
// `deno task new-command`, run in a copy of the sources: what it writes is sound, and its test fails until it is filled in.
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";

const COPIED = ["deno.json", "deno.lock", "mod.ts", "src", "scripts", "docs/scsi.md", "tests/unit/scsi"];
const WRITTEN = [
  "docs/scsi.md",
  "src/scsi/cdb/names.ts",
  "src/scsi/commands/mmc/registry.ts",
  "src/scsi/commands/mmc/set_streaming.ts",
  "src/scsi/mod.ts",
  "tests/unit/scsi/commands/mmc/set_streaming.test.ts",
  "tests/unit/scsi/samples/builders/mmc.ts",
];
const COMMAND = ["run", "-A", "scripts/new_command.ts", "SET STREAMING", "--standard", "MMC", "--opcode", "b6"];
const GENERATED = "tests/unit/scsi/commands/mmc/set_streaming.test.ts";

let root: string;
test.before(() => {
  root = mkdtempSync(join(tmpdir(), "new-command-"));
  for (const path of COPIED) cpSync(path, join(root, path), { recursive: true });
  symlinkSync(resolve("node_modules"), join(root, "node_modules"));
});
test.after(() => rmSync(root, { recursive: true }));

function deno(...args: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  });
  return { code: status, output: stdout + stderr };
}
function passes(...args: string[]): void {
  const { code, output } = deno(...args);
  assert.is(code, 0, `deno ${args.join(" ")}\n${output}`);
}
const text = (path: string): string => readFileSync(join(root, path), "utf8");

test("without a name it says how it is used", () => {
  const { code, output } = deno("run", "-A", "scripts/new_command.ts");
  assert.is(code, 2);
  assert.match(output, "deno task new-command NAME --standard STANDARD --opcode HEX [options]");
});

test("it writes sources that pass the checks", () => {
  const { code, output } = deno(...COMMAND);
  assert.is(code, 0, output);
  for (const path of WRITTEN) assert.ok(output.includes(`${path}\n`), path);
  passes("fmt", "--check", ...WRITTEN);
  passes("lint", ...WRITTEN.filter((path) => path.endsWith(".ts")));
  passes("check", ...WRITTEN.filter((path) => path.endsWith(".ts")));
  for (const name of ["layers", "docs"]) passes("run", "-A", `scripts/check_${name}.ts`);
});

test("the tests of the layer pass: names, registry, table and samples agree", () => {
  for (const name of ["docs", "builders", "layouts"]) passes("run", "-A", `tests/unit/scsi/${name}.test.ts`);
});

test("its own test fails until the CDB stands in it, and passes then", () => {
  assert.is(deno("run", "-A", GENERATED).code, 1);
  const path = join(root, GENERATED);
  const filled = (golden: string): void =>
    writeFileSync(path, text(GENERATED).replace(/^const GOLDEN = ".*";$/m, `const GOLDEN = "${golden}";`));
  filled("b600000000000000000000c5");
  assert.is(deno("run", "-A", GENERATED).code, 1);
  filled("b600000000000000000000c4");
  passes("run", "-A", GENERATED);
});

test("a field that the CDB in its test has no value for makes that test fail", () => {
  const path = join(root, dirname(WRITTEN[3]!), "set_streaming.ts");
  const before = text(WRITTEN[3]!);
  const fields = 'import { uint } from "../../data/field.ts";\n' +
    before.replace(/^ {2}\[\],$/m, '  [uint("parameterListLength", 9, 2)],');
  assert.is.not(fields.length, before.length);
  writeFileSync(path, fields);
  const { code, output } = deno("run", "-A", GENERATED);
  writeFileSync(path, before);
  assert.is(code, 1);
  assert.match(output, "parameterListLength");
});

test("asked again it refuses, and changes nothing", () => {
  const before = WRITTEN.map(text);
  const { code, output } = deno(...COMMAND);
  assert.is(code, 2);
  assert.match(output, "src/scsi/commands/mmc/set_streaming.ts exists");
  assert.equal(WRITTEN.map(text), before);
});

test.run();
