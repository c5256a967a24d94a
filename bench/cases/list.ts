/**
 * Everything that is measured, in order.
 *
 * @module
 */

import { type Case, type RequestWork, sizeText, type Variant } from "./case.ts";

const KIB = 1024;
const SIZES = [4 * KIB, 64 * KIB, 256 * KIB, 1024 * KIB];
const DEPTHS = [1, 8, 32, 128];
/** tgtd takes Data-Out of 8 KiB unless it is told otherwise. */
const LARGE_DATA_OUT = { MaxRecvDataSegmentLength: String(256 * KIB) };
const EITHER_DIGEST = { HeaderDigest: "CRC32C,None", DataDigest: "CRC32C,None" };
const HEADER = "headerDigest=1";
const DATA = "dataDigest=1";

type Rest = Partial<Omit<Case, "work">> & { random?: boolean };

function requests(op: RequestWork["op"], size: number, depth: number, rest: Rest = {}): Case {
  const { random, ...others } = rest;
  const work: RequestWork = { kind: "requests", op, size, depth, ...(random === undefined ? {} : { random }) };
  const how = op === "mixed" ? "read and write 70/30" : op;
  const added = rest.delay === undefined ? "" : `, ${rest.delay} ms of added latency`;
  const title = `${random ? "random " : ""}${how} ${sizeText(size)}, depth ${depth}${added}`;
  return { title, group: "", work, params: op === "read" ? {} : LARGE_DATA_OUT, ...others };
}

function grid(group: string, make: (size: number, depth: number) => Case): Case[] {
  return SIZES.flatMap((size) => DEPTHS.map((depth) => ({ ...make(size, depth), group })));
}

const sequential: Case[] = [
  ...grid("Reading in sequence", (size, depth) => ({
    ...requests("read", size, depth),
    quick: depth === 32 && size === 256 * KIB || depth === 1 && size === 4 * KIB,
  })),
  ...grid("Writing in sequence, the target takes 256 KiB Data-Out", (size, depth) => ({
    ...requests("write", size, depth),
    quick: depth === 32 && size === 256 * KIB,
  })),
  ...grid("Writing in sequence, the target takes 8 KiB Data-Out", (size, depth) => {
    const one = requests("write", size, depth, { params: {} });
    return { ...one, title: `${one.title}, 8 KiB Data-Out`, quick: depth === 32 && size === 256 * KIB };
  }).filter(({ work }) => work.kind === "requests" && work.size > 4 * KIB),
];

const random: Case[] = [
  requests("read", 4 * KIB, 32, { random: true, quick: true }),
  requests("write", 4 * KIB, 32, { random: true, quick: true }),
  requests("mixed", 4 * KIB, 32, { random: true, quick: true }),
].map((one) => ({ ...one, group: "At random" }));

const READ_CALLS: Variant[] = [{ name: "" }, { name: "read()", options: ["api=read"] }, {
  name: "read() and recycle()",
  options: ["api=recycle"],
}];
const interfaces: Case[] = [
  {
    ...requests("read", 256 * KIB, 32, { variants: READ_CALLS, quick: true }),
    title: "readInto(), read() and recycle(), 256 KiB",
  },
  { ...requests("read", 4 * KIB, 32, { variants: READ_CALLS }), title: "readInto(), read() and recycle(), 4 KiB" },
  {
    ...requests("read", 256 * KIB, 32, {
      variants: [{ name: "" }, { name: "createReadStream", kind: "stream-read" }, {
        name: "readable",
        kind: "web-read",
      }],
      quick: true,
    }),
    title: "streams, reading (the others: 256 KiB, depth 32)",
  },
  {
    ...requests("write", 256 * KIB, 32, {
      variants: [{ name: "" }, { name: "createWriteStream", kind: "stream-write" }, {
        name: "writable",
        kind: "web-write",
      }],
      quick: true,
    }),
    title: "streams, writing chunks of 256 KiB (the others: depth 32)",
  },
].map((one) => ({ ...one, group: "read(), readInto() and streams" }));

const COPIES: [Case["title"], "lun" | "file", "lun" | "file" | "stdout"][] = [
  ["LUN to a file", "lun", "file"],
  ["a file to a LUN", "file", "lun"],
  ["LUN to LUN", "lun", "lun"],
  ["LUN to standard output", "lun", "stdout"],
];
const copies: Case[] = COPIES.map(([title, from, to]) => ({
  title,
  group: "Copies",
  work: { kind: "copy", from, to },
  params: LARGE_DATA_OUT,
  quick: true,
}));

const DIGESTS: Variant[] = [
  { name: "" },
  { name: "header digest", options: [HEADER] },
  { name: "data digest", options: [DATA] },
  { name: "data digest, native", options: [DATA], native: true },
  { name: "both digests", options: [HEADER, DATA] },
  { name: "both digests, native", options: [HEADER, DATA], native: true },
];
const digests: Case[] = [
  requests("read", 256 * KIB, 32, { params: EITHER_DIGEST, quick: true }),
  requests("write", 256 * KIB, 32, { params: { ...LARGE_DATA_OUT, ...EITHER_DIGEST } }),
  requests("read", 4 * KIB, 32, { params: EITHER_DIGEST }),
].map((one) => ({ ...one, title: `digests, ${one.title}`, group: "Digests", variants: DIGESTS }));

const sessions: Case[] = [
  { title: "login with CHAP", group: "Sessions", work: { kind: "login" }, params: {}, chap: true, quick: true },
  { title: "login without CHAP", group: "Sessions", work: { kind: "login" }, params: {} },
  ...[1, 8, 64, 512].map((count): Case => ({
    title: count === 1 ? "1 session" : `${count} sessions at once`,
    group: "Sessions",
    work: { kind: "sessions", count, size: 64 * KIB, depth: 4 },
    params: {},
    quick: count === 64,
  })),
];

const delayed: Case[] = [1, 10, 50].flatMap((delay) =>
  [
    ...[
      requests("read", 256 * KIB, 32, { delay, quick: delay === 10 }),
      requests("write", 256 * KIB, 32, { delay }),
      requests("read", 4 * KIB, 32, { delay }),
      requests("read", 4 * KIB, 1, { delay }),
    ],
    ...copies.slice(0, 2).map((one) => ({
      ...one,
      title: `${one.title}, ${delay} ms of added latency`,
      delay,
      quick: delay === 10,
    })),
  ].map((one) => ({ ...one, group: "Added latency" }))
);

/** Everything that is measured, in order. */
export const CASES: readonly Case[] = [
  ...sequential,
  ...random,
  ...interfaces,
  ...copies,
  ...digests,
  ...sessions,
  ...delayed,
];
