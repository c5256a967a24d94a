/**
 * What a scripted disk has beyond reading and writing: COMPARE AND WRITE, UNMAP, WRITE SAME, GET LBA STATUS.
 *
 * @module
 */

import type { Answer, DiskCommand, DiskNature, ScsiDisk } from "./scsi_disk.ts";

/** The part of a disk's nature that decides about these commands; its VPD pages B0h and B2h announce them. */
export interface DiskFeatures {
  /** Most blocks of one COMPARE AND WRITE; 0: there is no such command. */
  compareAndWrite: number;
  /** UNMAP (LBPU). */
  unmap: boolean;
  /** WRITE SAME(16), with and without UNMAP (LBPWS). */
  writeSame: boolean;
  /** LBPME of READ CAPACITY(16): blocks can be unmapped, and GET LBA STATUS tells which are. */
  thin: boolean;
  /** LBPRZ: unmapped blocks read as zeros. */
  readsZeros: boolean;
}

/** A disk that has none of them. */
export const NO_FEATURES: DiskFeatures = {
  compareAndWrite: 0,
  unmap: false,
  writeSame: false,
  thin: false,
  readsZeros: false,
};

/** VPD page B0h from offset 4 on; undefined where there is nothing to announce. */
export function blockLimitsOf({ compareAndWrite, unmap, writeSame }: DiskNature): Uint8Array | undefined {
  if (compareAndWrite === 0 && !unmap && !writeSame) return undefined;
  const page = new Uint8Array(60);
  const view = new DataView(page.buffer);
  page[1] = compareAndWrite;
  if (unmap) {
    view.setUint32(16, 0xffff_ffff);
    view.setUint32(20, 1);
  }
  if (writeSame) view.setBigUint64(32, 0x1_0000n);
  return page;
}

/** VPD page B2h from offset 4 on; undefined where there is nothing to announce. */
export function provisioningOf({ unmap, writeSame, readsZeros }: DiskNature): Uint8Array | undefined {
  if (!unmap && !writeSame) return undefined;
  return Uint8Array.of(0, (unmap ? 0x80 : 0) | (writeSame ? 0x40 : 0) | (readsZeros ? 0x04 : 0), 2, 0);
}

const INVALID_FIELD: Answer = { sense: { key: 5, asc: 0x24, ascq: 0 } };

/** Carries one of these commands out; undefined: the disk has no such command. */
export function featureAnswer(disk: ScsiDisk, { cdb, data }: DiskCommand): Answer | undefined {
  const { nature } = disk;
  const view = new DataView(cdb.buffer, cdb.byteOffset, cdb.byteLength);
  switch (cdb[0]) {
    case 0x42:
      return nature.unmap ? unmap(disk, data) : undefined;
    case 0x89:
      return nature.compareAndWrite > 0 ? compareAndWrite(disk, view, data) : undefined;
    case 0x93:
      return nature.writeSame ? writeSame(disk, view, data) : undefined;
    case 0x9e:
      return nature.thin && ((cdb[1] as number) & 0x1f) === 0x12 ? lbaStatus(disk, view) : undefined;
    default:
      return undefined;
  }
}

function unmap(disk: ScsiDisk, list: Uint8Array): Answer {
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  for (let at = 8; at + 16 <= 8 + view.getUint16(2); at += 16) {
    disk.unmap(Number(view.getBigUint64(at)), view.getUint32(at + 8));
  }
  return {};
}

function compareAndWrite(disk: ScsiDisk, view: DataView, data: Uint8Array): Answer {
  const blocks = view.getUint8(13);
  if (blocks > disk.nature.compareAndWrite) return INVALID_FIELD;
  const lba = Number(view.getBigUint64(2));
  const length = blocks * disk.nature.blockSize;
  const differs = disk.bytes(lba * disk.nature.blockSize, length).findIndex((byte, i) => byte !== data[i]);
  if (differs >= 0) return { sense: { key: 0xe, asc: 0x1d, ascq: 0, information: differs } };
  return disk.write(lba, blocks, view.getUint8(1), data.subarray(length));
}

function writeSame(disk: ScsiDisk, view: DataView, block: Uint8Array): Answer {
  const [lba, blocks] = [Number(view.getBigUint64(2)), view.getUint32(10)];
  if ((view.getUint8(1) & 0x08) !== 0) {
    disk.unmap(lba, blocks);
    return {};
  }
  const data = new Uint8Array(blocks * block.length);
  for (let i = 0; i < blocks; i++) data.set(block, i * block.length);
  return disk.write(lba, blocks, 0, data);
}

/** Up to eight extents. */
function lbaStatus(disk: ScsiDisk, view: DataView): Answer {
  const extents: [lba: number, blocks: number, status: number][] = [];
  const { blocks } = disk.nature;
  for (let at = Number(view.getBigUint64(2)); at < blocks && extents.length < 8;) {
    const mapped = disk.mapped.has(at);
    let end = at + 1;
    while (end < blocks && disk.mapped.has(end) === mapped) end++;
    extents.push([at, end - at, mapped ? 0 : 1]);
    at = end;
  }
  const data = new Uint8Array(8 + 16 * extents.length);
  const answer = new DataView(data.buffer);
  answer.setUint32(0, data.length - 4);
  extents.forEach(([lba, count, status], i) => {
    answer.setBigUint64(8 + 16 * i, BigInt(lba));
    answer.setUint32(16 + 16 * i, count);
    data[20 + 16 * i] = status;
  });
  return { data: data.subarray(0, view.getUint32(10)) };
}
