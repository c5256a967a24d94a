/**
 * The codec: headers and CDBs, one at a time.
 *
 * @module
 */

import { read10, read16, readSmallest, write10 } from "../../src/scsi/mod.ts";
import {
  type DataIn,
  type DataOut,
  decodeDataIn,
  decodeDataOut,
  decodeNopIn,
  decodeNopOut,
  decodeR2T,
  decodeScsiCommand,
  decodeScsiResponse,
  encodeDataIn,
  encodeDataOut,
  encodeNopIn,
  encodeNopOut,
  encodeR2T,
  encodeScsiCommand,
  encodeScsiResponse,
  type NopIn,
  type NopOut,
  type R2T,
  RESERVED_TAG,
  type ScsiCommandPdu,
  type ScsiResponse,
} from "../../src/wire/mod.ts";
import type { MicroCase } from "./micro_case.ts";

const OPERATIONS = 512;
const NUMBERS = { statSN: 0xfffffff0, expCmdSN: 0x7ffffff0, maxCmdSN: 0x80000030 };

export const COMMAND: ScsiCommandPdu = {
  immediate: false,
  final: true,
  read: true,
  write: false,
  attribute: 1,
  dataSegmentLength: 0,
  lun: 1n << 48n,
  initiatorTaskTag: 1,
  expectedDataTransferLength: 4096,
  cmdSN: 1,
  expStatSN: 1,
  cdb: Uint8Array.of(0x28, 0, 0, 1, 2, 3, 0, 0, 8, 0),
};
export const RESPONSE: ScsiResponse = {
  ...NUMBERS,
  dataSegmentLength: 0,
  bidirectionalOverflow: false,
  bidirectionalUnderflow: false,
  overflow: false,
  underflow: false,
  response: 0,
  status: 0,
  initiatorTaskTag: 1,
  snackTag: 0,
  expDataSN: 0,
  bidirectionalResidualCount: 0,
  residualCount: 0,
};
export const DATA_IN: DataIn = {
  ...NUMBERS,
  final: true,
  acknowledge: false,
  overflow: false,
  underflow: false,
  statusPresent: true,
  status: 0,
  dataSegmentLength: 4096,
  lun: 0n,
  initiatorTaskTag: 1,
  targetTransferTag: RESERVED_TAG,
  dataSN: 0,
  bufferOffset: 0,
  residualCount: 0,
};
const DATA_OUT: DataOut = {
  final: true,
  dataSegmentLength: 8192,
  lun: 1n << 48n,
  initiatorTaskTag: 1,
  targetTransferTag: 7,
  expStatSN: 1,
  dataSN: 0,
  bufferOffset: 65536,
};
const READY_TO_TRANSFER: R2T = {
  ...NUMBERS,
  lun: 1n << 48n,
  initiatorTaskTag: 1,
  targetTransferTag: 7,
  r2tSN: 0,
  bufferOffset: 65536,
  desiredDataTransferLength: 65536,
};
const NOP_OUT: NopOut = {
  immediate: true,
  dataSegmentLength: 0,
  lun: 0n,
  initiatorTaskTag: 1,
  targetTransferTag: RESERVED_TAG,
  cmdSN: 1,
  expStatSN: 1,
};
const NOP_IN: NopIn = {
  ...NUMBERS,
  dataSegmentLength: 0,
  lun: 0n,
  initiatorTaskTag: 1,
  targetTransferTag: RESERVED_TAG,
};

/** Both ways of one PDU, with a tag that changes. */
function both<Pdu extends { initiatorTaskTag: number }>(
  name: string,
  pdu: Pdu,
  encode: (pdu: Pdu) => Uint8Array,
  decode: (header: Uint8Array) => Pdu,
): MicroCase[] {
  const fields = { ...pdu };
  const header = encode(fields);
  return [
    {
      name: `codec: encode ${name}`,
      operations: OPERATIONS,
      run: () => {
        let sum = 0;
        for (let i = 0; i < OPERATIONS; i++) {
          fields.initiatorTaskTag = i;
          sum += encode(fields)[19]!;
        }
        return sum;
      },
    },
    {
      name: `codec: decode ${name}`,
      operations: OPERATIONS,
      run: () => {
        let sum = 0;
        for (let i = 0; i < OPERATIONS; i++) {
          header[19] = i;
          sum += decode(header).initiatorTaskTag;
        }
        return sum;
      },
    },
  ];
}

function cdb(name: string, build: (lba: number) => { cdb: Uint8Array }): MicroCase {
  return {
    name: `codec: CDB of ${name}`,
    operations: OPERATIONS,
    run: () => {
      let sum = 0;
      for (let i = 0; i < OPERATIONS; i++) sum += build(i).cdb[5]!;
      return sum;
    },
  };
}

/** Headers of SCSI Command, Response, Data-In, Data-Out, R2T and NOP, and CDBs as a LUN needs them. */
export function codecCases(): MicroCase[] {
  const data = new Uint8Array(4096);
  const sized = { blocks: 8 };
  return [
    ...both("SCSI Command", COMMAND, encodeScsiCommand, decodeScsiCommand),
    ...both("SCSI Response", RESPONSE, encodeScsiResponse, decodeScsiResponse),
    ...both("Data-In", DATA_IN, encodeDataIn, decodeDataIn),
    ...both("Data-Out", DATA_OUT, encodeDataOut, decodeDataOut),
    ...both("R2T", READY_TO_TRANSFER, encodeR2T, decodeR2T),
    ...both("NOP-Out", NOP_OUT, encodeNopOut, decodeNopOut),
    ...both("NOP-In", NOP_IN, encodeNopIn, decodeNopIn),
    cdb("READ (10)", (lba) => read10({ ...sized, lba, dataIn: data })),
    cdb("READ (16)", (lba) => read16({ ...sized, lba, dataIn: data })),
    cdb("the smallest READ", (lba) => readSmallest({ ...sized, lba, dataIn: data })),
    cdb("WRITE (10)", (lba) => write10({ ...sized, lba, dataOut: data })),
  ];
}
