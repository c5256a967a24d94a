/**
 * What the figures are of.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { command } from "../scripts/lib/command.ts";

/** A folder in memory, where there is one: the disk of the machine is not what is measured. */
export const MEMORY: string = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** The machine and the versions of the programs. */
export async function describeMachine(): Promise<string> {
  const version = async (program: string, pattern: RegExp): Promise<string> =>
    pattern.exec((await command(program, ["--version"])).output)?.[1] ?? "?";
  const [node, qemu] = await Promise.all([version("node", /v([\d.]+)/), version("qemu-img", /version ([\d.]+)/)]);
  return `${cpus().length} cores (${cpus()[0]?.model ?? "?"}), Deno ${Deno.version.deno}, Node ${node}, ` +
    `qemu-img ${qemu}, tgtd over loopback with LUNs in memory.`;
}
