// time limit: 180 s
// runtimes: deno
// The whole table of additional sense codes against sg_decode_sense: all 32,768 codes that are not vendor specific.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ASC_TABLE, ascName } from "../../src/scsi/mod.ts";
import { findProgram, needs } from "../peers/peer.ts";
import { hexBytes, sg } from "./lib/sg.ts";

/** Forwarded sense descriptors nest whole sense data, so that one run of the program decodes five codes (it prints no more than a page). */
const PER_RUN = 5;
const END = "--- end of a run";

/** Runs in one shell, which starts a program in a fraction of the time that a runtime needs. */
const RUNS = 256;

/** Sense data that nest so many codes, as arguments of the program. */
function nested(codes: readonly number[]): string {
  const bytes = codes.flatMap((code) => [0x0c, 0x0a, 0x01, 0x02, 0x72, 0x05, code >> 8, code & 255, 0, 0, 0, 0]);
  return hexBytes([0x72, 0, 0, 0, 0, 0, 0, bytes.length, ...bytes]).join(" ");
}

/** What the program says of each code. */
function decode(codes: readonly number[]): string[] {
  const program = findProgram("sg_decode_sense");
  let script = "";
  for (let at = 0; at < codes.length; at += PER_RUN) {
    script += `"${program}" ${nested(codes.slice(at, at + PER_RUN))}; echo ${END}\n`;
  }
  const runs = sg("sh", ["-c", script]).split(`${END}\n`).slice(0, -1);
  return runs.flatMap((run) => {
    const lines = run.split("\n");
    return lines.flatMap((line, i) => line.startsWith("Descriptor format") && i > 1 ? [lines[i + 1]!.trim()] : []);
  });
}

/**
 * Where the two differ, and why. Everything else must be equal but for upper and lower case.
 *
 * - 30/0B: sg3-utils names it "Cleaning tape expired"; T10's list has no such code.
 * - 40/01 to 40/7F, 41/01 to 41/FF, 42/01 to 42/FF: T10 has 41/00 and 42/00 alone, and 40/80 to 40/FF; sg3-utils stretches the
 *   names of 40/00, 41/00 and 42/00 over the other qualifiers.
 * - 4D/NN, 70/NN and 40/80 to 40/FF hold a number in the qualifier: the same codes, each side words the number its own way.
 * - 20/05, 24/02, 24/03: marked obsolete on both sides, sg3-utils writes "(obs)".
 */
function expected(code: number): string {
  const asc = code >> 8;
  const ascq = code & 255;
  if (code === 0x300b) return "Cleaning tape expired";
  if (asc === 0x40 && ascq > 0 && ascq < 0x80) return `Ram failure [0x${ascq.toString(16)}]`;
  if (asc === 0x40 && ascq >= 0x80) return `Diagnostic failure on component [0x${ascq.toString(16)}]`;
  if (asc === 0x41 && ascq > 0) return `Data path failure [0x${ascq.toString(16)}]`;
  if (asc === 0x42 && ascq > 0) return `Power-on or self-test failure [0x${ascq.toString(16)}]`;
  if (asc === 0x4d) return `Tagged overlapped commands [0x${ascq.toString(16)}]`;
  if (asc === 0x70) return `Decompression exception short algorithm id of 0x${ascq.toString(16)}`;
  return (ASC_TABLE.get(code) ?? "").replace("(OBSOLETE)", "(OBS)");
}

needs(test, "sg_decode_sense")("every code has the name that sg_decode_sense gives it", () => {
  let named = 0;
  for (let first = 0; first < 0x8000; first += PER_RUN * RUNS) {
    const codes = Array.from({ length: Math.min(PER_RUN * RUNS, 0x8000 - first) }, (_, i) => first + i);
    const lines = decode(codes);
    assert.is(lines.length, codes.length, `codes from 0x${first.toString(16)}`);
    codes.forEach((code, i) => {
      const label = `0x${code.toString(16).padStart(4, "0")}: ${lines[i]}`;
      const name = lines[i]!.startsWith("Additional sense: ") ? lines[i]!.slice("Additional sense: ".length) : "";
      assert.is(expected(code).toUpperCase(), name.toUpperCase(), label);
      if (ASC_TABLE.has(code)) named++;
    });
  }
  assert.is(named, ASC_TABLE.size);
});

test("codes that T10 leaves to vendors, or has not given out, say so", () => {
  assert.is(ascName(0x80, 0), "vendor specific additional sense code 80/00");
  assert.is(ascName(0x24, 0x80), "vendor specific qualifier of additional sense code 24/80");
  assert.is(ascName(0x7f, 0x10), "unknown additional sense code 7f/10");
  assert.is(ascName(0x40, 0x91), "DIAGNOSTIC FAILURE ON COMPONENT 0x91");
  assert.is(ascName(0x2f, 0x02), "COMMANDS CLEARED BY DEVICE SERVER");
});

test.run();
