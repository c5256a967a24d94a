import { Answer, type ParsedAnswer } from "../data/answer.ts";

/** What all VPD pages have in common. */
export interface VpdHeader extends ParsedAnswer {
  /** Page code, 0 to 255. */
  readonly page: number;
  /** Peripheral qualifier. */
  readonly qualifier: number;
  /** Peripheral device type, 0 to 31. */
  readonly deviceType: number;
}

/** Starts to read a page: checks its header and takes the PAGE LENGTH. @throws {IscsiError} `SCSI_BAD_DATA` */
export function openVpd(bytes: Uint8Array): Answer {
  const answer = new Answer("A VPD page", bytes, 4);
  answer.announce(4 + answer.u16(2));
  return answer;
}

/** The common members; call it when all has been read, so that it has every problem. */
export function vpdHeader(answer: Answer): VpdHeader {
  return {
    page: answer.u8(1),
    qualifier: answer.bits(0, 7, 3),
    deviceType: answer.bits(0, 4, 5),
    ...answer.report(),
  };
}
