import type { Answer } from "../data/answer.ts";
import { counterOf, type LogHeader, logHeader, readLogParameters } from "./page.ts";

/** The result of a self-test. */
export interface SelfTestResult {
  /** Parameter code: 1 is the newest, 20 the oldest. */
  readonly code: number;
  /** SELF-TEST CODE of SEND DIAGNOSTIC; 0: the default self-test. */
  readonly selfTestCode: number;
  /** 0 passed, 1 aborted by SEND DIAGNOSTIC, 2 aborted otherwise, 3 could not be completed, 4 to 7 failed, 0xf running. */
  readonly result: number;
  /** SELF-TEST NUMBER: the segment that failed, or vendor specific. */
  readonly number: number;
  /** Hours that the device had run then; 0xffff: as many or more. */
  readonly hours: number;
  /** Block of the first failure; undefined where there is none. */
  readonly failureLba: bigint | undefined;
  /** Sense key of the failure. */
  readonly senseKey: number;
  /** Additional sense code. */
  readonly asc: number;
  /** Its qualifier. */
  readonly ascq: number;
}
/** 10h Self-Test Results (SPC-4). */
export interface SelfTestLog extends LogHeader {
  /** Which page this is. */
  readonly kind: "selfTest";
  /** The results, newest first; entries that were never used are left out. */
  readonly results: readonly SelfTestResult[];
}

const NO_LBA = 0xffff_ffff_ffff_ffffn;

export function readSelfTest(answer: Answer): SelfTestLog {
  const parameters = readLogParameters(answer);
  const results: SelfTestResult[] = [];
  for (const { code, value } of parameters) {
    if (code < 1 || code > 20) continue;
    if (value.length < 16) {
      answer.problem(`Self-test result ${code} must have 16 bytes, it has ${value.length}`);
      continue;
    }
    const byte = (at: number): number => value[at] ?? 0;
    const hours = byte(2) * 256 + byte(3);
    if (value.subarray(0, 16).every((one) => one === 0)) continue; // never used
    const lba = counterOf(value.subarray(4, 12));
    results.push({
      code,
      selfTestCode: byte(0) >> 5,
      result: byte(0) & 15,
      number: byte(1),
      hours,
      failureLba: lba === NO_LBA ? undefined : lba,
      senseKey: byte(12) & 15,
      asc: byte(13),
      ascq: byte(14),
    });
  }
  return { kind: "selfTest", results, ...logHeader(answer, parameters) };
}
