import { test } from "uvu";
import * as assert from "uvu/assert";
import { deadCode } from "../../../scripts/checks/dead_code.ts";

function check(files: Record<string, string>, exceptions: Record<string, string> = {}): string[] {
  return deadCode(new Map(Object.entries(files)), { entries: ["mod.ts"], exceptions });
}

test("an export that no other module uses is dead, whatever its kind", () => {
  const text = [
    "export const a = 1, b = a;",
    "export function c(): void;",
    "export function c(x?: number): void { a; }",
    "export class D {}",
    "export interface E {}",
    "type F = E;",
    "export { type F as G };",
  ].join("\n");
  assert.equal(check({ "mod.ts": 'export { b } from "./src/x.ts";', "src/x.ts": text }), [
    "src/x.ts:1: a is exported, and no other module uses it",
    "src/x.ts:2: c is exported, and no other module uses it",
    "src/x.ts:4: D is exported, and no other module uses it",
    "src/x.ts:5: E is exported, and no other module uses it",
    "src/x.ts:7: G is exported, and no other module uses it",
  ]);
});

test("an export is alive that is imported, loaded or given out under another name", () => {
  const files = {
    "mod.ts": 'export { two as three } from "./src/barrel.ts";',
    "src/barrel.ts": 'export { one as two, alone } from "./x.ts";',
    "src/x.ts": "export const one = 1, alone = 2, imported = 3, loaded = 4, space = 5;",
    "src/y.ts": [
      'import { imported as mine } from "./x.ts";',
      'import * as names from "./x.ts";',
      'mine; names.space; (await import("./x.ts")).loaded;',
    ].join("\n"),
  };
  // That a barrel hands it on is no use while nothing takes it from there, under whatever name.
  assert.equal(check(files), []);
  const withoutNames = { ...files, "src/y.ts": 'import { imported } from "./x.ts"; imported;' };
  assert.equal(check(withoutNames), [
    "src/x.ts:1: alone is exported, and no other module uses it",
    "src/x.ts:1: loaded is exported, and no other module uses it",
    "src/x.ts:1: space is exported, and no other module uses it",
  ]);
});

test("a type in a public signature is alive, and so are its members", () => {
  const x = [
    "export interface Options { depth?: number; inner?: Inner }",
    "export interface Inner { size: number }",
    "export class Public { static open(options: Options): Public { return new Public(); } #unread = 1; private gone(): void {} }",
  ].join("\n");
  assert.equal(check({ "mod.ts": 'export { Public } from "./src/x.ts";', "src/x.ts": x }), [
    "src/x.ts:3: Public.#unread is read nowhere",
    "src/x.ts:3: Public.gone is read nowhere",
  ]);
});

test("a member is dead that is only written", () => {
  const x = [
    "interface Box { read: number; taken: number; named: number; counted: number; written: number; given: number }",
    "function use(box: Box): void {",
    "  const { taken } = box;",
    '  box.read; box["named"]; taken;',
    "  box.written = 1; box.written += 2; box.written++;",
    "  const last = box.counted++;",
    "}",
    "use({ given: 1, written: 2 });",
  ].join("\n");
  assert.equal(check({ "src/x.ts": x }), [
    "src/x.ts:1: Box.given is read nowhere",
    "src/x.ts:1: Box.written is read nowhere",
  ]);
});

test("a member is alive that overrides one, or that users reach through a public interface", () => {
  const x = [
    "export interface Shown { size: number }",
    "class Hidden extends Base implements Shown { size = 1; override close(): void {} constructor(private lost: number) {} }",
    "export function open(): Shown { return new Hidden(1); }",
  ].join("\n");
  assert.equal(check({ "mod.ts": 'export { open } from "./src/x.ts";', "src/x.ts": x }), [
    "src/x.ts:2: Hidden.lost is read nowhere",
  ]);
});

test("exceptions are heeded, and those that match nothing are problems", () => {
  const files = { "src/x.ts": "export const a = 1;\ninterface Foreign { one: 1; two: 2 }" };
  assert.equal(check(files, { "src/x.ts#a": "why", "src/x.ts#Foreign.*": "why" }), []);
  assert.equal(check(files, { "src/x.ts#a": "why", "src/x.ts#Foreign.one": "why", "src/x.ts#b": "why" }), [
    "src/x.ts#b is on the list of exceptions, and is not dead",
    "src/x.ts:2: Foreign.two is read nowhere",
  ]);
});

test.run();
