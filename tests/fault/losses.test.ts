// time limit: 120 s
// Operations that overlap, by several writers, while the target restarts and loses its cache, tells of changes, changes its size,
// and becomes another disk: never a flush or a "finish" that lies, never a byte that was not written, never a write to another disk.
// FAULT_OPERATIONS: how many (20,000 where absent); FAULT_SECONDS: go on until then instead. SEED: the seed that a failure printed.
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Random, runSeed } from "../contract/random.ts";
import { Episode } from "./losses_episode.ts";

const SECONDS = Number(process.env["FAULT_SECONDS"] ?? 0);
const OPERATIONS = SECONDS > 0 ? Infinity : Number(process.env["FAULT_OPERATIONS"] ?? 20_000);
/** Operations of one disk. */
const EPISODE = 250;

const seed = runSeed("losses");

test("a target that loses and changes things is never believed wrongly", async () => {
  const end = performance.now() + SECONDS * 1000;
  const done = new Map<string, number>();
  const wrong: string[] = [];
  let next = 0;
  const more = () => wrong.length === 0 && next * EPISODE < OPERATIONS && (SECONDS === 0 || performance.now() < end);
  const worker = async (): Promise<void> => {
    while (more()) {
      const number = next++;
      const episode = new Episode(new Random(seed + number));
      await episode.run(EPISODE);
      for (const [name, count] of episode.done) done.set(name, (done.get(name) ?? 0) + count);
      for (const what of episode.wrong) wrong.push(`SEED=${seed + number} FAULT_OPERATIONS=${EPISODE}: ${what}`);
    }
  };
  // An episode waits now and then.
  await Promise.all(Array.from({ length: 4 }, worker));
  console.log(`  ${next * EPISODE} operations: ${[...done].map(([name, count]) => `${count} ${name}`).join(", ")}`);
  assert.equal(wrong, []);
});

test.run();
