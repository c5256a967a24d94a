/**
 * Options of a target: its LUNs, who may log in, and the limits that it declares.
 *
 * @module
 */

import type { ChapAlgorithm } from "../wire/chap.ts";
import type { Backing } from "./backing.ts";

/** One LUN. */
export interface TargetLun {
  /** LUN, 0 to 16383. Default: its place in the list. */
  number?: number | undefined;
  /** What holds the bytes. May be absent in a removable LUN that has no medium. */
  backing?: Backing | undefined;
  /** Refuses writes. Default: what the backing says. */
  readOnly?: boolean | undefined;
  /**
   * A medium that can be ejected.
   *
   * @default false
   */
  removable?: boolean | undefined;
  /** Whether the medium of a removable LUN is in. Default: whether there is a backing. */
  mediumPresent?: boolean | undefined;
  /**
   * Whether `Target.close()` closes the backing.
   *
   * @default true
   */
  closeBacking?: boolean | undefined;
  /** Size of a physical block in bytes: the block size times a power of two, up to 2^15. Default: the block size. */
  physicalBlockSize?: number | undefined;
  /** Unit serial number, 1 to 36 printable ASCII characters. Default: derived from the target's name and the LUN. */
  serial?: string | undefined;
  /**
   * Vendor, at most 8 ASCII characters.
   *
   * @default "LUNSTRM"
   */
  vendor?: string | undefined;
  /**
   * Product, at most 16 ASCII characters.
   *
   * @default "VIRTUAL-DISK"
   */
  product?: string | undefined;
  /**
   * Revision, at most 4 ASCII characters.
   *
   * @default "0001"
   */
  revision?: string | undefined;
}

/** Who may log in. */
export interface TargetAuth {
  /** Name that the initiator must give, not empty. */
  username: string;
  /** Secret that the initiator must prove, not empty. RFC 7143 §9.2.1 asks for at least 12 bytes. */
  password: string;
  /**
   * What the target proves to an initiator that asks for it (mutual CHAP). Its secret must differ from `password`. Without
   * it such an initiator is refused.
   */
  target?: { username: string; password: string } | undefined;
  /** Hashes that are accepted; the initiator's order decides. Default: all four. */
  algorithms?: readonly ChapAlgorithm[] | undefined;
  /**
   * Whether discovery sessions must log in too.
   *
   * @default true
   */
  discovery?: boolean | undefined;
}

/** A digest of RFC 7143 §13.1. */
export type DigestChoice = "None" | "CRC32C";

/** What the target declares or offers in the login (RFC 7143 §13). Lengths are bytes. */
export interface TargetLimits {
  /**
   * Longest data segment that the target accepts, 512 to 16777215.
   *
   * @default 262144
   */
  maxRecvDataSegmentLength?: number | undefined;
  /**
   * Longest sequence of data, 512 to 16777215.
   *
   * @default 1048576
   */
  maxBurstLength?: number | undefined;
  /**
   * Most unsolicited data of a command, 512 to 16777215.
   *
   * @default 262144
   */
  firstBurstLength?: number | undefined;
  /**
   * Whether the target insists on an R2T before any Data-Out.
   *
   * @default false
   */
  initialR2T?: boolean | undefined;
  /**
   * Whether the target accepts data in the command PDU.
   *
   * @default true
   */
  immediateData?: boolean | undefined;
  /**
   * R2Ts of one command that may be outstanding, 1 to 65535.
   *
   * @default 4
   */
  maxOutstandingR2T?: number | undefined;
  /**
   * Header digests that the target accepts.
   *
   * @default ["None", "CRC32C"]
   */
  headerDigest?: readonly DigestChoice[] | undefined;
  /**
   * Data digests that the target accepts.
   *
   * @default ["None", "CRC32C"]
   */
  dataDigest?: readonly DigestChoice[] | undefined;
}

/** Options of {@link startTarget}. */
export interface TargetOptions extends TargetLimits {
  /**
   * Address to listen on.
   *
   * @default "127.0.0.1"
   */
  host?: string | undefined;
  /**
   * Port to listen on, 0 for any free one.
   *
   * @default 0
   */
  port?: number | undefined;
  /**
   * iSCSI name. Names of targets and initiators are compared without case (RFC 3722), and kept in lower case.
   *
   * @default "iqn.2026-01.io.github.lunstream:target"
   */
  targetName?: string | undefined;
  /** The LUNs. */
  luns: readonly TargetLun[];
  /** Who may log in. Default: anyone. */
  auth?: TargetAuth | undefined;
  /** iSCSI names of the initiators that may log in. A name alone proves nothing: see `auth`. Default: any. */
  initiators?: readonly string[] | undefined;
  /**
   * Commands of one session in flight, 1 to 1024: the size of the command window.
   *
   * @default 128
   */
  queueDepth?: number | undefined;
  /**
   * Most sessions, 1 to 65535.
   *
   * @default 256
   */
  maxSessions?: number | undefined;
  /**
   * Bytes that the target may hold for all its initiators together, 4 MiB to 1 TiB: data on their way in both directions, commands,
   * texts and logins, and answers that are not read. A fifth is for each of: reads, writes, requests, logins, answers. Where reads or
   * writes are too many, they wait; a command for which there is no memory ends with TASK SET FULL; of connections that do not
   * read their answers the one with the most ends; and while anything waits, so does a connection that has moved nothing for
   * 2 seconds. Besides that a connection costs less than 1 MiB, its data segment under way included.
   *
   * @default 268435456
   */
  maxMemory?: number | undefined;
  /**
   * Time for a whole login in milliseconds.
   *
   * @default 15000
   */
  loginTimeout?: number | undefined;
  /**
   * Silence in milliseconds after which an initiator is pinged; if it does not answer within the same time, its
   * connection is closed. 0: never.
   *
   * @default 60000
   */
  pingInterval?: number | undefined;
  /**
   * Milliseconds between two looks at the sizes of the backings. A LUN whose backing has grown or shrunk has the new
   * capacity, and its initiators get UNIT ATTENTION 2A/09. 0: never; only READ CAPACITY looks then.
   *
   * @default 1000
   */
  measureInterval?: number | undefined;
  /**
   * Whether the first command of a session on each LUN gets UNIT ATTENTION 29/00.
   *
   * @default false
   */
  unitAttentionAtLogin?: boolean | undefined;
}

/** Default iSCSI name of a target. */
export const DEFAULT_TARGET_NAME: string = "iqn.2026-01.io.github.lunstream:target";

/** Default of `maxMemory`, in bytes. */
export const DEFAULT_MEMORY: number = 256 * 1024 * 1024;
