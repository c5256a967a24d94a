/**
 * An iSCSI target with scripted disks, over the connections of the scripted peer. It logs in, reads, writes with R2T, answers
 * pings, SendTargets and aborts, and does any of that otherwise where a test says so.
 *
 * @module
 */

import { type AddressInfo, createServer, type Server } from "node:net";
import {
  decodeLogoutRequest,
  decodeNopOut,
  decodeScsiCommand,
  decodeTaskManagementRequest,
  decodeTextRequest,
  encodeLogoutResponse,
  encodeNopIn,
  encodeTaskManagementResponse,
  encodeTextKeys,
  encodeTextResponse,
  Opcode,
  RESERVED_TAG,
} from "../../src/wire/mod.ts";
import { type Pdu, word } from "../protocol/peer_bytes.ts";
import { type LoginAnswers, PeerConnection } from "../protocol/peer_connection.ts";
import { type Answer, type DiskCommand, type ScsiDisk, senseBytes } from "./scsi_disk.ts";

const BURST = 65_536;
const NO_LUN: Answer = { sense: { key: 5, asc: 0x25, ascq: 0 } };
/** INQUIRY data of a LUN that is not there (SPC-4 §6.4.2). */
const NO_DEVICE = Uint8Array.of(0x7f, 0, 6, 2, 31, ...new Array(31).fill(0x20));

/** Options of a session that comes back at once. */
export const QUICK = { limits: { defaultTime2Wait: 0 }, recovery: { minDelay: 5, maxDelay: 20 } };

/** How the target behaves; all of it may be changed at any time. */
export interface TargetScript {
  /** Answers in a login. */
  login: LoginAnswers;
  /** Whether a connection is taken; false: it is closed at once. */
  accepting: boolean;
  /** Whether pings are answered. */
  pings: boolean;
  /** Whether task management is answered. */
  management: boolean;
  /** Pairs of the answer to SendTargets; undefined: this target at this portal. */
  targets: [string, string][] | undefined;
  /** Decides about a command to any LUN, there or not; undefined: the disk does, or the target for a LUN that is not there. */
  command: ((lun: bigint, command: DiskCommand) => Answer | undefined) | undefined;
  /** Sees every PDU first; true: that was its answer. */
  pdu: ((connection: PeerConnection, pdu: Pdu) => boolean) | undefined;
}

/** A WRITE whose data are coming. */
interface Writing {
  readonly itt: number;
  readonly lun: bigint;
  readonly cdb: Uint8Array;
  readonly data: Uint8Array;
  received: number;
  asked: number;
  r2tSN: number;
}

/** The target. */
export class DiskTarget {
  /** Its name. */
  readonly name = "iqn.2026-01.test.lunstream:scripted";
  /** Disks by the eight bytes of the LUN field. */
  readonly luns: Map<bigint, ScsiDisk>;
  readonly script: TargetScript = {
    login: {},
    accepting: true,
    pings: true,
    management: true,
    targets: undefined,
    command: undefined,
    pdu: undefined,
  };
  /** Every connection so far. */
  readonly connections: PeerConnection[] = [];
  readonly #dead: WeakSet<PeerConnection> = new WeakSet();
  #server: Server | undefined;

  /** @param luns the disks, by LUN number below 256 or the eight bytes of the LUN field */
  constructor(luns: ScsiDisk | Iterable<readonly [number | bigint, ScsiDisk]>) {
    const list = Symbol.iterator in luns ? [...luns] : [[0, luns] as const];
    this.luns = new Map(list.map(([lun, disk]) => [typeof lun === "bigint" ? lun : BigInt(lun) << 48n, disk]));
  }

  /** A target with one disk at LUN 0 that listens on a free port of loopback. */
  static async listen(luns: ConstructorParameters<typeof DiskTarget>[0]): Promise<DiskTarget> {
    const target = new DiskTarget(luns);
    await target.listen();
    return target;
  }

  /** Listens on a free port of loopback, or on this one. */
  listen(port = 0): Promise<void> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true }, (socket) => void this.serve(new PeerConnection(socket)));
      this.#server = server;
      server.on("error", reject);
      server.listen(port, "127.0.0.1", () => resolve());
    });
  }

  get port(): number {
    return (this.#server?.address() as AddressInfo).port;
  }

  /** URL of a LUN. */
  url(lun: number | string = 0): string {
    return `iscsi://127.0.0.1:${this.port}/${this.name}/${lun}`;
  }

  /** Cuts all connections, and forgets what has come over them; the next ones are taken. */
  cut(): void {
    for (const connection of this.connections) {
      this.#dead.add(connection);
      connection.socket.destroy();
    }
  }

  /** Power fails: connections are cut, caches are lost, and the first command of each initiator port is told so (29h/01h). */
  restart(): void {
    this.cut();
    for (const disk of this.luns.values()) {
      disk.losePower();
      disk.attention(0x29, 0x01);
    }
  }

  /** Ends everything. */
  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server === undefined ? resolve() : this.#server.close(() => resolve()));
  }

  /** Serves one connection to its end. Never rejects: an initiator that is cut off is no failure of the target. */
  async serve(connection: PeerConnection): Promise<void> {
    this.connections.push(connection);
    if (!this.script.accepting) return void connection.socket.destroy();
    try {
      const { login } = this.script;
      const keys = {
        ImmediateData: "Yes",
        InitialR2T: "Yes",
        FirstBurstLength: String(BURST),
        MaxBurstLength: String(BURST),
      };
      await connection.login({ ...login, keys: { ...keys, ...login.keys } });
      const writes = new Map<number, Writing>();
      for (;;) {
        const pdu = await connection.following();
        if (pdu === undefined || this.#dead.has(connection)) break;
        if (this.script.pdu?.(connection, pdu) === true) continue;
        if (this.#take(connection, pdu, writes)) break;
      }
    } catch {
      // Not logged in to the end.
    }
    connection.socket.end();
  }

  /** Answers one PDU. True: the connection is over. */
  #take(connection: PeerConnection, { opcode, header, data }: Pdu, writes: Map<number, Writing>): boolean {
    switch (opcode) {
      case Opcode.ScsiCommand:
        this.#command(connection, { header, data }, writes);
        return false;
      case Opcode.DataOut: {
        const writing = writes.get(word(header, 16));
        if (writing === undefined) return false;
        writing.data.set(data, word(header, 40));
        writing.received += data.length;
        this.#goOn(connection, writing, writes);
        return false;
      }
      case Opcode.NopOut: {
        const { initiatorTaskTag } = decodeNopOut(header);
        if (initiatorTaskTag === RESERVED_TAG || !this.script.pings) return false;
        const fields = { lun: 0n, initiatorTaskTag, targetTransferTag: RESERVED_TAG, dataSegmentLength: data.length };
        connection.send(encodeNopIn({ ...fields, ...connection.numbers() }), data);
        return false;
      }
      case Opcode.TaskManagementRequest: {
        const { initiatorTaskTag, referencedTaskTag } = decodeTaskManagementRequest(header);
        if (!this.script.management) return false;
        writes.delete(referencedTaskTag);
        connection.send(encodeTaskManagementResponse({ response: 0, initiatorTaskTag, ...connection.numbers() }));
        return false;
      }
      case Opcode.TextRequest:
        this.#text(connection, header);
        return false;
      case Opcode.LogoutRequest: {
        const { initiatorTaskTag } = decodeLogoutRequest(header);
        const fields = { response: 0, time2Wait: 0, time2Retain: 0, initiatorTaskTag } as const;
        connection.send(encodeLogoutResponse({ ...fields, ...connection.numbers() }));
        return true;
      }
      default:
        return false;
    }
  }

  #text(connection: PeerConnection, header: Uint8Array): void {
    const { initiatorTaskTag } = decodeTextRequest(header);
    const pairs = this.script.targets ?? [["TargetName", this.name], ["TargetAddress", `127.0.0.1:${this.port},1`]];
    const data = encodeTextKeys(pairs);
    const fields = { final: true, continue: false, lun: 0n, initiatorTaskTag, targetTransferTag: RESERVED_TAG };
    connection.send(
      encodeTextResponse({ ...fields, dataSegmentLength: data.length, ...connection.numbers() }),
      data,
    );
  }

  #command(connection: PeerConnection, { header, data }: Omit<Pdu, "opcode">, writes: Map<number, Writing>): void {
    const { initiatorTaskTag: itt, lun, cdb, write, expectedDataTransferLength: length } = decodeScsiCommand(header);
    if (!write || length === 0) return this.#finish(connection, { itt, lun, cdb, data, length });
    const all = new Uint8Array(length);
    all.set(data);
    const writing = { itt, lun, cdb, data: all, received: data.length, asked: data.length, r2tSN: 0 };
    writes.set(itt, writing);
    this.#goOn(connection, writing, writes);
  }

  /** Asks for the next burst, or carries the WRITE out. */
  #goOn(connection: PeerConnection, writing: Writing, writes: Map<number, Writing>): void {
    const { itt, lun, data } = writing;
    if (writing.received === data.length) {
      writes.delete(itt);
      return this.#finish(connection, { ...writing, length: data.length });
    }
    if (writing.received < writing.asked) return;
    const length = Math.min(BURST, data.length - writing.asked);
    const fields = { bufferOffset: writing.asked, desiredDataTransferLength: length, r2tSN: writing.r2tSN++ };
    writing.asked += length;
    connection.r2t({ initiatorTaskTag: itt, lun }, { ...fields, targetTransferTag: itt });
  }

  #finish(
    connection: PeerConnection,
    task: { itt: number; lun: bigint; cdb: Uint8Array; data: Uint8Array; length: number; r2tSN?: number },
  ): void {
    const nexus = connection.offered.get("InitiatorName") ?? "";
    const answer = this.#ask(task.lun, { cdb: task.cdb.slice(), data: task.data, nexus });
    if (answer.cut === true) return void connection.socket.destroy();
    if (answer.silent === true) return;
    const send = () => connection.isClosed || this.#reply(connection, task, answer);
    const { after } = answer;
    if (after === undefined) return void send();
    if (typeof after === "number") setTimeout(send, after);
    else void after.then(send);
  }

  #ask(lun: bigint, command: DiskCommand): Answer {
    const given = this.script.command?.(lun, command);
    if (given !== undefined) return given;
    const disk = this.luns.get(lun);
    if (disk !== undefined && command.cdb[0] !== 0xa0) return disk.answer(command);
    switch (command.cdb[0]) {
      case 0xa0: {
        const given = disk?.answer(command) ?? {};
        return Object.keys(given).length > 0 ? given : { data: this.#reportLuns() };
      }
      case 0x12:
        return { data: NO_DEVICE };
      default:
        return NO_LUN;
    }
  }

  #reportLuns(): Uint8Array {
    const data = new Uint8Array(8 + 8 * this.luns.size);
    const view = new DataView(data.buffer);
    view.setUint32(0, 8 * this.luns.size);
    let at = 8;
    for (const lun of this.luns.keys()) {
      view.setBigUint64(at, lun);
      at += 8;
    }
    return data;
  }

  #reply(
    connection: PeerConnection,
    task: { itt: number; cdb: Uint8Array; length: number; r2tSN?: number },
    answer: Answer,
  ): void {
    const command = { initiatorTaskTag: task.itt };
    const { sense, data = new Uint8Array(0) } = answer;
    if (sense !== undefined) {
      const bytes = sense instanceof Uint8Array ? sense : senseBytes(sense);
      const framed = new Uint8Array(2 + bytes.length);
      framed.set([bytes.length >> 8, bytes.length & 0xff]);
      framed.set(bytes, 2);
      const status = answer.status ?? 2;
      const rest = residual(0, task.length);
      return connection.respond(command, { status, expDataSN: task.r2tSN ?? 0, ...rest }, framed);
    }
    const status = answer.status ?? 0;
    const reads = task.r2tSN === undefined;
    if (!reads || status !== 0 || data.length === 0) {
      const rest = reads || status !== 0 ? residual(0, task.length) : {};
      return connection.respond(command, { status, expDataSN: task.r2tSN ?? 0, ...rest });
    }
    const most = Number(connection.offered.get("MaxRecvDataSegmentLength") ?? 8192);
    const whole = data.subarray(0, task.length);
    let dataSN = 0;
    for (let at = 0; at < whole.length; at += most) {
      const end = Math.min(whole.length, at + most);
      const last = end === whole.length;
      const fields = { dataSN: dataSN++, bufferOffset: at, final: last };
      const ending = last ? { ...fields, status, ...residual(data.length, task.length) } : fields;
      connection.dataIn(command, ending, whole.subarray(at, end));
    }
  }
}

/** The residual fields (RFC 7143 §11.4.5). */
function residual(
  had: number,
  expected: number,
): { underflow?: boolean; overflow?: boolean; residualCount?: number } {
  if (had < expected) return { underflow: true, residualCount: expected - had };
  return had > expected ? { overflow: true, residualCount: had - expected } : {};
}
