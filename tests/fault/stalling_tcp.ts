/**
 * TCP in one process whose peer can stop to read: from then on nothing that is written leaves.
 *
 * @module
 */

import type { ConnectTcp, TcpConnection } from "../../src/runtime/mod.ts";
import { PeerConnection } from "../protocol/peer_connection.ts";
import { memoryConnect } from "./memory_tcp.ts";

/** The initiator's end of a connection. */
export class StallingTcp implements TcpConnection {
  /** Whether the peer reads no more. */
  stalled = false;
  /** Pieces that are queued for ever. */
  pieces = 0;
  #bytes = 0;
  #ended: (() => void)[] = [];

  constructor(readonly inner: TcpConnection) {}

  get localAddress(): string {
    return this.inner.localAddress;
  }
  get remoteAddress(): string {
    return this.inner.remoteAddress;
  }
  get pendingBytes(): number {
    return this.inner.pendingBytes + this.#bytes;
  }
  write(bytes: Uint8Array): void {
    if (!this.stalled) return this.inner.write(bytes);
    this.pieces++;
    this.#bytes += bytes.length;
  }
  drained(): Promise<void> {
    return this.#bytes === 0 ? this.inner.drained() : new Promise((resolve) => this.#ended.push(resolve));
  }
  end(): void {
    this.inner.end();
  }
  destroy(): void {
    this.#bytes = 0;
    for (const resolve of this.#ended.splice(0)) resolve();
    this.inner.destroy();
  }
}

/** Makes one connection of this kind, and gives the target's end and the initiator's. */
export function stallingConnect(): { connectTcp: ConnectTcp; made: Promise<[PeerConnection, StallingTcp]> } {
  let tell!: (ends: [PeerConnection, StallingTcp]) => void;
  const made = new Promise<[PeerConnection, StallingTcp]>((resolve) => tell = resolve);
  let peer: PeerConnection;
  const inner = memoryConnect(() => ({}), (socket) => peer = new PeerConnection(socket));
  const connectTcp: ConnectTcp = async (options) => {
    let tcp!: StallingTcp;
    await inner({ ...options, sink: (connection) => options.sink(tcp = new StallingTcp(connection)) });
    tell([peer, tcp]);
    return tcp;
  };
  return { connectTcp, made };
}
