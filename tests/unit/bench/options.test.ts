import { test } from "uvu";
import * as assert from "uvu/assert";
import { CASES } from "../../../bench/cases/list.ts";
import { parseOptions } from "../../../bench/options.ts";

const parse = (...args: string[]) => parseOptions(args, { trees: false });

test("without a choice everything is measured, and with --quick some of each kind", () => {
  assert.is(parse().cases.length, CASES.length);
  const quick = parse("--quick").cases;
  assert.ok(quick.length < CASES.length);
  assert.equal(new Set(quick.map(({ group }) => group)), new Set(CASES.map(({ group }) => group)));
});

test("--only takes a title, or a part of titles and headings", () => {
  const titles = (only: string) => parse("--only", only).cases.map(({ title }) => title);
  assert.equal(titles("LUN to a file"), ["LUN to a file"]);
  assert.equal(titles("LUN to a file,").length, 3);
  assert.equal(titles("At random").length, 3);
  assert.throws(() => parse("--only", "no such case"), /No case has no such case/);
});

test("all cases have titles of their own, by which results are kept", () => {
  assert.is(new Set(CASES.map(({ title }) => title)).size, CASES.length);
});

test("mistakes are refused before hours of work", () => {
  for (const args of [["read"], ["--only"], ["--rounds", "0"], ["--rounds", "1.5"], ["--seconds", "x"], ["--quik"]]) {
    assert.throws(() => parse(...args), undefined, args.join(" "));
  }
});

test("slices are shorter and more, and another tree is compared in slices", () => {
  const { slices, rounds, seconds } = parse("--slices");
  assert.equal([slices, rounds, seconds], [true, 20, 1]);
  const other = parseOptions(["../other", "--seconds", "2"], { trees: true });
  assert.equal([other.slices, other.trees, other.seconds], [true, ["../other"], 2]);
});

test.run();
