import { Command, InvalidArgumentError, Option } from "commander";
import { initiatorOption, portalOption } from "./common.ts";
import type { CliIo } from "./io.ts";
import type { LogOptions } from "./scsi/log.ts";
import type { LunsOptions, OpcodesOptions } from "./scsi/lists.ts";
import type { ModesOptions, PageNumber } from "./scsi/modes.ts";
import type { CdbOptions } from "./scsi/offline.ts";
import type { PrOptions } from "./scsi/pr.ts";
import type { RawOptions } from "./scsi/raw.ts";
import type { UnitOptions } from "./scsi/unit.ts";
import type { VpdOptions } from "./scsi/vpd.ts";
import { parseInteger } from "./size.ts";

type Done = (code: number) => void;

const URL_HELP = "iscsi://[user[%password]@]host[:port]/target[/lun]; LUN 0 where there is none";

/** Parses a number in decimal, or hexadecimal with `0x`, from 0 to `max`. */
function parseNumber(max: number): (text: string) => number {
  return (text) => {
    const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN;
    if (!(value <= max)) throw new InvalidArgumentError(`It must be a number from 0 to ${max}, hexadecimal with 0x.`);
    return value;
  };
}

function parsePage(text: string): PageNumber {
  const [page = "", subpage = "0", ...more] = text.split(",");
  if (more.length > 0) throw new InvalidArgumentError("It must be a page, as in 8, 0x0a or 0x0a,0x01.");
  return { page: parseNumber(0x3f)(page), subpage: parseNumber(0xff)(subpage) };
}

function parseKey(text: string): bigint {
  const value = /^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text) ? BigInt(text) : -1n;
  if (value < 0n || value >= 1n << 64n) {
    throw new InvalidArgumentError("It must be a reservation key of 64 bits, hexadecimal with 0x.");
  }
  return value;
}

const DEVICE_TYPES: Readonly<Record<string, number>> = { disk: 0, tape: 1, cd: 5, changer: 8 };
const RESERVATION_TYPES: Readonly<Record<string, number>> = {
  "write-exclusive": 1,
  "exclusive-access": 3,
  "write-exclusive-registrants-only": 5,
  "exclusive-access-registrants-only": 6,
  "write-exclusive-all-registrants": 7,
  "exclusive-access-all-registrants": 8,
};

function oneOf(values: Readonly<Record<string, number>>): (text: string) => number {
  return (text) => {
    const value = values[text];
    if (value === undefined) throw new InvalidArgumentError(`It must be one of ${Object.keys(values).join(", ")}.`);
    return value;
  };
}

/** A subcommand that talks to a logical unit. */
function online(name: string, description: string): Command {
  return new Command(name).description(description).argument("<url>", URL_HELP).addOption(initiatorOption())
    .addOption(portalOption())
    .option("--json", "print JSON");
}

function reading(io: CliIo, done: Done): Command[] {
  return [
    online("inquiry", "standard INQUIRY data").action(async (url: string, options: UnitOptions) => {
      done(await (await import("./scsi/inquiry.ts")).showInquiry(io, url, options));
    }),
    online("vpd", "vital product data: one page, or all that the unit lists")
      .option("-p, --page <page>", "page, such as 0x83", parseNumber(0xff))
      .action(async (url: string, options: VpdOptions) => {
        done(await (await import("./scsi/vpd.ts")).showVpd(io, url, options));
      }),
    online("modes", "mode pages")
      .option("-p, --page <page[,subpage]>", "page, such as 8 or 0x0a,0x01; default: all", parsePage)
      .addOption(
        new Option("--values <which>", "which values").choices(["current", "changeable", "default", "saved"])
          .default("current"),
      )
      .action(async (url: string, options: ModesOptions) => {
        done(await (await import("./scsi/modes.ts")).showModes(io, url, options));
      }),
    online("log", "log pages: one, or all that the unit lists")
      .option("-p, --page <page[,subpage]>", "page, such as 0x0d", parsePage)
      .action(async (url: string, options: LogOptions) => {
        done(await (await import("./scsi/log.ts")).showLog(io, url, options));
      }),
    online("luns", "the LUNs of the target")
      .option("--all", "with the well known logical units")
      .action(async (url: string, options: LunsOptions) => {
        done(await (await import("./scsi/lists.ts")).showLuns(io, url, options));
      }),
    online("opcodes", "the commands that the unit knows")
      .option("--timeouts", "with their timeouts")
      .action(async (url: string, options: OpcodesOptions) => {
        done(await (await import("./scsi/lists.ts")).showOpcodes(io, url, options));
      }),
    online("rtpg", "target port groups and their access states (ALUA)")
      .action(async (url: string, options: UnitOptions) => {
        done(await (await import("./scsi/lists.ts")).showTargetPortGroups(io, url, options));
      }),
  ];
}

function reservations(io: CliIo, done: Done): Command {
  return online("pr", "persistent reservations: does what the options say, in this order, then shows them")
    .option("--key <key>", "the key that we have registered, if --register does not set it", parseKey)
    .option("--register <key>", "register this key in place of --key; 0 unregisters", parseKey)
    .option("--ignore-existing", "register whatever key was registered before")
    .option("--preempt <key>", "remove the registrations of this key, and take its reservation", parseKey)
    .option("--reserve", "take the reservation")
    .option("--release", "give the reservation back")
    .option("--clear", "remove the reservation and all registrations")
    .addOption(
      new Option("--type <type>", `type of the reservation: ${Object.keys(RESERVATION_TYPES).join(", ")}`)
        .argParser(oneOf(RESERVATION_TYPES)).default(1, "write-exclusive"),
    )
    .action(async (url: string, options: PrOptions) => {
      done(await (await import("./scsi/pr.ts")).showReservations(io, url, options));
    });
}

function raw(io: CliIo, done: Done): Command {
  return online("raw", "send any CDB, once, and print what came")
    .argument("<cdb...>", "the CDB in hexadecimal, such as 12 00 00 00 24 00")
    .option("-r, --receive <bytes>", "most bytes to receive", parseInteger(0, 0xffffffff))
    .addOption(
      new Option("-s, --send <file>", "file with the bytes to send, - for standard input").conflicts("sendHex"),
    )
    .option("--send-hex <hex>", "bytes to send, in hexadecimal")
    .option("-o, --output <file>", "file for the bytes that come, - for standard output")
    .option("--timeout <seconds>", "time limit", parseInteger(1, 2_000_000))
    .action(async (url: string, cdb: string[], options: RawOptions) => {
      done(await (await import("./scsi/raw.ts")).sendRaw(io, url, cdb, options));
    });
}

function offline(io: CliIo, done: Done): Command[] {
  return [
    new Command("sense").description("decode sense data").argument("<hex...>", "such as 70 00 05 00 00 00 00 0a …")
      .option("--json", "print JSON")
      .action(async (hex: string[], options: { json?: true }) => {
        done(await (await import("./scsi/offline.ts")).showSense(io, hex, options));
      }),
    new Command("cdb").description("decode a CDB").argument("<hex...>", "such as 28 00 00 00 00 00 00 00 01 00")
      .option("--json", "print JSON")
      .option(`--type <${Object.keys(DEVICE_TYPES).join("|")}>`, "what kind of device it is for", oneOf(DEVICE_TYPES))
      .action(async (hex: string[], options: CdbOptions) => {
        done(await (await import("./scsi/offline.ts")).showCdb(io, hex, options));
      }),
  ];
}

/** `lunstream scsi …`: SCSI commands to a logical unit, and SCSI bytes decoded. */
export function scsiCommand(io: CliIo, done: Done): Command {
  const group = new Command("scsi").description("send SCSI commands, and decode SCSI data");
  for (const one of [...reading(io, done), reservations(io, done), raw(io, done), ...offline(io, done)]) {
    group.addCommand(one);
  }
  return group;
}
