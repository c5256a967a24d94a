/**
 * What a target is made of: its LUNs, who may log in, and the limits that it declares.
 *
 * @module
 */

import type { ChapAlgorithm } from "../wire/chap.ts";
import type { Backing } from "./backing.ts";

/** One LUN. */
export interface TargetLun {
  /** LUN, 0 to 16383; its place in the list where absent. */
  number?: number | undefined;
  /** What holds the bytes. May be absent in a removable LUN that has no medium. */
  backing?: Backing | undefined;
  /** Refuses writes; what the backing says where absent. */
  readOnly?: boolean | undefined;
  /** A medium that can be ejected; false where absent. */
  removable?: boolean | undefined;
  /** Whether the medium of a removable LUN is in; true where absent and there is a backing. */
  mediumPresent?: boolean | undefined;
  /** Whether `Target.close()` closes the backing; true where absent. */
  closeBacking?: boolean | undefined;
  /** Size of a physical block in bytes: the block size times a power of two, up to 2^15; the block size where absent. */
  physicalBlockSize?: number | undefined;
  /** Unit serial number, 1 to 36 printable ASCII characters; derived from the target's name and the LUN where absent. */
  serial?: string | undefined;
  /** Vendor, at most 8 ASCII characters; `LUNSTRM` where absent. */
  vendor?: string | undefined;
  /** Product, at most 16 ASCII characters; `VIRTUAL-DISK` where absent. */
  product?: string | undefined;
  /** Revision, at most 4 ASCII characters; `0001` where absent. */
  revision?: string | undefined;
}

/** Who may log in. */
export interface TargetAuth {
  /** Name that the initiator must give, not empty. */
  username: string;
  /** Secret that the initiator must prove, not empty. RFC 7143 §9.2.1 asks for 12 bytes and more. */
  password: string;
  /**
   * What we prove to an initiator that asks for it (mutual CHAP); such an initiator is refused where absent. The secret must
   * be another one.
   */
  target?: { username: string; password: string } | undefined;
  /** Hashes that are accepted; all four where absent. The initiator's order decides. */
  algorithms?: readonly ChapAlgorithm[] | undefined;
  /** Whether discovery sessions must log in too; true where absent. */
  discovery?: boolean | undefined;
}

/** A digest of RFC 7143 §13.1. */
export type DigestChoice = "None" | "CRC32C";

/** What the target declares or offers in the login (RFC 7143 §13). Lengths are bytes. */
export interface TargetLimits {
  /** Longest data segment that we take, 512 to 16777215; 262144 where absent. */
  maxRecvDataSegmentLength?: number | undefined;
  /** Longest sequence of data, 512 to 16777215; 1048576 where absent. */
  maxBurstLength?: number | undefined;
  /** Most unsolicited data of a command, 512 to 16777215; 262144 where absent. */
  firstBurstLength?: number | undefined;
  /** Whether we insist on an R2T before any Data-Out; false where absent. */
  initialR2T?: boolean | undefined;
  /** Whether we take data in the command PDU; true where absent. */
  immediateData?: boolean | undefined;
  /** R2Ts of one command under way at once, 1 to 65535; 4 where absent. */
  maxOutstandingR2T?: number | undefined;
  /** Header digests that we accept; `["None", "CRC32C"]` where absent. */
  headerDigest?: readonly DigestChoice[] | undefined;
  /** Data digests that we accept; `["None", "CRC32C"]` where absent. */
  dataDigest?: readonly DigestChoice[] | undefined;
}

/** Options of {@link startTarget}. */
export interface TargetOptions extends TargetLimits {
  /** Address to listen on; `127.0.0.1` where absent. */
  host?: string | undefined;
  /** Port to listen on, 0 for any free one; 0 where absent. */
  port?: number | undefined;
  /** iSCSI name; `iqn.2026-01.io.github.lunstream:target` where absent. */
  targetName?: string | undefined;
  /** The LUNs. */
  luns: readonly TargetLun[];
  /** Who may log in; anyone where absent. */
  auth?: TargetAuth | undefined;
  /** iSCSI names of the initiators that may log in; any where absent. A name alone proves nothing: see `auth`. */
  initiators?: readonly string[] | undefined;
  /** Commands of one session at once, 1 to 1024: the size of the command window; 128 where absent. */
  queueDepth?: number | undefined;
  /** Sessions at once, 1 to 65535; 256 where absent. */
  maxSessions?: number | undefined;
  /** Time for a whole login in milliseconds; 15000 where absent. */
  loginTimeout?: number | undefined;
  /**
   * Silence in milliseconds after which an initiator is pinged; it has as long again to answer, or is cut off. 0: never.
   * 60000 where absent.
   */
  pingInterval?: number | undefined;
  /** Whether the first command of a session on each LUN gets UNIT ATTENTION 29/00; false where absent. */
  unitAttentionAtLogin?: boolean | undefined;
}

/** iSCSI name of a target that was given none. */
export const DEFAULT_TARGET_NAME: string = "iqn.2026-01.io.github.lunstream:target";
