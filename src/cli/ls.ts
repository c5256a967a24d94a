import { Command } from "commander";
import { unlessAborted } from "../async/unless_aborted.ts";
import { formatLun } from "../bytes/lun.ts";
import { ErrorCode, type IscsiError, LoginError } from "../errors.ts";
import { discover, type FoundTarget } from "../client/discover.ts";
import type { FoundLun } from "../client/list_luns.ts";
import { parseIscsiUrl } from "../client/url.ts";
import { formatIscsiUrl } from "../client/url_format.ts";
import { caseHint } from "../session/naming/names.ts";
import { quote } from "../session/naming/printable.ts";
import { formatAddress } from "../runtime/mod.ts";
import { initiatorOption, interruptible, type LoginCliOptions, portalOption } from "./common.ts";
import { deviceTypeLabel } from "./device_type_label.ts";
import { describeError, ExitCode } from "./exit_code.ts";
import type { CliIo } from "./io.ts";

interface LsOptions extends LoginCliOptions {
  showLuns?: true;
  url?: true;
  json?: true;
}

export function lsCommand(io: CliIo, done: (code: number) => void): Command {
  return new Command("ls")
    .description("list the targets of a portal, and their LUNs")
    .argument("<url>", "iscsi://[user[%password]@]host[:port]; with a target name behind it, only that target")
    .addOption(initiatorOption())
    .addOption(portalOption())
    .option("-s, --show-luns", "log in to each target and list its LUNs")
    .option("-U, --url", "print the URLs of the LUNs, and nothing else")
    .option("--json", "print JSON, with the LUNs")
    .action(async (url: string, options: LsOptions) => {
      // Nothing that it does must be brought to an end: not even what it prints, where nobody reads.
      done(await interruptible(io, (signal) => unlessAborted(ls(io, url, options, signal), signal)));
    });
}

async function ls(io: CliIo, url: string, options: LsOptions, signal: AbortSignal): Promise<number> {
  const { initiatorName, portal: portals, showLuns = false, url: urls = false, json = false } = options;
  const targets = await discover(url, { initiatorName, portals, signal, luns: showLuns || urls || json });
  if (targets.length === 0) requireNone(url);
  if (json) await io.out(`${JSON.stringify(targets.map(toJson), null, 2)}\n`);
  else for (const target of targets) await io.out(urls ? listUrls(target) : listTarget(target));
  let failed = false;
  for (const { name, error, luns = [] } of targets) {
    const failures = [{ of: name, error }, ...luns.map((lun) => ({ of: `${name}/${formatLun(lun.number)}`, ...lun }))];
    for (const { of, error } of failures) {
      if (error === undefined) continue;
      failed = true;
      io.error(describeError(error).replace(": ", `: ${of}: `));
    }
  }
  return failed ? ExitCode.Fatal : ExitCode.Done;
}

/** A portal may have no targets; the one that a URL names is missed. */
function requireNone(url: string): void {
  const { targetName } = parseIscsiUrl(url);
  if (targetName === undefined) return;
  const message = `The portal lists no target ${quote(targetName)}${caseHint(targetName)}`;
  throw new LoginError(ErrorCode.LoginTargetNotFound, message);
}

function listTarget({ name, portals, luns = [] }: FoundTarget): string {
  const lines = portals.map((portal) => `Target:${name} Portal:${portalText(portal)}\n`);
  return [...lines, ...luns.map(listLun)].join("");
}

function portalText({ host, port, portalGroupTag }: FoundTarget["portals"][number]): string {
  return `${formatAddress(host, port)}${portalGroupTag === undefined ? "" : `,${portalGroupTag}`}`;
}

function listLun({ number, inquiry, size, error }: FoundLun): string {
  const type = inquiry === undefined ? "" : ` Type:${deviceTypeLabel(inquiry.deviceType)}`;
  const shown = size === undefined ? "" : ` (Size:${shortSize(size)})`;
  const why = error === undefined ? "" : ` Error:${error.code}`;
  return `Lun:${formatLun(number).padEnd(4)}${type}${shown}${why}\n`;
}

/** A size as libiscsi's tools show it: in whole units of 1024, rounded down. */
function shortSize(bytes: bigint): string {
  let unit = 0;
  while (bytes >= 1024n && unit < 6) {
    bytes /= 1024n;
    unit++;
  }
  return `${bytes}${["", "K", "M", "G", "T", "P", "E"][unit]}`;
}

function listUrls(target: FoundTarget): string {
  return (target.luns ?? []).map((lun) => `${urlOf(target, lun)}\n`).join("");
}

/** With the portal at which the LUNs were listed, which need not be the first that the target has. */
function urlOf({ name, portals, portal = portals[0] }: FoundTarget, { number }: FoundLun): string {
  const { host = "", port } = portal ?? {};
  return formatIscsiUrl({ host, port, targetName: name, lun: number });
}

function toJson(target: FoundTarget): unknown {
  const { name, portals, portal, luns, error } = target;
  return {
    name,
    portals,
    portal,
    luns: luns?.map((lun) => ({
      lun: typeof lun.number === "bigint" ? formatLun(lun.number) : lun.number,
      url: urlOf(target, lun),
      type: lun.inquiry === undefined ? null : deviceTypeLabel(lun.inquiry.deviceType),
      vendor: lun.inquiry?.vendor.trim() ?? null,
      product: lun.inquiry?.product.trim() ?? null,
      size: lun.size === undefined ? null : Number(lun.size),
      blockSize: lun.blockSize ?? null,
      error: lun.error?.message,
      code: lun.error?.code,
    })),
    error: error?.message,
    code: (error as IscsiError | undefined)?.code,
  };
}
