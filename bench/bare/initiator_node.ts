/**
 * A bare initiator for Node in one file: what the sockets of this runtime give with the least code between them and the bytes.
 * It trusts the target, answers no pings, makes no promise for a command, and keeps nothing of one but its buffers. It is a
 * ceiling to measure against, and nothing else; nothing of the library is in it.
 *
 * Usage: `initiator_node.js read|write|randread|randwrite|mixed URL SIZE DEPTH SECONDS [FILE]`. Prints one line of JSON: bytes,
 * seconds, firstSecond (bytes answered in the first second) and cpu (seconds, user and system, from the first request to the
 * last answer). FILE is what the LUN is kept in: what was read or written last is compared with it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { closeSync, openSync, readSync } from "node:fs";
import { connect, type Socket } from "node:net";
import process from "node:process";

/** Bytes of a header. */
const BHS = 48;
/** Room for what is received and has no place of its own yet. */
const STAGING = 131072;
/** What is left of a payload is received in its place from this length on. */
const DIRECT = 65536;
/** Pieces up to this length are joined before they are sent, up to a batch. */
const JOINED = 16384;
const BATCH = 262144;
const NO_TAG = 0xffffffff;
const OUT = { command: 0x01, login: 0x43, data: 0x05 };
const IN = { response: 0x21, login: 0x23, data: 0x25, r2t: 0x31 };

/** One command at a time; its tag is its place among the slots. */
interface Slot {
  /** The command, but for what differs from one to the next. */
  readonly header: Uint8Array;
  readonly into: Uint8Array;
  /** What is written. It begins with the address. */
  readonly from: Uint8Array;
  writing: boolean;
  lba: number;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

function putWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

class Initiator {
  socket!: Socket;
  /** Called with each answer to a login request. */
  answered: (header: Uint8Array) => void = () => {};
  /** Called when the command of a slot has ended. */
  done: (slot: Slot, status: number) => void = () => {};
  /** One for each command in flight, and a last one for READ CAPACITY. */
  readonly slots: readonly Slot[];

  /** [start, end) of the staging buffer is received and not parsed. */
  readonly #staging = new Uint8Array(STAGING);
  #start = 0;
  #end = 0;
  /** The PDU at hand, and what is missing of it. */
  readonly #header = new Uint8Array(BHS);
  #place: Uint8Array = this.#staging;
  #placeAt = 0;
  #left = 0;
  #padding = 0;
  #inPdu = false;
  #direct = false;
  #big = false;

  /** [sent, filled) of the batch is joined and not sent. */
  #batch: Uint8Array = Buffer.allocUnsafeSlow(BATCH);
  #sent = 0;
  #filled = 0;
  readonly #unused: Uint8Array[] = [];
  #corked = false;

  #cmdSN = 1;
  #maxCmdSN = 1;
  #expStatSN = 0;
  readonly #waiting: Slot[] = [];
  #segment = 8192;
  #firstBurst = 65536;
  #immediate = true;
  #initialR2T = true;

  constructor(lun: number, size: number, depth: number, writes: boolean) {
    const pattern = Uint8Array.from({ length: size }, (_, i) => 1 + (i * 31 + (i >> 8)) % 255);
    this.slots = Array.from({ length: depth + 1 }, (_, tag) => {
      const into = new Uint8Array(tag === depth ? 8 : size);
      const slot = {
        header: new Uint8Array(BHS),
        into,
        from: writes ? pattern.slice() : pattern,
        writing: false,
        lba: 0,
      };
      slot.header.set([OUT.command, 0xc1, 0, 0, 0, 0, 0, 0, 0, lun]);
      putWord(slot.header, 16, tag);
      putWord(slot.header, 20, into.length);
      return slot;
    });
  }

  #sendNumbered(header: Uint8Array, data?: Uint8Array): void {
    putWord(header, 24, this.#cmdSN);
    putWord(header, 28, this.#expStatSN);
    if (header[0] === OUT.command) this.#cmdSN = (this.#cmdSN + 1) >>> 0;
    this.#send(header, data);
  }

  /** Sends a login request without security, and with these keys. */
  login(text: string): void {
    const header = new Uint8Array(BHS);
    header[0] = OUT.login;
    header[1] = 0x87;
    header.set([0x80, process.pid >> 16, process.pid >> 8, process.pid], 8);
    this.#sendNumbered(header, new TextEncoder().encode(text));
    this.flush();
  }

  /** Takes what the target has answered in the login. */
  #negotiated(header: Uint8Array, data: Uint8Array): void {
    const text = new TextDecoder().decode(data);
    const keys = new Map(text.split("\0").map((pair) => pair.split("=", 2) as [string, string]));
    this.#segment = Number(keys.get("MaxRecvDataSegmentLength") ?? this.#segment);
    this.#firstBurst = Number(keys.get("FirstBurstLength") ?? this.#firstBurst);
    if (keys.get("ImmediateData") === "No") this.#immediate = false;
    if (keys.get("InitialR2T") === "No") this.#initialR2T = false;
    this.answered(header);
  }

  /** Sends READ CAPACITY (10) from the last slot. */
  askCapacity(): void {
    const { header } = this.slots.at(-1)!;
    header[32] = 0x25;
    this.#sendNumbered(header);
    this.flush();
  }

  /** Sends the command of a slot, or keeps it until the target's window is open. */
  issue(slot: Slot, blocks: number): void {
    const { header, from, lba } = slot;
    header[1] = 0xc1;
    header[32] = slot.writing ? 0x2a : 0x28;
    putWord(header, 34, lba);
    header[39] = blocks >> 8;
    header[40] = blocks;
    if (slot.writing) putWord(from, 0, lba);
    if (((this.#maxCmdSN - this.#cmdSN) | 0) < 0) this.#waiting.push(slot);
    else this.#begin(slot);
  }

  #begin(slot: Slot): void {
    const { header, from } = slot;
    if (!slot.writing) return this.#sendNumbered(header);
    const first = Math.min(from.length, this.#firstBurst);
    const immediate = this.#immediate ? Math.min(first, this.#segment) : 0;
    const unsolicited = this.#initialR2T ? immediate : first;
    header[1] = unsolicited === immediate ? 0xa1 : 0x21;
    this.#sendNumbered(header, immediate === from.length ? from : from.subarray(0, immediate));
    if (unsolicited > immediate) this.#sendData(slot, NO_TAG, immediate, unsolicited);
  }

  #sendData(slot: Slot, targetTag: number, from: number, to: number): void {
    for (let at = from, dataSN = 0; at < to; dataSN++) {
      const end = Math.min(to, at + this.#segment);
      const header = new Uint8Array(BHS);
      header[0] = OUT.data;
      header[1] = end === to ? 0x80 : 0;
      header.set(slot.header.subarray(8, 20), 8);
      putWord(header, 20, targetTag);
      putWord(header, 28, this.#expStatSN);
      putWord(header, 36, dataSN);
      putWord(header, 40, at);
      this.#send(header, slot.from.subarray(at, end));
      at = end;
    }
  }

  #send(header: Uint8Array, data?: Uint8Array): void {
    const length = data?.length ?? 0;
    header[5] = length >> 16;
    header[6] = length >> 8;
    header[7] = length;
    const padding = -length & 3;
    const large = length > JOINED;
    if (BHS + (large ? JOINED : length + padding) > BATCH - this.#filled) this.#queueBatch();
    this.#batch.set(header, this.#filled);
    this.#filled += BHS;
    if (data === undefined) return;
    if (large) this.#sendLarge(data);
    else this.#batch.set(data, this.#filled);
    this.#filled += large ? padding : length + padding;
  }

  #sendLarge(data: Uint8Array): void {
    if (!this.#corked) this.socket.cork();
    this.#corked = true;
    this.#queueBatch();
    this.socket.write(data);
  }

  /** Writes what is joined. A batch is used again when the system has all of it. */
  #queueBatch(): void {
    if (this.#filled === this.#sent) return;
    const batch = this.#batch;
    const part = batch.subarray(this.#sent, this.#filled);
    this.#sent = this.#filled;
    if (this.#corked && BATCH - this.#filled > JOINED + 2 * BHS) return void this.socket.write(part);
    this.socket.write(part, () => void this.#unused.push(batch));
    this.#batch = this.#unused.pop() ?? Buffer.allocUnsafeSlow(BATCH);
    this.#sent = this.#filled = 0;
  }

  /** What is queued goes out. */
  flush(): void {
    this.#queueBatch();
    if (this.#corked) this.socket.uncork();
    this.#corked = false;
  }

  /** Where the next bytes go. After a big payload only a header is asked for, so that the next payload is not copied. */
  nextBuffer(): Uint8Array {
    this.#direct = this.#left >= DIRECT;
    if (this.#direct) return this.#place.subarray(this.#placeAt, this.#placeAt + this.#left);
    if (this.#start > 0) this.#staging.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    const wanted = Math.max(this.#left + this.#padding, this.#end) + BHS;
    return this.#staging.subarray(this.#end, this.#big ? wanted : STAGING);
  }

  received(length: number): void {
    if (this.#direct) {
      this.#left -= length;
      this.#placeAt += length;
    } else {
      this.#end += length;
    }
    while (this.#inPdu ? this.#takeData() : this.#takeHeader());
    this.flush();
  }

  #takeHeader(): boolean {
    if (this.#end - this.#start < BHS) return false;
    const header = this.#header;
    for (let i = 0; i < BHS; i++) header[i] = this.#staging[this.#start + i]!;
    this.#start += BHS;
    const length = (header[5]! << 16) | (header[6]! << 8) | header[7]!;
    this.#left = length;
    this.#padding = -length & 3;
    if (length > 0) this.#big = length >= DIRECT;
    this.#inPdu = true;
    const slot = header[0] === IN.data ? this.slots[word(header, 16)] : undefined;
    this.#place = slot?.into ?? new Uint8Array(length);
    this.#placeAt = slot === undefined ? 0 : word(header, 40);
    return true;
  }

  #takeData(): boolean {
    const count = Math.min(this.#left, this.#end - this.#start);
    if (count > 0) {
      this.#place.set(this.#staging.subarray(this.#start, this.#start + count), this.#placeAt);
      this.#placeAt += count;
      this.#start += count;
      this.#left -= count;
    }
    if (this.#left > 0 || this.#end - this.#start < this.#padding) return false;
    this.#start += this.#padding;
    this.#inPdu = false;
    this.#pdu(this.#header);
    return true;
  }

  #pdu(header: Uint8Array): void {
    const opcode = header[0]!;
    const slot = this.slots[word(header, 16)];
    this.#maxCmdSN = word(header, 32);
    if (opcode === IN.r2t) {
      const from = word(header, 40);
      this.#sendData(slot!, word(header, 20), from, from + word(header, 44));
    } else if (opcode === IN.response || opcode === IN.login || (opcode === IN.data && (header[1]! & 1) !== 0)) {
      this.#expStatSN = (word(header, 24) + 1) >>> 0;
      if (opcode === IN.login) this.#negotiated(header, this.#place);
      else this.done(slot!, header[3]!);
    } else if (opcode !== IN.data) {
      throw new Error(`Got what a bare initiator cannot answer: ${header.join(" ")}`);
    }
    while (this.#waiting.length > 0 && ((this.#maxCmdSN - this.#cmdSN) | 0) >= 0) this.#begin(this.#waiting.shift()!);
  }
}

/** Compares what these slots have read or written last with what the LUN is kept in. */
function check(slots: readonly Slot[], blockSize: number, path: string): void {
  const file = openSync(path, "r");
  for (const { into, from, writing, lba } of slots) {
    const data = writing ? from : into;
    const kept = new Uint8Array(data.length);
    readSync(file, kept, 0, kept.length, lba * blockSize);
    const at = kept.findIndex((byte, i) => byte !== data[i]);
    if (at >= 0) throw new Error(`Byte ${at} of block ${lba} is ${data[at]}, and ${kept[at]} in the file`);
  }
  closeSync(file);
}

function main([kind = "", url = "", ...rest]: string[]): void {
  const [size = 0, depth = 0, seconds = 0] = rest.slice(0, 3).map(Number);
  const writes = ({ read: 0, randread: 0, mixed: 0.3, write: 1, randwrite: 1 } as Record<string, number>)[kind];
  if (writes === undefined || !(size > 0 && depth > 0 && seconds > 0)) {
    throw new Error("Usage: read|write|randread|randwrite|mixed URL SIZE DEPTH SECONDS [FILE]");
  }
  const random = kind !== "read" && kind !== "write";
  const { hostname, port, pathname } = new URL(url);
  const [, targetName, lun] = pathname.split("/");
  const initiator = new Initiator(Number(lun), size, depth, writes > 0);
  let [blockSize, blocks, places, next, seed, bytes, firstSecond] = [0, 0, 0, 0, 0x9e3779b9, 0, 0];
  let [inFlight, stopping] = [depth, false];

  const go = (slot: Slot): void => {
    if (random) {
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
    }
    slot.writing = writes === 1 || (writes > 0 && (seed >>> 8) % 100 < writes * 100);
    slot.lba = ((random ? seed >>> 0 : next++) % places) * blocks;
    initiator.issue(slot, blocks);
  };
  const begin = (): void => {
    const before = process.cpuUsage();
    const start = performance.now();
    const elapsed = (): number => (performance.now() - start) / 1000;
    setTimeout(() => firstSecond = Math.round(bytes / elapsed()), Math.min(1, seconds) * 1000);
    setTimeout(() => stopping = true, seconds * 1000);
    initiator.done = (slot, status) => {
      if (status !== 0) throw new Error(`A command ended with status ${status}`);
      bytes += size;
      if (!stopping) return go(slot);
      if (--inFlight > 0) return;
      const { user, system } = process.cpuUsage(before);
      console.log(JSON.stringify({ bytes, seconds: elapsed(), firstSecond, cpu: (user + system) / 1e6 }));
      // What was read may have been written anew in a mixed run.
      const checked = initiator.slots.slice(0, -1).filter((slot) => slot.writing || kind !== "mixed");
      if (rest[3] !== undefined) check(checked, blockSize, rest[3]);
      process.exit();
    };
    for (const slot of initiator.slots.slice(0, -1)) go(slot);
    initiator.flush();
  };
  initiator.done = ({ into }, status) => {
    // The first one tells of a unit attention, as a rule.
    if (status !== 0) return initiator.askCapacity();
    blockSize = word(into, 4);
    blocks = size / blockSize;
    places = Math.floor((word(into, 0) + 1) / blocks);
    begin();
  };
  initiator.answered = (header) => {
    if (header[36] !== 0) throw new Error(`The login failed with ${header[36]}, ${header[37]}`);
    if (header[1]! >> 7 === 1) initiator.askCapacity();
    else initiator.login("");
  };
  const keys = `InitiatorName=iqn.2026-01.test.lunstream:bare\0TargetName=${targetName}\0SessionType=Normal\0` +
    "HeaderDigest=None\0DataDigest=None\0MaxRecvDataSegmentLength=262144\0MaxBurstLength=1048576\0" +
    "FirstBurstLength=262144\0InitialR2T=No\0ImmediateData=Yes\0MaxOutstandingR2T=4\0ErrorRecoveryLevel=0\0";
  const onread = {
    buffer: () => initiator.nextBuffer(),
    callback: (length: number): boolean => {
      initiator.received(length);
      return true;
    },
  };
  initiator.socket = connect(
    { host: hostname, port: Number(port), noDelay: true, onread },
    () => initiator.login(keys),
  );
}

main(process.argv.slice(2));
