// time limit: 180 s
// waits
// A network namespace that drops every packet for 20 s in the middle of two copies, one from a LUN and one to a LUN.
// Skipped where namespaces cannot be made (they need root).
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { peer, where } from "../peers/peer.ts";
import { run } from "../peers/run.ts";
import { startTgtd } from "../peers/tgtd.ts";
import { comparePatternFile, writePatternFile } from "./bytes.ts";
import { ownProcess } from "./own_process.ts";

const SIZE = 64 << 20;
const SILENCE = 20_000;
const OLD = 0xa1;
const NEW = 0xb2;
const CHILD = fileURLToPath(new URL("./netns_copy.ts", import.meta.url));
const NAME = `lunstream${process.pid}`;
/** Interface names have 15 characters at most. */
const [OUTER, INNER] = [`lno${process.pid}`, `lni${process.pid}`];
/** From the range for benchmarks (RFC 2544), which nobody routes. */
const NET = `198.18.${process.pid % 254}`;

const programs = ["ip", "nft", "tgtd", "tgtadm"].map((name) => peer(name));

function possible(): boolean {
  const ip = programs[0];
  if (ip === undefined || programs.includes(undefined)) return false;
  if (spawnSync(ip, ["netns", "add", `${NAME}try`], { stdio: "ignore" }).status !== 0) return false;
  const link = ["link", "add", OUTER, "type", "veth", "peer", "name", INNER, "netns", `${NAME}try`];
  const works = spawnSync(ip, link, { stdio: "ignore" }).status === 0;
  spawnSync(ip, ["netns", "del", `${NAME}try`], { stdio: "ignore" });
  return works;
}

interface Message {
  moving?: number;
  state?: string;
  code?: string;
  recovered?: number;
  attempts?: number;
  done?: boolean;
}

const inNamespace = where(possible(), "the right to make network namespaces", test);

inNamespace("20 s without a packet in the middle of a copy", async () => {
  const ip = (...args: string[]) => run(programs[0] as string, args, { check: true });
  const inside = (...args: string[]) => ip("netns", "exec", NAME, ...args);
  const nft = programs[1] as string;
  const folder = mkdtempSync(join(tmpdir(), "lunstream-netns-"));
  await ip("netns", "add", NAME);
  try {
    await ip("link", "add", OUTER, "type", "veth", "peer", "name", INNER, "netns", NAME);
    await ip("addr", "add", `${NET}.1/30`, "dev", OUTER);
    await ip("link", "set", OUTER, "up");
    await inside("ip", "addr", "add", `${NET}.2/30`, "dev", INNER);
    await inside("ip", "link", "set", INNER, "up");
    const target = await startTgtd({
      hosts: [`${NET}.1`],
      luns: [{ size: SIZE }, { size: SIZE }],
      params: { DefaultTime2Wait: "0", MaxRecvDataSegmentLength: "262144" },
    });
    try {
      writePatternFile(target.path(1), SIZE, OLD);
      const [from, to] = [join(folder, "from"), join(folder, "to")];
      writeFileSync(to, "");
      truncateSync(to, SIZE);
      writePatternFile(to, SIZE, NEW);
      const prefix = [programs[0] as string, "netns", "exec", NAME];
      const broken = join(folder, "broken");
      const copies = [["from", target.url(1), from, broken], ["to", target.url(2), to, broken]]
        .map((args) => ownProcess<Message>(CHILD, { args, prefix }));
      await Promise.all(copies.map(({ until }) => until(({ moving }) => moving !== undefined)));

      await inside(
        nft,
        "add table inet cut; add chain inet cut in { type filter hook input priority 0; policy drop; }; " +
          "add chain inet cut out { type filter hook output priority 0; policy drop; }",
      );
      writeFileSync(broken, "");
      await wait(SILENCE);
      for (const { messages } of copies) {
        const last = messages.at(-1);
        assert.is(last?.state, "reconnecting", JSON.stringify(messages));
        assert.is(last?.code, "ISCSI_KEEPALIVE_TIMEOUT", JSON.stringify(messages));
      }
      await inside(nft, "delete table inet cut");

      for (const { ended, messages } of copies) {
        assert.is(await ended, 0, JSON.stringify(messages));
        const { recovered, attempts } = messages.find((message) => message.recovered !== undefined) as Message;
        console.log(`  recovered after ${recovered} ms, ${attempts} tries`);
      }
      assert.is(comparePatternFile(from, SIZE, OLD), -1, "the copy from the LUN");
      assert.is(comparePatternFile(target.path(2), SIZE, NEW), -1, "the copy to the LUN");
    } finally {
      await target.stop();
    }
  } finally {
    await ip("netns", "del", NAME);
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
