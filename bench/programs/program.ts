/**
 * A program that does the work of a case, in a process of its own.
 *
 * @module
 */

import { findProgram } from "../../tests/peers/peer.ts";
import type { WorkerResult } from "../workload/meter.ts";

/** Where the work of a case is done. */
export interface Place {
  /** The LUN, with credentials where the target wants them. */
  url: string;
  /** Another one of the same size, the destination of copies. */
  secondUrl: string;
  /** A file with the bytes of the LUN, the source of copies. */
  source: string;
  /** A file that is not there, the destination of copies. */
  file: string;
  /** How long a program works that is told so. */
  seconds: number;
}

/** Whose a program is: `bare` is the least code that does the work in a runtime, and the ceiling there. */
export type Role = "peer" | "ours" | "bare";
/** What runs our code. */
export type Runtime = "Deno" | "Node";

/** How a program does the work of a case. */
export interface Program {
  /** Name of the row. */
  name: string;
  /** Whose it is. */
  role: Role;
  /** What runs it, where it is not the machine itself. */
  runtime?: Runtime;
  /** Which of our ways; that of the first variant is empty. */
  variant?: string;
  /** It makes a number of requests and knows no time: the number is found out first. */
  counts?: boolean;
  /** Its standard output goes through a pipe to nowhere. */
  piped?: boolean;
  /** The command line; `count` is for those that count. */
  line(place: Place, count: number): string[];
  /** A command line with next to no work, whose CPU time is that of the start-up. */
  idle?(place: Place): string[];
  /** What it measured itself, or what its whole run of `elapsed` seconds did; absent: it copied all there is. */
  parse?(output: string, place: Place, elapsed: number): WorkerResult;
}

/** Path of a program of the machine. */
export function installed(name: string): string {
  const path = findProgram(name);
  if (path === undefined) {
    throw new Error(`The benchmark needs the program ${name} (deno run -A scripts/install_peers.ts)`);
  }
  return path;
}
