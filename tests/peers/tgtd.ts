/**
 * tgtd, a userspace iSCSI target of other people, started for one test on a port and control channel of its own.
 *
 * @module
 */

import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { freePort } from "./ports.ts";
import { startDaemon, type TgtdDaemon } from "./tgtd_daemon.ts";

/** One logical unit. Its backing file is made sparse in a temporary folder, unless `path` names one. */
export interface TgtdLun {
  /** Its number, 1 to 255; 1, 2, 3 … in order where absent. LUN 0 is tgtd's own controller. */
  number?: number | undefined;
  /** Size of the backing file in bytes; 1 MiB where absent. */
  size?: number | undefined;
  /** An existing backing file, which stays when the target stops. */
  path?: string | undefined;
  /** Block size in bytes; 512 where absent. */
  blockSize?: number | undefined;
  /** What it pretends to be; `disk` where absent. */
  deviceType?: "disk" | "tape" | "changer" | "cd" | undefined;
  /** Refuses writes. */
  readOnly?: boolean | undefined;
  /** Says that its medium can be taken out. */
  removable?: boolean | undefined;
  /** False: there is no medium in it (and it is removable). True where absent. */
  medium?: boolean | undefined;
  /** More parameters of `tgtadm --mode logicalunit --op update --params`, such as `thin_provisioning: "1"`. */
  params?: Record<string, string> | undefined;
}

/** A CHAP account. tgtd takes secrets of any length. */
export interface TgtdAccount {
  /** CHAP_N. */
  username: string;
  /** The secret. */
  password: string;
}

/** Options of {@link startTgtd}. */
export interface TgtdOptions {
  /** The logical units. */
  luns: TgtdLun[];
  /** Name of the target; a made-up one where absent. */
  iqn?: string | undefined;
  /** Addresses to listen on, all on one port; `127.0.0.1` where absent. IPv6 without brackets. */
  hosts?: string[] | undefined;
  /** Account that initiators must use. */
  chap?: TgtdAccount | undefined;
  /** Account with which the target proves itself. */
  mutualChap?: TgtdAccount | undefined;
  /** Parameters of the target, such as `HeaderDigest: "CRC32C"` or `MaxRecvDataSegmentLength: "262144"`. */
  params?: Record<string, string> | undefined;
}

/** A running tgtd with one target. */
export interface Tgtd {
  /** First of the addresses it listens on. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
  /** Name of its target. */
  readonly iqn: string;
  /** Process id of the daemon; another one after a restart. */
  readonly pid: number;
  /** URL of a logical unit, without credentials. */
  url(lun: number): string;
  /** Path of the backing file of a logical unit. */
  path(lun: number): string;
  /** Runs tgtadm on this instance and gives what it printed; rejects where it fails. */
  adm(...args: string[]): Promise<string>;
  /** Sends a signal to the daemon: SIGSTOP makes it silent, SIGKILL closes its connections. */
  kill(signal: NodeJS.Signals): void;
  /** Ends the daemon, if it still runs, and starts it again: same port, same backing files, same settings. */
  restart(): Promise<void>;
  /** What the daemon has printed so far. */
  log(): string;
  /** Ends the daemon and removes its temporary files. Idempotent. */
  stop(): Promise<void>;
}

const START_ATTEMPTS = 5;
let instances = 0;

/** Starts tgtd. It ends with the test process, however that ends. Rejects where tgtd is not installed: see `needs()`. */
export async function startTgtd(options: TgtdOptions): Promise<Tgtd> {
  const hosts = options.hosts ?? ["127.0.0.1"];
  const iqn = options.iqn ?? `iqn.2026-01.test.lunstream:t${process.pid}.${++instances}`;
  const folder = mkdtempSync(join(tmpdir(), "lunstream-tgtd-"));
  const luns = options.luns.map((lun, index) => {
    const number = lun.number ?? index + 1;
    return { ...lun, number, path: lun.path ?? join(folder, `lun${number}`), own: lun.path === undefined };
  });
  for (const lun of luns) {
    if (!lun.own) continue;
    writeFileSync(lun.path, "");
    truncateSync(lun.path, lun.size ?? 1 << 20);
  }

  const start = async (daemon: TgtdDaemon): Promise<void> => {
    for (const args of setupCommands(iqn, luns, options)) await daemon.adm(...args);
  };
  let daemon: TgtdDaemon;
  let port = 0;
  try {
    for (let attempt = 1;; attempt++) {
      port = await freePort(...hosts);
      try {
        daemon = await startDaemon({ hosts, port, folder });
        break;
      } catch (error) {
        if (attempt === START_ATTEMPTS) throw error;
      }
    }
    await start(daemon);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }

  const host = hosts[0] as string;
  const authority = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  let stopped: Promise<void> | undefined;
  return {
    host,
    port,
    iqn,
    get pid() {
      return daemon.pid;
    },
    url: (lun) => `iscsi://${authority}/${iqn}/${lun}`,
    path: (lun) => {
      const found = luns.find((one) => one.number === lun);
      if (found === undefined) throw new RangeError(`The target has no LUN ${lun}`);
      return found.path;
    },
    adm: (...args) => daemon.adm(...args),
    kill: (signal) => daemon.kill(signal),
    restart: async () => {
      if (stopped !== undefined) throw new Error("The target has been stopped");
      await daemon.stop();
      for (let attempt = 1;; attempt++) {
        try {
          daemon = await startDaemon({ hosts, port, folder });
          break;
        } catch (error) {
          if (attempt === START_ATTEMPTS) throw error;
        }
      }
      await start(daemon);
    },
    log: () => daemon.log(),
    stop: () => {
      stopped ??= daemon.stop().then(() => rmSync(folder, { recursive: true, force: true }));
      return stopped;
    },
  };
}

/** The tgtadm commands that make the target, in order. */
function setupCommands(
  iqn: string,
  luns: (TgtdLun & { number: number; path: string })[],
  options: TgtdOptions,
): string[][] {
  const target = ["--mode", "target", "--tid", "1"];
  const commands = [[...target, "--op", "new", "-T", iqn]];
  for (const [name, value] of Object.entries(options.params ?? {})) {
    commands.push([...target, "--op", "update", "-n", name, "-v", value]);
  }
  for (const lun of luns) {
    const unit = ["--mode", "logicalunit", "--tid", "1", "--lun", String(lun.number)];
    const type = lun.deviceType ?? "disk";
    const make = [...unit, "--op", "new", "--device-type", type];
    // Drives for tapes and discs without a backing file are empty ones.
    if (lun.medium !== false || type === "disk" || type === "changer") make.push("-b", lun.path);
    if (lun.blockSize !== undefined) make.push("--blocksize", String(lun.blockSize));
    commands.push(make);
    const params: Record<string, string> = { ...lun.params };
    if (lun.readOnly === true) params["readonly"] = "1";
    if (lun.removable !== undefined) params["removable"] = lun.removable ? "1" : "0";
    if (lun.medium === false && type === "disk") {
      params["removable"] = "1";
      params["online"] = "0";
    }
    const list = Object.entries(params).map(([name, value]) => `${name}=${value}`).join(",");
    if (list !== "") commands.push([...unit, "--op", "update", "--params", list]);
  }
  const account = ["--mode", "account"];
  for (const [user, outgoing] of [[options.chap, false], [options.mutualChap, true]] as const) {
    if (user === undefined) continue;
    commands.push([...account, "--op", "new", "--user", user.username, "--password", user.password]);
    const bind = [...account, "--op", "bind", "--tid", "1", "--user", user.username];
    commands.push(outgoing ? [...bind, "--outgoing"] : bind);
  }
  commands.push([...target, "--op", "bind", "-I", "ALL"]);
  return commands;
}
