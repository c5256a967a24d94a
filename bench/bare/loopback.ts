/**
 * What loopback gives in this runtime, without iSCSI: two processes of it, one that sends and one that receives.
 *
 * Usage: `loopback.ts stream|ping SECONDS`. `stream`: one sends pieces of 256 KiB, the other drops them. `ping`: one asks with
 * 48 bytes, the other answers with 48 and 4096, 32 at a time, as with reads of 4 KiB. Prints one line of JSON: bytes received,
 * seconds, rate (MB/s), answers, reads (how often the receiver was woken) and cpu (its seconds, user and system).
 *
 * @module
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Ends } from "./loopback_ends.ts";

const PIECE = 256 * 1024;
const QUESTION = 48;
const ANSWER = 48 + 4096;
const DEPTH = 32;
const IN_DENO = process.versions["deno"] !== undefined;

function ends(): Promise<Ends> {
  return IN_DENO ? import("./loopback_deno.ts") : import("./loopback_node.ts");
}

/** The sender, a process of its own: prints its port, and ends with its connection. */
async function send(kind: string): Promise<void> {
  const { listen } = await ends();
  const buffer = new Uint8Array(Math.max(PIECE, DEPTH * ANSWER)).fill(0x5a);
  const port = await listen(async (end) => {
    if (kind === "stream") {
      for (;;) await end.write(buffer.subarray(0, PIECE));
    }
    let asked = 0;
    await end.receive(new Uint8Array(DEPTH * QUESTION), (length) => {
      asked += length;
      const count = Math.floor(asked / QUESTION);
      asked -= count * QUESTION;
      if (count > 0) end.write(buffer.subarray(0, count * ANSWER)).catch(() => process.exit());
    });
  });
  console.log(port);
}

/** The receiver, which counts. */
async function receive(kind: string, seconds: number): Promise<void> {
  const path = fileURLToPath(import.meta.url);
  const args = [...(IN_DENO ? ["run", "-A", "--no-check", path] : [path]), kind, "0"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const port = await new Promise<number>((resolve) => child.stdout.once("data", (line) => resolve(Number(line))));
  const { connect } = await ends();
  const questions = new Uint8Array(DEPTH * QUESTION);
  let [bytes, reads, pending] = [0, 0, 0];
  const end = await connect(port, new Uint8Array(PIECE), (length) => {
    bytes += length;
    reads++;
    if (kind === "stream") return;
    pending += length;
    const count = Math.floor(pending / ANSWER);
    pending -= count * ANSWER;
    if (count > 0) void end.write(questions.subarray(0, count * QUESTION));
  });
  const before = process.cpuUsage();
  const start = performance.now();
  if (kind === "ping") void end.write(questions);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const took = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  const answers = kind === "ping" ? Math.floor(bytes / ANSWER) : undefined;
  const rate = Math.round(bytes / took / 1e6);
  console.log(JSON.stringify({ bytes, seconds: took, rate, answers, reads, cpu: (user + system) / 1e6 }));
  process.exit();
}

const [kind = "", seconds = ""] = process.argv.slice(2);
if ((kind !== "stream" && kind !== "ping") || !(Number(seconds) >= 0) || seconds === "") {
  throw new Error("Usage: stream|ping SECONDS");
}
await (seconds === "0" ? send(kind) : receive(kind, Number(seconds)));
