/**
 * The negotiated parameters.
 *
 * @module
 */

/** Results of the login, each checked against its range and against what was offered. */
export interface SessionParameters {
  /** Most bytes of data in one PDU to the initiator, 512 to 2^24-1, as the initiator declared. */
  maxRecvDataSegmentLength: number;
  /** Most bytes of data in one PDU to the target, 512 to 2^24-1, as the target declared; else 8192. */
  targetMaxRecvDataSegmentLength: number;
  /** Most bytes of one Data-In or solicited Data-Out sequence, 512 to 2^24-1. */
  maxBurstLength: number;
  /** Most bytes of unsolicited data of one command, 512 to `maxBurstLength`. */
  firstBurstLength: number;
  /** Whether data beyond the command PDU need an R2T first. */
  initialR2T: boolean;
  /** Whether the command PDU may carry data. */
  immediateData: boolean;
  /** Most open R2Ts of one command, 1 to 65535. */
  maxOutstandingR2T: number;
  /** Whether headers carry a CRC32C from the first full-feature PDU on. */
  headerDigest: boolean;
  /** Whether data segments carry a CRC32C from the first full-feature PDU on. */
  dataDigest: boolean;
  /** Seconds to wait before a reconnect, 0 to 3600. */
  defaultTime2Wait: number;
  /** Seconds after that in which tasks can be reassigned, 0 to 3600. */
  defaultTime2Retain: number;
  /** The target's portal group of this session, 0 to 65535; undefined if not declared. */
  targetPortalGroupTag?: number;
  /** The target's descriptive name, unchanged: escape it before display. */
  targetAlias?: string;
  /** Always 0: a failed connection ends its session, and the session is reinstated. */
  errorRecoveryLevel: 0;
  /** Whether the data of one sequence come in ascending order. */
  dataPduInOrder: boolean;
  /** Whether the sequences of one command come in ascending order. */
  dataSequenceInOrder: boolean;
  /** iSCSIProtocolLevel, 0 to 31: 1 is RFC 7143, 2 adds RFC 7144. */
  protocolLevel: number;
}
