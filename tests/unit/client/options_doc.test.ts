import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkOptions, DEFAULT_INITIATOR_NAME } from "../../../src/client/options.ts";
import type { CdbLayout } from "../../../src/scsi/cdb/layout.ts";
import { CDB_NAMES } from "../../../src/scsi/cdb/names.ts";
import { rememberLayout } from "../../../src/scsi/cdb/remembered.ts";
import { scsiKnowledge } from "../../../src/scsi/effect.ts";
import { COMMAND_LIMITS } from "../../../src/session/commands/limits.ts";
import { DEFAULT_LIMITS } from "../../../src/session/login/negotiation/limits.ts";
import { resolveOptions } from "../../../src/session/options.ts";
import { ROOT } from "../../peers/lunstream.ts";

const TARGET = "iqn.2026-01.test:target";
const page = readFileSync(join(ROOT, "docs/options.md"), "utf8");
const rows = page.split("\n")
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
      if (name === "command") {
        expected.set("timeouts.command", "by class");
        for (const [kind, limit] of Object.entries(value)) expected.set(`timeouts.command.${kind}`, String(limit));
      } else expected.set(`${group}.${name}`, Array.isArray(value) ? value.join(", ") : String(value ?? "none"));
    }
  }
  for (const [name, value] of expected) assert.is(documented.get(name), value, name);
  const grouped = [...documented.keys()].filter((name) => name.includes("."));
  assert.equal(grouped.sort(), [...expected.keys()].filter((name) => name.includes(".")).sort());
});

test("docs/options.md has every command in its class, and the defaults are long enough for what is known of targets", () => {
  const classes = new Map<string, Set<string>>();
  for (const [set, rows] of Object.entries(CDB_NAMES)) {
    for (const [opcode, action, name] of rows) {
      const cdb = new Uint8Array(32);
      cdb[0] = opcode;
      if (action >= 0) cdb[opcode === 0x7f ? 9 : 1] = action;
      rememberLayout(cdb, { set } as CdbLayout);
      const kind = scsiKnowledge.classOf(cdb);
      classes.set(kind, (classes.get(kind) ?? new Set()).add(name.replace(/\(.*|,.*/, "")));
    }
  }
  const listed = new Map(
    [...page.matchAll(/^- (\w+): ([A-Z][^]*?)(?=\n-|\n\n)/gm)].map((
      [, kind, names],
    ) => [kind, names!.replace(/\s+/g, " ")]),
  );
  assert.is(listed.size, 6);
  for (const [kind, names] of classes) assert.is(listed.get(kind), [...names].sort().join(", "), kind);
  // A flush of 45 s, a write of 40 s, an UNMAP of minutes, a FORMAT UNIT of an hour.
  const { flush, write, bulk, long } = COMMAND_LIMITS;
  assert.ok(flush > 45_000 && write > 40_000 && bulk > 120_000 && long > 3_600_000);
});

test("docs/options.md has no option that does not exist", () => {
  for (const name of documented.keys()) {
    const [first] = name.split(".");
    checkOptions({ [first as string]: undefined }, [
      "readOnly",
      "depth",
      "maxTransfer",
      "atomic",
      "maxBlockSize",
      "questionTimeout",
      "serial",
      "luns",
      "lunTimeout",
    ]);
  }
});

test.run();
