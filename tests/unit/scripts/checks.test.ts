import { test } from "uvu";
import * as assert from "uvu/assert";
import { moduleDocProblem } from "../../../scripts/checks/docs.ts";
import { importCircles, importsOf } from "../../../scripts/checks/circles.ts";
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

test("an entry point without a comment of the module is found", () => {
  assert.is(
    moduleDocProblem("x.ts", "#!/usr/bin/env node\n// fmt\n/**\n * A module.\n *\n * @module\n */\n"),
    undefined,
  );
  for (
    const text of [
      "export const a = 1;\n",
      "/** A. */\nexport const a = 1;\n/** @module */\n",
      "import 1;\n/** @module */\n",
    ]
  ) {
    assert.is(moduleDocProblem("x.ts", text), "x.ts: an entry point needs a @module comment at its top");
  }
});

test("imports of modules are found, those for types alone and those of exports included", () => {
  const text = [
    'import { a } from "./a.ts";',
    'import type { B } from "../b/mod.ts";',
    'export { c } from "./c.ts";',
    'import ts from "typescript";',
    'const d = () => import("./d.ts");',
  ].join("\n");
  assert.equal(importsOf("src/x/y.ts", text), ["src/x/a.ts", "src/b/mod.ts", "src/x/c.ts"]);
});

test("import circles are found, however long, each once", () => {
  const circles = (graph: Record<string, string[]>): string[][] => importCircles(new Map(Object.entries(graph)));
  assert.equal(circles({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }), []);
  assert.equal(circles({ a: ["b"], b: ["a"] }), [["a", "b"]]);
  assert.equal(circles({ a: ["a"] }), [["a"]]);
  assert.equal(circles({ start: ["c"], c: ["a"], a: ["b"], b: ["c", "end"], end: ["outside"] }), [["a", "b", "c"]]);
  // Two that touch: one can be reached from the other, but not back.
  assert.equal(circles({ a: ["b"], b: ["a", "c"], c: ["d"], d: ["c"] }), [["c", "d"], ["a", "b"]]);
});

test.run();
