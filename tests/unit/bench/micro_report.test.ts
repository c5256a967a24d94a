import { test } from "uvu";
import * as assert from "uvu/assert";
import { microTable, summary } from "../../../bench/micro/report.ts";

const cells = (table: string): string[][] =>
  table.split("\n").map((line) => line.slice(2, -2).split(" | ").map((cell) => cell.trim()));

test("the table of micro-benchmarks has rate, time and spread", () => {
  const table = cells(
    microTable("Deno", [{ name: "a", ns: 250, spread: 0.0123 }, { name: "b", ns: 12.34, spread: 0 }]),
  );
  assert.equal(table[0], ["Deno", "ops/s", "ns per op", "±"]);
  assert.equal(table.slice(2), [["a", "4,000,000", "250", "1.2 %"], ["b", "81,037,277", "12.3", "0.0 %"]]);
});

test("it says how much more time a case takes than before, and which is new", () => {
  const before = [{ name: "gone", ns: 1, spread: 0 }, { name: "slower", ns: 100, spread: 0 }];
  const now = [{ name: "slower", ns: 150, spread: 0 }, { name: "added", ns: 10, spread: 0 }];
  const table = cells(microTable("Node", now, before));
  assert.equal(table.map((row) => row.at(-1)), ["time, × before", table[1]?.at(-1), "1.50", "new"]);
});

test("of several processes it takes the middle, and says how far apart they are", () => {
  const sample = (ns: number) => [{ name: "a", ns: 7 }, { name: "b", ns }];
  assert.equal(summary([sample(40), sample(10), sample(20)]), [
    { name: "a", ns: 7, spread: 0 },
    { name: "b", ns: 20, spread: 0.75 },
  ]);
});

test.run();
