// docs/interop.md names tests: they must be there.
import { existsSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";

const page = readFileSync("docs/interop.md", "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| ") && !/^\| (?:the other side|---)/.test(line));
const TEST = /\[([^\]]+)\]\(\.\.\/(tests\/[^)]+)\)/g;

test("every row of docs/interop.md has a test, whose file has that name in it", () => {
  assert.ok(rows.length > 0);
  for (const row of rows) {
    const named = [...row.split("|").at(-2)!.matchAll(TEST)];
    assert.ok(named.length > 0, row);
    for (const [, name, path] of named) {
      assert.ok(existsSync(path!), path);
      assert.ok(readFileSync(path!, "utf8").includes(name!), `${path} has no test "${name}"`);
    }
  }
});

test("every source of docs/interop.md is a public thread, called by its project and number", () => {
  const sources = [...page.matchAll(/\[([^\]]+)\]\((https:[^)]+)\)/g)];
  assert.ok(sources.length > 0);
  for (const [, name, url] of sources) {
    const [, project, number] = /^https:\/\/github\.com\/[^/]+\/([^/]+)\/(?:issues|pull)\/(\d+)$/.exec(url!) ?? [];
    assert.is(name, `${project}#${number}`, url);
  }
});

test.run();
