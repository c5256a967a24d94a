/**
 * Where a case takes place: a target with two LUNs in memory, and a relay in front of it where latency is added.
 *
 * @module
 */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { openLun } from "../mod.ts";
import { startTgtd } from "../tests/peers/tgtd.ts";
import type { Case, CopyWork } from "./cases/case.ts";
import { digest, fill } from "./content.ts";
import type { Place } from "./programs/program.ts";
import { type Relay, startRelay } from "./relayed.ts";

/** Where things are, and how large. */
export interface SiteOptions {
  /** Folder in memory, for the LUNs. */
  memory: string;
  /** Folder for the destinations of copies to a file. */
  files: string;
  /** Bytes of a LUN. */
  lunSize: number;
  /** How long a run takes, in seconds. */
  seconds: number;
}

/** Where a case takes place. */
export interface Site {
  /** For the programs. */
  place: Place;
  /** Bytes of a copy. */
  size: number;
  /** SHA-256 of what is copied; empty where nothing is. */
  digest: string;
  /** Before each run: the destination of a copy holds something else. */
  reset(): void;
  /** After each run: throws where a copy is not what its source is. */
  verify(): void;
  /** Ends the target. */
  stop(): Promise<void>;
}

const CONTENT = 0;
/** Of a destination, before. */
const OTHER_CONTENT = 101;
/** Bytes of the read that warms the target up. */
const WARM_UP = 16 * 1024 * 1024;
const USER = { username: "bench", password: "bench-secret-12" };

/** Prepares a case. The LUN holds no zeros, and what earlier cases have written is gone. */
export async function openSite(one: Case, { memory, files, lunSize, seconds }: SiteOptions): Promise<Site> {
  const lun = join(memory, "lun");
  const second = join(memory, "second");
  const file = join(files, "copy.img");
  fill(lun, lunSize, CONTENT);
  fill(second, one.work.kind === "copy" ? lunSize : 1 << 20, OTHER_CONTENT);
  const target = await startTgtd({
    luns: [{ path: lun }, { path: second }],
    params: one.params,
    ...(one.chap === true ? { chap: USER } : {}),
  });
  let relay: Relay | undefined;
  try {
    relay = one.delay === undefined ? undefined : await startRelay(target.host, target.port, one.delay);
  } catch (error) {
    await target.stop();
    throw error;
  }
  const { work } = one;
  const url = (number: number): string => {
    const plain = new URL(target.url(number).replace(/^iscsi:/, "http:"));
    if (relay !== undefined) plain.port = String(relay.port);
    const user = one.chap === true ? `${USER.username}%${USER.password}@` : "";
    return `iscsi://${user}${plain.host}${plain.pathname}`;
  };
  try {
    await warmUp(url(1));
  } catch (error) {
    relay?.stop();
    await target.stop();
    throw error;
  }
  const expected = work.kind === "copy" ? digest(lun) : "";
  return {
    place: { url: url(1), secondUrl: url(2), source: lun, file, seconds },
    size: lunSize,
    digest: expected,
    reset: () => {
      // So that each copy finds memory that the machine has just used: a virtual machine may have to fetch other memory first.
      if (work.kind === "copy" && work.to === "file") fill(file, lunSize, OTHER_CONTENT);
      rmSync(file, { force: true });
      if (work.kind === "copy" && work.to === "lun") fill(second, lunSize, OTHER_CONTENT);
    },
    verify: () => {
      if (work.kind !== "copy") return;
      if (digest(lun) !== expected) throw new Error("The source of the copy has changed");
      const copied = copyOf(work, second, file);
      if (copied !== undefined && digest(copied) !== expected) throw new Error("The copy is not what its source is");
    },
    stop: async () => {
      relay?.stop();
      await target.stop();
      for (const path of [lun, second, file]) rmSync(path, { force: true });
    },
  };
}

/**
 * Makes one large read. tgtd takes memory for each request from the operating system, and gives it back, until it has answered a
 * request that is larger by far (so does malloc of glibc): before that it is the limit of all that it is measured with.
 */
async function warmUp(url: string): Promise<void> {
  await using lun = await openLun(url, { maxTransfer: WARM_UP });
  await lun.read(0, WARM_UP);
}

/** Where a copy is; what went through a pipe is gone. */
function copyOf({ to }: CopyWork, second: string, file: string): string | undefined {
  if (to === "stdout") return undefined;
  return to === "lun" ? second : file;
}
