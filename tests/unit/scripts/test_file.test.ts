// runtimes: deno
// The runner itself runs in Deno.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { describeTestFile } from "../../../scripts/test_runner/test_file.ts";

test("the comments at the top of a test file tell how it runs", () => {
  const { timeLimit, alone, waits, runtimes, mistake } = describeTestFile("tests/fault/silent.test.ts");
  assert.equal({ timeLimit, alone, waits, runtimes, mistake }, {
    timeLimit: 180,
    alone: false,
    waits: true,
    runtimes: ["deno", "node"],
    mistake: undefined,
  });
  assert.ok(describeTestFile("tests/fault/many_sessions.test.ts").alone);
  assert.equal(describeTestFile("tests/package/install.test.ts").runtimes, ["node"]);
});

test("a file without comments has the usual limit, and runs beside others in both runtimes", () => {
  const { timeLimit, alone, waits, runtimes } = describeTestFile("tests/unit/scripts/report.test.ts");
  assert.equal({ timeLimit, alone, waits, runtimes }, {
    timeLimit: 120,
    alone: false,
    waits: false,
    runtimes: ["deno", "node"],
  });
});

test.run();
