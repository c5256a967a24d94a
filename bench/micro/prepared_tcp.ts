/**
 * A connection in memory to a target that costs next to nothing: the login and the first questions are answered by the scripted
 * disk of the tests; after {@link PreparedTcp.prepare}, READs and WRITEs are answered at once, from headers that are there.
 *
 * Payloads are not moved: a READ's bytes are only counted, and stay what they were. So what is measured is the initiator. The
 * answers come in the next turn of the event loop, all together, as from a socket.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { ByteSink, ConnectTcp, TcpConnection } from "../../src/runtime/mod.ts";
import { BHS_LENGTH, dataSegmentLengthOf, encodeDataIn, encodeScsiResponse, Opcode } from "../../src/wire/mod.ts";
import { MemoryTcp } from "../../tests/fault/memory_tcp.ts";
import { DiskTarget } from "../../tests/peers/disk_target.ts";
import { ScsiDisk } from "../../tests/peers/scsi_disk.ts";
import { word } from "../../tests/protocol/peer_bytes.ts";
import { PeerConnection } from "../../tests/protocol/peer_connection.ts";
import { DATA_IN, RESPONSE } from "./codec.ts";

const READ_BIT = 0x40;
const WINDOW = 128;
const DRAINED = Promise.resolve();
const BLOCKS = 32768;

/** One connection. */
export class PreparedTcp implements TcpConnection {
  readonly localAddress = "127.0.0.1:1";
  readonly remoteAddress = "127.0.0.1:3260";
  readonly #memory: MemoryTcp;
  readonly #peer: PeerConnection;
  #sink!: ByteSink;
  #prepared = false;

  readonly #dataIn = encodeDataIn(DATA_IN);
  readonly #response = encodeScsiResponse(RESPONSE);
  #statSN = 0;
  #expCmdSN = 0;
  /** Bytes of data that belong to the last header. */
  #skip = 0;
  /** Tags of the commands that are to be answered, each with the bytes that it reads. */
  #answers: number[] = [];
  #scheduled = false;

  /** Connects to a disk of 16 MiB at LUN 0. */
  constructor(makeSink: (connection: TcpConnection) => ByteSink) {
    this.#memory = new MemoryTcp({}, () => this.#sink = makeSink(this));
    const target = new DiskTarget(new ScsiDisk({ blocks: BLOCKS }));
    target.script.login = {
      window: WINDOW,
      keys: { InitialR2T: "No", FirstBurstLength: "262144", MaxBurstLength: "1048576" },
    };
    this.#peer = new PeerConnection(this.#memory.socket());
    void target.serve(this.#peer);
  }

  /** From now on there are only READs of up to 256 KiB and WRITEs whose data go with the command. */
  prepare(): void {
    this.#prepared = true;
    this.#statSN = this.#peer.statSN;
    this.#expCmdSN = this.#peer.expCmdSN;
  }

  get pendingBytes(): number {
    return this.#prepared ? 0 : this.#memory.pendingBytes;
  }

  drained(): Promise<void> {
    return this.#prepared ? DRAINED : this.#memory.drained();
  }

  end(): void {
    this.#memory.end();
  }

  destroy(): void {
    this.#memory.destroy();
  }

  write(bytes: Uint8Array): void {
    if (!this.#prepared) return this.#memory.write(bytes);
    for (let at = 0; at < bytes.length;) {
      if (this.#skip > 0) {
        const length = Math.min(this.#skip, bytes.length - at);
        this.#skip -= length;
        at += length;
        continue;
      }
      const header = bytes.subarray(at, at + BHS_LENGTH);
      if (header.length < BHS_LENGTH || header[0] !== Opcode.ScsiCommand) {
        throw new Error("Only whole commands are taken");
      }
      this.#skip = dataSegmentLengthOf(header);
      at += BHS_LENGTH;
      this.#answers.push(word(header, 16), (header[1]! & READ_BIT) !== 0 ? word(header, 20) : 0);
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#deliver);
  }

  readonly #deliver = (): void => {
    this.#scheduled = false;
    const answers = this.#answers;
    this.#answers = [];
    let buffer = this.#sink.nextBuffer();
    let filled = 0;
    /** Gives bytes to the sink: those of a header, or as many without any. */
    const give = (length: number, bytes?: Uint8Array): void => {
      for (let at = 0; at < length;) {
        if (filled === buffer.length) {
          this.#sink.received(filled);
          buffer = this.#sink.nextBuffer();
          filled = 0;
        }
        const part = Math.min(length - at, buffer.length - filled);
        if (bytes !== undefined) buffer.set(part === bytes.length ? bytes : bytes.subarray(at, at + part), filled);
        filled += part;
        at += part;
      }
    };
    for (let i = 0; i < answers.length; i += 2) {
      const length = answers[i + 1]!;
      give(BHS_LENGTH, this.#answer(answers[i]!, length));
      give(length);
    }
    if (filled > 0) this.#sink.received(filled);
  };

  #answer(tag: number, length: number): Uint8Array {
    const header = length > 0 ? this.#dataIn : this.#response;
    header[5] = length >> 16;
    header[6] = length >> 8;
    header[7] = length;
    this.#expCmdSN = (this.#expCmdSN + 1) >>> 0;
    putWord(header, 16, tag);
    putWord(header, 24, this.#statSN);
    putWord(header, 28, this.#expCmdSN);
    putWord(header, 32, this.#expCmdSN + WINDOW - 1);
    this.#statSN = (this.#statSN + 1) >>> 0;
    return header;
  }
}

function putWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Makes one such connection, and says when it is there. */
export function preparedConnect(made: (tcp: PreparedTcp) => void): ConnectTcp {
  return ({ sink }) => {
    const tcp = new PreparedTcp(sink);
    made(tcp);
    return Promise.resolve(tcp);
  };
}
