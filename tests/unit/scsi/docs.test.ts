// The tables of docs/scsi.md against the library: commands, opcodes, builders, parsers, pages, standards.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as scsi from "../../../src/scsi/mod.ts";
import { BUILDERS } from "./samples/builders.ts";

const text = readFileSync("docs/scsi.md", "utf8");

/** The rows of the tables under a heading, up to the next heading of that level or a higher one. */
function rows(heading: string): string[][] {
  const level = /^#+/.exec(heading)![0].length;
  const from = text.indexOf(`\n${heading}\n`);
  assert.ok(from >= 0, heading);
  const rest = text.slice(from + heading.length + 2);
  const end = rest.search(new RegExp(`^#{2,${level}} `, "m"));
  return rest.slice(0, end < 0 ? undefined : end).split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
    .filter(([first]) => first !== "command" && first !== "page" && !/^-+$/.test(first!));
}
const hex = (value: number, width = 2): string => `${value.toString(16).toUpperCase().padStart(width, "0")}h`;
const names = (cell: string): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!);

const SETS: Record<string, string> = {
  SPC: "### All devices (SPC)",
  SBC: "### Disks (SBC)",
  ZBC: "### Zoned disks (ZBC)",
  SSC: "### Tapes (SSC)",
  SMC: "### Media changers (SMC)",
  MMC: "### CD and DVD (MMC)",
};

test("every command stands in its table with its opcode and standard, and nothing else does", () => {
  for (const [set, heading] of Object.entries(SETS)) {
    const layouts = scsi.CDB_LAYOUTS.filter((layout) => layout.set === set);
    const expected = layouts.map(({ name, opcode, serviceAction, source }) => {
      const action = serviceAction === undefined ? "" : `/${hex(serviceAction, opcode === 0x7f ? 4 : 2)}`;
      return [name, `${hex(opcode)}${action}`, source];
    });
    assert.equal(rows(heading).map(([name, opcode, , , source]) => [name, opcode, source]), expected, heading);
  }
});

test("builders and parsers named there exist; every one is named", () => {
  const all = Object.values(SETS).flatMap(rows);
  const builders = new Set<string>();
  const parsers = new Set<string>();
  for (const [command, , builder, parser] of all) {
    for (const name of names(builder!)) {
      assert.ok(
        BUILDERS.some((one) => one.name === name && one.command === command),
        `${name} does not build ${command}`,
      );
      builders.add(name);
    }
    assert.ok(names(builder!).length > 0, `${command} has no builder`);
    for (const name of names(parser!)) {
      assert.type((scsi as Record<string, unknown>)[name], "function", name);
      parsers.add(name);
    }
  }
  assert.equal(BUILDERS.map((one) => one.name).filter((name) => !builders.has(name)), []);
  const elsewhere = new Set(["parseCdb", "parseLun", "parseTransportId"]);
  const exported = Object.keys(scsi).filter((name) => name.startsWith("parse") && !elsewhere.has(name));
  assert.equal(exported.filter((name) => !parsers.has(name)), []);
});

test("pages", () => {
  assert.equal(
    rows("## VPD pages"),
    scsi.VPD_PAGES.map(({ page, name, devices, source }) => [hex(page), name, devices, source]),
  );
  assert.equal(
    rows("## Mode pages").map(([page, name, , source]) => [page, name, source]),
    scsi.MODE_PAGES.map(({ pageCode, subpageCode, name, source }) => [
      `${hex(pageCode)}${subpageCode === 0 ? "" : `/${hex(subpageCode)}`}`,
      name,
      source,
    ]),
  );
  assert.equal(rows("## Log pages"), scsi.LOG_PAGES.map(({ pageCode, name, source }) => [hex(pageCode), name, source]));
});

test.run();
