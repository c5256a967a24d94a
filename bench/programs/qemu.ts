/**
 * `qemu-img bench` and `qemu-img convert`, which use libiscsi.
 *
 * @module
 */

import type { Case, CopyWork, RequestWork } from "../cases/case.ts";
import { installed, type Place, type Program } from "./program.ts";

/**
 * From one position to the next where they are to be at random: a prime number of blocks, so that neighbours are far apart
 * and none comes twice soon.
 */
const SCATTER = 100_003 * 4096;
/** Not zeros: qemu writes those by itself, and reads them faster later. */
const PATTERN = ["--pattern=90"];

/** The programs of qemu for a case. */
export function qemuPrograms({ work, variants }: Case): Program[] {
  if (work.kind === "copy") return convert(work);
  if (work.kind !== "requests" || work.op === "mixed") return [];
  const plain = bench("qemu-img", work, ({ url }) => url);
  const digests = variants?.some(({ options }) => options?.includes("headerDigest=1")) === true;
  return digests ? [plain, bench("qemu-img, header digest", work, withHeaderDigest)] : [plain];
}

function bench(name: string, { op, size, depth, random }: RequestWork, image: (place: Place) => string): Program {
  const line: Program["line"] = (place, count) => [
    installed("qemu-img"),
    "bench",
    ...(op === "write" ? ["-w", ...PATTERN] : []),
    ...(random === true ? ["-S", String(SCATTER)] : []),
    ...["-t", "none", "-c", String(count), "-d", String(depth), "-s", String(size), ...imageFormat(image(place))],
  ];
  return {
    name,
    role: "peer",
    counts: true,
    line,
    idle: (place) => line(place, 1),
    parse: (output) => {
      const count = /Sending (\d+)/.exec(output)?.[1];
      const seconds = /completed in ([\d.]+) seconds/.exec(output)?.[1];
      if (seconds === undefined) throw new Error(`qemu-img printed no time: ${output}`);
      return { seconds: Number(seconds), bytes: Number(count) * size };
    },
  };
}

function imageFormat(image: string): string[] {
  return image.startsWith("json:") ? [image] : ["-f", "raw", image];
}

/** The same LUN with a header digest: libiscsi has no data digest in this version. */
function withHeaderDigest({ url }: Place): string {
  const { host, pathname } = new URL(url.replace(/^iscsi:/, "http:"));
  const [, target, lun] = pathname.split("/");
  const driver = { driver: "iscsi", transport: "tcp", portal: host, target, lun: Number(lun) };
  return `json:${JSON.stringify({ driver: "raw", file: { ...driver, "header-digest": "crc32c" } })}`;
}

/** What each does about the medium: the default never flushes; `writeback` flushes at the end, as we do; `none` goes past the page cache and flushes at the end. */
const CACHE_MODES: [string, string[]][] = [
  ["qemu-img convert, synced", ["-t", "writeback"]],
  ["qemu-img convert, not synced", []],
  ["qemu-img convert, direct and synced", ["-t", "none"]],
];

function convert({ from, to }: CopyWork): Program[] {
  // It cannot write to a pipe.
  if (to === "stdout") return [];
  return CACHE_MODES.map(([name, mode]) => ({
    name,
    role: "peer",
    line: ({ url, secondUrl, source, file }) => [
      ...[installed("qemu-img"), "convert", ...mode, ...(to === "lun" ? ["-n"] : []), "-f", "raw", "-O", "raw"],
      from === "lun" ? url : source,
      to === "lun" ? secondUrl : file,
    ],
    idle: ({ url }) => [installed("qemu-img"), "info", "-f", "raw", url],
  }));
}
