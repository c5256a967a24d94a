/**
 * A process of its own that copies through a network which its parent breaks: it runs inside of a network namespace.
 * Arguments: direction, URL of the LUN, path of the file, path of a file that is there once the network is broken. It prints
 * one line of JSON for each thing that the parent must know.
 *
 * @module
 */

import { existsSync } from "node:fs";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { openLun } from "../../mod.ts";
import { copy, deviceSink, deviceSource, fileSink, fileSource } from "../../src/copy/mod.ts";
import { tell } from "./own_process.ts";

async function main([direction = "", url = "", path = "", broken = ""]: string[]): Promise<void> {
  const lun = await openLun(url, {
    limits: { defaultTime2Wait: 0 },
    keepalive: { interval: 500, timeout: 1_000 },
    timeouts: { connect: 2_000, login: 3_000, command: 60_000, request: 5_000 },
    recovery: { replayWrites: true, minDelay: 50, maxDelay: 500, maxTime: 60_000 },
  });
  lun.session.on("state", ({ state, error }) => tell({ state, code: (error as { code?: string } | undefined)?.code }));
  lun.session.on("recovered", ({ milliseconds, attempts }) => tell({ recovered: Math.round(milliseconds), attempts }));
  let moving = false;
  const onProgress = ({ transferred }: { transferred: number }): void => {
    if (moving || transferred < lun.size / 4) return;
    moving = true;
    tell({ moving: transferred });
  };
  const source = direction === "from" ? deviceSource(lun, { name: "lun" }) : await fileSource(path);
  const sink = direction === "from" ? await fileSink(path) : deviceSink(lun, { name: "lun" });
  // Once it is under way it moves slowly, and its last quarter waits for the parent: it must not be over before its network is
  // broken, however late the other copy began.
  const read = source.read.bind(source);
  source.read = async (buffer, position, operation) => {
    if (moving) await wait(100);
    while (position >= lun.size * 3 / 4 && !existsSync(broken)) await wait(50);
    return await read(buffer, position, operation);
  };
  await copy(source, sink, { onProgress });
  await (direction === "from" ? sink : source).close();
  await lun.close();
  tell({ done: true });
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
