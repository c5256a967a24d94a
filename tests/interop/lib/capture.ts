// A relay that notes what passes between an initiator and a target, and a capture file of it that tshark reads.
import { type AddressInfo, connect, createServer } from "node:net";
import { concat } from "../../lib/bytes.ts";

/** One piece of a TCP stream. */
export interface Piece {
  fromTarget: boolean;
  bytes: Uint8Array;
}

/** A relay of one port. */
export interface Relay {
  /** Where it listens, on 127.0.0.1. */
  port: number;
  /** What passed, in order. */
  pieces: Piece[];
  close(): void;
}

/** Starts a relay to a target. */
export async function relay(target: { host: string; port: number }): Promise<Relay> {
  const pieces: Piece[] = [];
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    for (const [from, to, fromTarget] of [[client, upstream, false], [upstream, client, true]] as const) {
      from.on("data", (chunk: Uint8Array) => {
        pieces.push({ fromTarget, bytes: new Uint8Array(chunk) });
        to.write(chunk);
      });
      from.on("error", () => to.destroy());
      from.on("close", () => to.end());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, pieces, close: () => void server.close() };
}

const MOST_PAYLOAD = 60_000;

/** A capture file (pcap, raw IPv4) of one connection from port 40000 to port 3260. */
export function pcap(pieces: readonly Piece[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, 0xa1b2c3d4);
  header.setUint32(4, 0x00020004);
  header.setUint32(16, 262144);
  header.setUint32(20, 101);
  const parts: Uint8Array[] = [new Uint8Array(header.buffer)];
  const sequence = { initiator: 1, target: 1 };
  let time = 0;
  for (const { fromTarget, bytes } of pieces) {
    const [from, to] = fromTarget ? ["target", "initiator"] as const : ["initiator", "target"] as const;
    for (let at = 0; at < bytes.length; at += MOST_PAYLOAD) {
      const data = bytes.subarray(at, at + MOST_PAYLOAD);
      const packet = new DataView(new ArrayBuffer(16 + 40));
      packet.setUint32(4, time++);
      packet.setUint32(8, 40 + data.length);
      packet.setUint32(12, 40 + data.length);
      packet.setUint16(16, 0x4500);
      packet.setUint16(18, 40 + data.length);
      packet.setUint16(24, 0x4006);
      packet.setUint32(28, 0x7f000001);
      packet.setUint32(32, 0x7f000001);
      packet.setUint16(36, fromTarget ? 3260 : 40000);
      packet.setUint16(38, fromTarget ? 40000 : 3260);
      packet.setUint32(40, sequence[from]);
      packet.setUint32(44, sequence[to]);
      packet.setUint16(48, 0x5018);
      packet.setUint16(50, 0xffff);
      sequence[from] += data.length;
      parts.push(new Uint8Array(packet.buffer), data);
    }
  }
  return concat(parts);
}
