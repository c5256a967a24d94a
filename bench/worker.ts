/**
 * Our side of a measurement, in a process of its own:
 *
 *     worker.ts KIND URL SIZE DEPTH AMOUNT [NAME=VALUE ...]
 *
 * - KIND: `read`, `write`, `mixed` (70% reads), `stream-read`, `stream-write`, `web-read`, `web-write`, `login`, `sessions`.
 * - SIZE: bytes of a request, or of a chunk that is written to a stream. DEPTH: requests in flight (of each session).
 * - AMOUNT: `5s` works for 5 seconds, `8192` makes as many requests. `-` waits for lines `AMOUNT` on standard input and works
 *   once for each: a warm process that takes turns with others. It ends with its standard input.
 * - `random=1`: positions at random, the same ones in every run; `api=read`: `read()` in place of `readInto()`,
 *   `api=recycle`: and the memory given back;
 *   `headerDigest=1`, `dataDigest=1`: forces CRC32C; `sessions=N`; `lib=PATH`: the `mod.ts` or `mod.js` to measure.
 *
 * It prints a {@link WorkerResult} as a line of JSON for each amount.
 *
 * @module
 */

import { resolve } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { type Amount, parseAmount, type WorkerResult } from "./workload/meter.ts";
import { openLogins } from "./workload/logins.ts";
import { openRequests } from "./workload/requests.ts";
import { openSessions } from "./workload/sessions.ts";
import { openStreams } from "./workload/streams.ts";
import type { Library, Work, WorkOptions } from "./workload/work.ts";

const KINDS: Record<string, (library: Library, kind: string, options: WorkOptions) => Promise<Work>> = {
  read: openRequests,
  write: openRequests,
  mixed: openRequests,
  "stream-read": openStreams,
  "stream-write": openStreams,
  "web-read": openStreams,
  "web-write": openStreams,
  login: openLogins,
  sessions: openSessions,
};

async function loadLibrary(path: string | undefined): Promise<Library> {
  if (path === undefined) return await import("../mod.ts");
  return await import(pathToFileURL(resolve(path)).href);
}

async function main(args: string[]): Promise<void> {
  const [kind = "", url, size, depth, amount, ...rest] = args;
  const open = KINDS[kind];
  if (open === undefined || url === undefined || amount === undefined) {
    throw new Error("Usage: worker.ts KIND URL SIZE DEPTH AMOUNT [NAME=VALUE ...]");
  }
  const named = new Map(rest.map((one) => [one.replace(/=.*/s, ""), one.replace(/^[^=]*=/, "")]));
  const library = await loadLibrary(named.get("lib"));
  const work = await open(library, kind, { url, size: Number(size), depth: Number(depth), named });
  const once = async (one: Amount): Promise<WorkerResult> => {
    const result = await work.run(one);
    console.log(JSON.stringify(result));
    return result;
  };
  try {
    if (amount === "-") {
      for await (const line of createInterface({ input: process.stdin })) await once(parseAmount(line));
    } else await once(parseAmount(amount));
  } finally {
    await work.close();
  }
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
