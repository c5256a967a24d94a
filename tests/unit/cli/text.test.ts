import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatDuration } from "../../../src/cli/duration.ts";
import { describeError, exitCodeOf, exitCodeOfSignal } from "../../../src/cli/exit_code.ts";
import { Progress, type ProgressStyle } from "../../../src/cli/progress.ts";
import { Rate } from "../../../src/cli/rate.ts";
import { parseSize } from "../../../src/cli/size.ts";
import { VERSION } from "../../../src/cli/version.ts";
import { IscsiError, rangeError, TransportError } from "../../../src/errors.ts";

const SIZES: [string, number][] = [
  ["0", 0],
  ["512", 512],
  ["512B", 512],
  ["4K", 4096],
  ["4k", 4096],
  ["4KiB", 4096],
  ["1.5M", 1572864],
  ["1 GiB", 1073741824],
  ["2T", 2199023255552],
  ["1P", 1125899906842624],
];
for (const [text, size] of SIZES) test(`${text} is a size`, () => assert.is(parseSize(text), size));
for (const text of ["", "x", "-1", "1.3", "4KB", "4iB", "1e6", "0x10", "8E", "1K1", " 1"]) {
  test(`"${text}" is no size`, () => assert.throws(() => parseSize(text), /It must be a size in bytes/));
}

const DURATIONS: [number, string][] = [
  [0, "0.00 s"],
  [0.5249, "0.52 s"],
  [37.2, "37 s"],
  [125, "2 min 5 s"],
  [12_000, "3 h 20 min"],
  [Infinity, "?"],
];
for (const [seconds, text] of DURATIONS) {
  test(`${seconds} seconds are ${text}`, () => assert.is(formatDuration(seconds), text));
}

test("the rate is that of the last ten seconds", () => {
  const rate = new Rate();
  assert.is(rate.perSecond, 0);
  rate.add(0, 0);
  assert.is(rate.perSecond, 0);
  for (let time = 100; time <= 20_000; time += 100) rate.add(time, time * 5);
  assert.is(Math.round(rate.perSecond), 5000);
  for (let time = 20_100; time <= 40_000; time += 100) rate.add(time, 100_000);
  assert.is(rate.perSecond, 0);
});

function progress(
  style: ProgressStyle,
  size?: number,
): { progress: Progress; lines: string[]; at(seconds: number): void } {
  let now = 1000;
  const lines: string[] = [];
  return {
    lines,
    at: (seconds) => now = 1000 + seconds * 1000,
    progress: new Progress({ style, size, write: (text) => lines.push(text), now: () => now }),
  };
}

test("plain lines come now and then", () => {
  const { progress: told, lines, at } = progress("lines", 100 << 20);
  for (let second = 1; second <= 12; second++) {
    at(second);
    told.update(second * 5 << 20);
  }
  at(20);
  told.update(100 << 20);
  told.stop({ done: true });
  assert.equal(lines, [
    "25 MiB of 100 MiB (25%), 5 MiB/s, 15 s left\n",
    "50 MiB of 100 MiB (50%), 5 MiB/s, 10 s left\n",
    "100 MiB of 100 MiB (100%), 5 MiB/s, 0.00 s left\n",
    "100 MiB copied in 20 s, 5 MiB/s\n",
  ]);
});

test("a stall is told once, with no speed, then each minute, and that it is over", () => {
  const { progress: told, lines, at } = progress("lines", 100 << 20);
  at(1);
  told.update(10 << 20);
  for (let second = 1.5; second <= 125; second += 0.5) {
    at(second);
    if (second === 60) told.waitsFor("reconnecting: the cable");
    told.tick();
  }
  at(126);
  told.update(11 << 20);
  told.tick();
  assert.equal(lines, [
    "10 MiB of 100 MiB (10%), 0 B/s, stalled for 5 s\n",
    "10 MiB of 100 MiB (10%), 0 B/s, stalled for 1 min 5 s (reconnecting: the cable)\n",
    "The copy goes on after 2 min 5 s\n",
    lines[3],
  ]);
  assert.match(lines[3] ?? "", /^11 MiB of 100 MiB \(11%\), /);
});

test("a stall from the first byte on, a short one, and a flush", () => {
  const { progress: told, lines, at } = progress("lines", 1 << 20);
  at(4.5);
  told.tick();
  assert.equal(lines, []);
  at(5);
  told.tick();
  assert.equal(lines.splice(0), ["0 B of 1 MiB (0%), 0 B/s, stalled for 5 s\n"]);
  told.update(1 << 20);
  assert.is(lines.splice(0)[0], "The copy goes on after 5 s\n");
  at(11);
  told.tick();
  assert.equal(lines, ["1 MiB of 1 MiB (100%), 0 B/s, flushing for 6 s\n"]);
});

test("who asks in mid-stall hears of it, and the rate has fallen", () => {
  const { progress: told, lines, at } = progress("none", 100 << 20);
  at(1);
  told.update(10 << 20);
  at(3);
  told.tell();
  at(40);
  told.tell();
  told.tick();
  assert.equal(lines, [
    "10 MiB of 100 MiB (10%), 3.33 MiB/s, 27 s left\n",
    "10 MiB of 100 MiB (10%), 0 B/s, stalled for 39 s\n",
  ]);
});

test("JSON goes on in a stall, and says so", () => {
  const { progress: told, lines, at } = progress("json", 1000);
  for (let second = 0.5; second <= 7; second += 0.5) {
    at(second);
    told.tick();
  }
  told.note("text", "reconnected", { attempts: 2 });
  const objects = lines.map((line) => JSON.parse(line));
  assert.equal(objects.map(({ description, stalled }) => [description, stalled]), [
    ...new Array(4).fill(["copying", undefined]),
    ["stalled", 5],
    ["stalled", 6],
    ["stalled", 7],
    ["reconnected", undefined],
  ]);
  assert.is(objects.at(-1).attempts, 2);
});

test("a note is a line in the place of the bar, and nothing where all is quiet", () => {
  const bar = progress("bar", 1000);
  bar.progress.note("text", "x", {});
  bar.progress.clear();
  assert.equal(bar.lines, ["\r\x1b[Ktext\n"]);
  const none = progress("none", 1000);
  none.progress.note("text", "x", {});
  assert.equal(none.lines, []);
});

test("without a size there is no percentage", () => {
  const { progress: told, lines, at } = progress("lines");
  at(10);
  told.update(10 << 20);
  assert.equal(lines, ["10 MiB, 1 MiB/s\n"]);
});

test("nothing to copy is done at once", () => {
  const { progress: told, lines } = progress("lines", 0);
  told.tell();
  told.stop({ done: true });
  assert.equal(lines, ["0 B of 0 B (100%), 0 B/s\n", "0 B copied in 0.00 s\n"]);
});

test("JSON has one object a line", () => {
  const { progress: told, lines, at } = progress("json", 1000);
  at(0.5);
  told.update(100);
  at(1.25);
  told.update(300);
  told.stop({ done: true });
  assert.equal(lines.map((line) => JSON.parse(line)), [
    { transferred: 300, size: 1000, elapsed: 1.25, description: "copying" },
    { transferred: 300, size: 1000, elapsed: 1.25, description: "done" },
  ]);
  const stopped = progress("json");
  stopped.progress.stop({ done: false });
  assert.equal(JSON.parse(stopped.lines[0]!), { transferred: 0, size: null, elapsed: 0, description: "stopped" });
});

test("quiet says nothing", () => {
  const { progress: told, lines, at } = progress("none", 1000);
  at(100);
  told.update(1000);
  told.stop({ done: true });
  assert.equal(lines, []);
});

test("the status of an error goes by its code", () => {
  assert.is(exitCodeOf(rangeError("x")), 2);
  assert.is(exitCodeOf(new IscsiError("ISCSI_URL_INVALID", "x")), 2);
  assert.is(exitCodeOf(new IscsiError("COPY_FILE", "x")), 1);
  assert.is(exitCodeOf(new Error("x")), 1);
  assert.is(exitCodeOf(undefined), 1);
  assert.is(exitCodeOfSignal("SIGINT"), 130);
  assert.is(exitCodeOfSignal("SIGTERM"), 143);
});

test("an error of ours is told in a line, any other with its stack", () => {
  const ours = new TransportError("ISCSI_CONNECT_REFUSED", "Nothing listens");
  assert.is(describeError(ours), "lunstream: Nothing listens [ISCSI_CONNECT_REFUSED]\n");
  assert.match(describeError(new TypeError("oops")), /^lunstream: TypeError: oops\n +at /);
  assert.is(describeError("text"), "lunstream: text\n");
});

test("the version is that of the package", () => {
  assert.is(VERSION, JSON.parse(readFileSync("deno.json", "utf8")).version);
});

test.run();
