import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkOptions, DEFAULT_INITIATOR_NAME } from "../../../src/client/options.ts";
import { scsiKnowledge } from "../../../src/scsi/effect.ts";
import { DEFAULT_LIMITS } from "../../../src/session/login/negotiation/limits.ts";
import { resolveOptions } from "../../../src/session/options.ts";
import { ROOT } from "../../peers/lunstream.ts";

const TARGET = "iqn.2026-01.test:target";
const rows = readFileSync(join(ROOT, "docs/options.md"), "utf8").split("\n")
  .filter((line) => /^\| `/.test(line))
  .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
/** Options and what the page says of their absence. */
const documented = new Map(rows.map((cells) => [cells[0]!.replaceAll("`", ""), cells.at(-1)!.replaceAll("`", "")]));

test("docs/options.md has every option with its default", () => {
  const { timeouts, keepalive, recovery } = resolveOptions({
    scsi: scsiKnowledge,
    host: "h",
    targetName: TARGET,
    initiatorName: DEFAULT_INITIATOR_NAME,
  });
  const groups: Record<string, object> = {
    timeouts,
    keepalive: keepalive!,
    recovery: recovery!,
    limits: DEFAULT_LIMITS,
  };
  const expected = new Map([["initiatorName", DEFAULT_INITIATOR_NAME]]);
  for (const [group, members] of Object.entries(groups)) {
    for (const [name, value] of Object.entries(members)) {
      expected.set(`${group}.${name}`, Array.isArray(value) ? value.join(", ") : String(value ?? "none"));
    }
  }
  for (const [name, value] of expected) assert.is(documented.get(name), value, name);
  const grouped = [...documented.keys()].filter((name) => name.includes("."));
  assert.equal(grouped.sort(), [...expected.keys()].filter((name) => name.includes(".")).sort());
});

test("docs/options.md has no option that does not exist", () => {
  for (const name of documented.keys()) {
    const [first] = name.split(".");
    checkOptions({ [first as string]: undefined }, ["readOnly", "depth", "maxTransfer", "atomic", "serial", "luns"]);
  }
});

test.run();
