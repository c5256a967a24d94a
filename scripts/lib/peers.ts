/**
 * The programs of other people that tests and benchmarks run.
 *
 * @module
 */

/** Programs that the tests look for, and the Debian packages that have them. */
export const PEERS: Readonly<Record<string, readonly string[]>> = {
  tgtd: ["tgt"],
  tgtadm: ["tgt"],
  tgtimg: ["tgt"],
  "iscsi-ls": ["libiscsi-bin"],
  "iscsi-inq": ["libiscsi-bin"],
  "iscsi-perf": ["libiscsi-bin"],
  "iscsi-readcapacity16": ["libiscsi-bin"],
  "iscsi-swp": ["libiscsi-bin"],
  "iscsi-test-cu": ["libiscsi-bin"],
  // qemu-img speaks iscsi:// through a module that is in the second package.
  "qemu-img": ["qemu-utils", "qemu-block-extra"],
  "qemu-io": ["qemu-utils", "qemu-block-extra"],
  sg_decode_sense: ["sg3-utils"],
  sg_get_lba_status: ["sg3-utils"],
  sg_inq: ["sg3-utils"],
  sg_logs: ["sg3-utils"],
  sg_luns: ["sg3-utils"],
  sg_vpd: ["sg3-utils"],
  tshark: ["tshark"],
  // A network namespace that drops packets.
  ip: ["iproute2"],
  nft: ["nftables"],
  "mkfs.ext4": ["e2fsprogs"],
  zip: ["zip"],
  unzip: ["unzip"],
  openssl: ["openssl"],
  restic: ["restic"],
  // A block device of a file.
  losetup: ["mount"],
  // A terminal for programs that ask.
  script: ["bsdutils"],
  // Measures the programs of the benchmark.
  time: ["time"],
};
