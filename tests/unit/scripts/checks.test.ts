import { test } from "uvu";
import * as assert from "uvu/assert";
import { docProblems } from "../../../scripts/checks/docs.ts";
import { layerProblems } from "../../../scripts/checks/layers.ts";

test("imports against the order of the layers are found", () => {
  const text = [
    'import { a } from "../session/y.ts";',
    'import type { B } from "../bytes/b.ts";',
    'export { c } from "../scsi/c.ts";',
    'type D = import("../client/d.ts").D;',
    'const e = () => import("../streams/e.ts");',
    'import { f } from "./f";',
    'import { g } from "../errors.ts";',
  ].join("\n");
  assert.equal(layerProblems("src/wire/x.ts", text), [
    "src/wire/x.ts:1: wire must not import session",
    "src/wire/x.ts:3: wire must not import scsi",
    "src/wire/x.ts:4: wire must not import client",
    "src/wire/x.ts:4: an import() type is not allowed: the npm build would leave its path as it is",
    "src/wire/x.ts:5: wire must not import streams",
    "src/wire/x.ts:6: the import ./f has no .ts",
  ]);
  assert.equal(layerProblems("src/session/x.ts", 'import { a } from "../wire/a.ts";'), []);
  assert.equal(layerProblems("src/session/x.ts", 'import { a } from "../scsi/a.ts";'), [
    "src/session/x.ts:1: session must not import scsi",
  ]);
  assert.equal(layerProblems("src/novel/x.ts", ""), ["src/novel/x.ts: novel is no layer"]);
});

test("only the runtime layer touches a runtime", () => {
  const text = [
    'import process from "node:process";',
    "export const pid = Deno.pid;",
    "const ours = (globalThis as { Deno?: unknown }).Deno;",
    "console.log(process, ours);",
  ].join("\n");
  assert.equal(layerProblems("src/block/x.ts", text), [
    "src/block/x.ts:1: node:process may be imported only in src/runtime/",
    "src/block/x.ts:2: Deno may be touched only in src/runtime/",
    "src/block/x.ts:3: Deno may be touched only in src/runtime/",
    "src/block/x.ts:3: Deno may be touched only in src/runtime/",
    "src/block/x.ts:4: the library does not write to the console",
  ]);
  assert.equal(layerProblems("src/runtime/x.ts", text), [
    "src/runtime/x.ts:2: Deno may be reached only through globalThis",
  ]);
});

test("what the npm build cannot carry is found", () => {
  const text = [
    'export * from "./y.ts";',
    "const z = await load();",
    "for await (const one of z) one;",
    "async function fine() { await load(); for await (const one of z) one; }",
    "if (import.meta.main) fine();",
    "function f() { using g = open(); return g; }",
  ].join("\n");
  assert.equal(layerProblems("src/block/x.ts", text).map((problem) => problem.split(":")[1]), [
    "1",
    "2",
    "3",
    "5",
    "6",
  ]);
  assert.match(layerProblems("src/block/x.ts", "\n".repeat(400)).join(), "401 lines");
});

test("exports and members without a doc comment are found", () => {
  const text = [
    "export const a = 1;",
    "/** Documented. */",
    "export const b = 2;",
    "const inner = 3;",
    "/** Documented. */",
    "export class C {",
    "  /** Documented. */",
    "  one(): void {}",
    "  two(): void {}",
    "  private three(): void {}",
    "  #four = 4;",
    "}",
    "export interface I {",
    "  five: number;",
    "}",
    "/** */",
    "export function empty(): void {}",
  ].join("\n");
  const { count, problems } = docProblems("src/x.ts", text, { isEntry: true });
  assert.equal(problems, [
    "src/x.ts:1: a has no doc comment",
    "src/x.ts:9: C.two has no doc comment",
    "src/x.ts:13: I has no doc comment",
    "src/x.ts:14: I.five has no doc comment",
    "src/x.ts:17: empty has no doc comment",
    "src/x.ts: an entry point needs a @module comment at its top",
  ]);
  assert.is(count, 8);
  assert.equal(
    docProblems("src/x.ts", "// fmt\n/**\n * A module.\n *\n * @module\n */\n", { isEntry: true }).problems,
    [],
  );
});

test("a class takes the comments of the interface that it implements", () => {
  const text = "/** D. */\nexport class C implements I {\n  constructor(a: number) {}\n  one(): void {}\n}";
  assert.equal(docProblems("src/x.ts", text, { isEntry: false }).problems, [
    "src/x.ts:3: C.constructor has no doc comment",
  ]);
});

test.run();
