/**
 * What the system knows of TCP sockets: one that was forgotten shows there, whatever the runtime says.
 *
 * @module
 */

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const STATES: Readonly<Record<string, string>> = {
  "01": "ESTABLISHED",
  "02": "SYN_SENT",
  "04": "FIN_WAIT1",
  "05": "FIN_WAIT2",
  "08": "CLOSE_WAIT",
  "09": "LAST_ACK",
  "0B": "CLOSING",
};

/**
 * The states of the IPv4 sockets that are connected, or about to be, to this port of this machine, and that a process still
 * holds. Nothing where the system has no `/proc/net/tcp`.
 */
export function socketsTo(port: number): string[] {
  let table: string;
  try {
    table = readFileSync("/proc/net/tcp", "latin1");
  } catch {
    return [];
  }
  const remote = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const found: string[] = [];
  for (const line of table.split("\n").slice(1)) {
    const [, , address, state, , , , , , inode] = line.trim().split(/\s+/);
    // A socket that its process has closed has no inode, in TIME_WAIT and such.
    if (address?.endsWith(remote) && inode !== "0") found.push(STATES[state as string] ?? `state ${state}`);
  }
  return found;
}

/**
 * How many sockets this process holds. One whose connection was reset, or closed by both sides, is in no table of the
 * system any more, and only its file descriptor shows that it was forgotten. 0 where the system has no `/proc/self/fd`.
 */
export function socketsHeld(): number {
  let names: string[];
  try {
    names = readdirSync("/proc/self/fd");
  } catch {
    return 0;
  }
  return names.filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith("socket:");
    } catch {
      // The one that the folder was read by.
      return false;
    }
  }).length;
}

/** Waits until `good`, and returns whether it is within `limit` milliseconds: a runtime closes a socket some turns late. */
export async function soon(limit: number, good: () => boolean): Promise<boolean> {
  for (const end = performance.now() + limit; !good();) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}
