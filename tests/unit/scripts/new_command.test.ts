// What `deno task new-command` takes, what it refuses, and what it plans on the sources as they are.
import { existsSync, readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { planCommand } from "../../../scripts/new_command/plan.ts";
import { parseRequest, Refusal } from "../../../scripts/new_command/request.ts";
import { namesOf } from "../../../scripts/new_command/templates.ts";

const read = (path: string): string | undefined => existsSync(path) ? readFileSync(path, "utf8") : undefined;
const request = (words: string, name: string = "REPORT REFERRALS") => parseRequest([name, ...words.split(" ")]);
const REFERRALS = "--standard SBC --opcode 9e --service-action 13";

test("a request has its length by the opcode's group, and its clause in the newest revision", () => {
  assert.equal(request(REFERRALS), {
    name: "REPORT REFERRALS",
    standard: "SBC",
    opcode: 0x9e,
    serviceAction: 0x13,
    length: 16,
    source: "SBC-4 REPORT REFERRALS",
    replay: "never",
  });
  const long = request(
    "--standard SBC --opcode 0x7F --service-action 000d --length 32 --replay optIn",
    "WRITE SAME(32)",
  );
  assert.is(long.serviceAction, 13);
  assert.is(long.source, "SBC-4 WRITE SAME (32)");
  assert.is(request("--standard SSC --opcode 2c", "ERASE(10)").length, 10);
  assert.is(
    request("--standard SPC --opcode a3 --service-action 0e --source SPC-5", "REPORT PRIORITY").source,
    "SPC-5",
  );
});

const REFUSED: readonly (readonly [what: string, name: string, words: string, message: RegExp])[] = [
  ["no standard", "X", "--opcode 01", /--standard and --opcode are needed/],
  ["no opcode", "X", "--standard SPC", /--standard and --opcode are needed/],
  ["an unknown standard", "X", "--standard SAS --opcode 01", /--standard takes SPC, .*, got "SAS"/],
  ["an unknown option", "X", "--standard SPC --opcode 01 --size 6", /--size[^]*deno task new-command NAME/],
  ["two names", "REPORT", "REFERRALS --standard SBC --opcode 01", /One NAME was wanted, got 2: .* in quotes/],
  ["a name in small letters", "Report Referrals", REFERRALS, /NAME must be in capitals/],
  ["a blank before the length", "READ (64)", REFERRALS, /NAME must be in capitals/],
  ["an opcode of more than a byte", "X", "--standard SPC --opcode 100", /up to ff, got "100"/],
  ["an opcode that is no number", "X", "--standard SPC --opcode 0x", /hexadecimal number/],
  ["a service action of more than five bits", "X", "--standard SPC --opcode 9e --service-action 20", /up to 1f/],
  ["a length that is not the group's", "X", "--standard SPC --opcode 9e --length 12", /has 16 bytes .*says 12/],
  ["7f without a length", "X", "--standard SPC --opcode 7f --service-action 1", /from 12 to 260/],
  ["7f without a service action", "X", "--standard SPC --opcode 7f --length 32", /needs a --service-action/],
  [
    "a length that is no multiple of 4",
    "X",
    "--standard SPC --opcode 7f --service-action 1 --length 33",
    /multiple of 4/,
  ],
  ["a vendor's opcode", "X", "--standard SPC --opcode c1", /belong to no standard/],
  [
    "another word for replay",
    "X",
    "--standard SPC --opcode 01 --replay always",
    /takes safe, optIn, never, got "always"/,
  ],
];
for (const [what, name, words, message] of REFUSED) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => request(words, name),
      (error: Error) => error instanceof Refusal && message.test(error.message),
    );
  });
}

test("names in the code follow from the standard's", () => {
  assert.equal(namesOf("REPORT REFERRALS"), {
    constant: "REPORT_REFERRALS",
    builder: "reportReferrals",
    file: "report_referrals",
  });
  assert.equal(namesOf("PRE-FETCH(16)"), { constant: "PRE_FETCH_16", builder: "preFetch16", file: "pre_fetch_16" });
});

const EXISTING: readonly (readonly [name: string, words: string, message: RegExp])[] = [
  ["READ CAPACITY(16)", REFERRALS, /^SBC has READ CAPACITY\(16\) already$/],
  ["REPORT REFERRALS", "--standard SBC --opcode 9e --service-action 10", /^READ CAPACITY\(16\) of SBC has opcode 9Eh/],
  ["REPORT REFERRALS", "--standard SBC --opcode 9e", /of SBC has opcode 9Eh already$/],
  ["REPORT REFERRALS", "--standard SBC --opcode 28 --service-action 1", /^READ\(10\) of SBC has opcode 28h already$/],
  ["INQUIRY", "--standard SPC --opcode a9", /^src\/scsi\/commands\/spc\/inquiry.ts exists$/],
  ["TAPE READ(6)", "--standard SSC --opcode 0c", /^src\/scsi\/mod.ts exports tapeRead6 already$/],
];
for (const [name, words, message] of EXISTING) {
  test(`what exists is refused: ${name} ${words}`, () => {
    assert.throws(
      () => planCommand(request(words, name), read),
      (error: Error) => error instanceof Refusal && message.test(error.message),
    );
  });
}

test("a command of every standard finds its places", () => {
  for (const standard of ["SPC", "SBC", "ZBC", "SSC", "SMC", "MMC"]) {
    const folder = standard.toLowerCase();
    const { files } = planCommand(request(`--standard ${standard} --opcode bf`, "NEW THING"), read);
    const has = (path: string, text: string): void => {
      const planned = files.get(path) ?? "";
      assert.is(planned.split(text).length, 2, `${path}: ${text}`);
      assert.ok(planned.length > (read(path) ?? "").length);
    };
    assert.is(files.size, 7);
    has("src/scsi/cdb/names.ts", `    [0xbf, -1, "NEW THING"],\n`);
    has("src/scsi/mod.ts", `export { newThing } from "./commands/${folder}/new_thing.ts";\n`);
    has(`src/scsi/commands/${folder}/registry.ts`, `import { NEW_THING } from "./new_thing.ts";\n`);
    has(`src/scsi/commands/${folder}/registry.ts`, "  NEW_THING,\n");
    has(`src/scsi/commands/${folder}/new_thing.ts`, "export function newThing(");
    has("docs/scsi.md", "| NEW THING | BFh | `newThing` | |");
    has(`tests/unit/scsi/samples/builders/${folder}.ts`, `one("newThing", "NEW THING", "never", make({})`);
    has(`tests/unit/scsi/commands/${folder}/new_thing.test.ts`, `const GOLDEN = "";`);
  }
});

test("lists that follow the names of the files get the new command in its place", () => {
  const { files } = planCommand(request(REFERRALS), read);
  // report_referrals.ts comes between read_defect_data.ts and sanitize.ts.
  assert.match(
    files.get("src/scsi/commands/sbc/registry.ts")!,
    /\n {2}READ_DEFECT_DATA_12,\n {2}REPORT_REFERRALS,\n {2}SANITIZE_OVERWRITE,\n/,
  );
  assert.match(
    files.get("docs/scsi.md")!,
    /`readDefectData12`.*\n.*`reportReferrals`.*\n.*`sanitizeOverwrite`/,
  );
  const last = planCommand(request("--standard SBC --opcode bf", "ZZZ"), read).files;
  assert.match(last.get("src/scsi/commands/sbc/registry.ts")!, / {2}ZZZ,\n\];\n/);
  assert.match(last.get("docs/scsi.md")!, /`writeScattered16`.*\n.*`zzz`.*\n\n/);
});

test.run();
