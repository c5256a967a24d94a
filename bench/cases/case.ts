/**
 * What can be measured.
 *
 * @module
 */

/** Requests of one size, many at a time. */
export interface RequestWork {
  kind: "requests";
  /** `mixed`: 70% reads. */
  op: "read" | "write" | "mixed";
  /** Bytes of one request. */
  size: number;
  /** Requests in flight. */
  depth: number;
  /** At random positions; else from the start of the LUN on and round again. */
  random?: boolean;
}

/** All of a LUN or a file to somewhere else; each end has its own bytes, and is compared afterwards. */
export interface CopyWork {
  kind: "copy";
  /** The source. */
  from: "lun" | "file";
  /** The destination. */
  to: "lun" | "file" | "stdout";
}

/** Opening and closing a LUN, one after the other. */
export interface LoginWork {
  kind: "login";
}

/** Sessions that read at once, all in one process. */
export interface SessionsWork {
  kind: "sessions";
  /** How many sessions. */
  count: number;
  /** Bytes of one request. */
  size: number;
  /** Requests in flight of each session. */
  depth: number;
}

/** One way in which we do the work of a case; all of them are rows of one table. */
export interface Variant {
  /** Behind the name of the row; empty: the plain way, with which the others are compared. */
  name: string;
  /** KIND of bench/worker.ts; that of the work where absent. */
  kind?: string;
  /** NAME=VALUE of bench/worker.ts. */
  options?: readonly string[];
  /** With the native CRC32C provider, in a package as users install it. */
  native?: boolean;
}

/** One thing to measure, in one table. */
export interface Case {
  /** Heading of the table, and what `--only` looks for. */
  title: string;
  /** Heading above it. */
  group: string;
  /** What is done. */
  work: RequestWork | CopyWork | LoginWork | SessionsWork;
  /** Parameters of the target. */
  params: Readonly<Record<string, string>>;
  /** Added latency, there and back, in milliseconds. */
  delay?: number;
  /** The target asks for CHAP. */
  chap?: boolean;
  /** How we do it; once, in the plain way, where absent. */
  variants?: readonly Variant[];
  /** One of those that `--quick` runs. */
  quick?: boolean;
}

const PLAIN: readonly Variant[] = [{ name: "" }];

/** The ways in which we do the work of a case. */
export function variantsOf({ variants }: Case): readonly Variant[] {
  return variants ?? PLAIN;
}

/** A number of bytes that is a whole number of KiB. */
export function sizeText(size: number): string {
  return size < 2 ** 20 ? `${size / 2 ** 10} KiB` : `${size / 2 ** 20} MiB`;
}
