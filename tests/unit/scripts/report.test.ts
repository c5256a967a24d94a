import { test } from "uvu";
import * as assert from "uvu/assert";
import { countsLine, judge } from "../../../scripts/test_runner/report.ts";
import { findMistake } from "../../../scripts/test_runner/test_file.ts";

const report = (total: number, passed: number, skipped: number): string =>
  `noise\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.00ms\n`;

test("a file passes where everything it reports has passed", () => {
  assert.equal(judge(report(3, 3, 1), 0, false, 60), { passed: 3, failed: 0, skipped: 1, reason: undefined });
  assert.equal(judge(report(0, 0, 2), 0, false, 60), { passed: 0, failed: 0, skipped: 2, reason: undefined });
  const two = judge(report(3, 3, 1) + report(2, 2, 0), 0, false, 60);
  assert.equal([two.passed, two.failed, two.skipped], [5, 0, 1]);
});

test("a file fails that reports nothing, too little, or ends badly", () => {
  const failures: [Parameters<typeof judge>, number, string][] = [
    [["", 0, false, 60], 1, "reported nothing and ended with 0"],
    [[report(3, 2, 0), 1, false, 60], 1, "1 of 3 did not pass"],
    // A before hook that throws: uvu reports no failure and exits with 0.
    [[report(3, 0, 0), 0, false, 60], 3, "3 of 3 did not pass"],
    [[report(3, 3, 0), 1, false, 60], 1, "ended with 1"],
    [[report(3, 3, 0), -1, true, 60], 1, "ran longer than 60 s"],
    [[report(0, 0, 0), 0, false, 60], 1, "has no tests"],
  ];
  for (const [args, failed, reason] of failures) {
    const verdict = judge(...args);
    assert.is(verdict.reason, reason);
    assert.is(verdict.failed, failed);
  }
});

test("mistakes that make tests vanish are found in the text", () => {
  const good = 'test("a", () => {});\ntest.run();\n';
  assert.is(findMistake(good), undefined);
  assert.match(findMistake('test("a", () => {});') ?? "", "run() is missing");
  assert.match(findMistake("test." + 'only("a", () => {});\ntest.run();') ?? "", "only()");
  assert.match(findMistake(good + 'test("b", () => {});\n') ?? "", "after run()");
  assert.is(findMistake('one("a", () => {});\none.run();\ntwo("b", () => {});\ntwo.run();\n'), undefined);
});

test("the counts are one line", () => {
  assert.is(countsLine({ passed: 12, failed: 0, skipped: 3 }), "12 passed, 0 failed, 3 skipped");
});

test.run();
