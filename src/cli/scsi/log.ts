import { type LogPage, logPageName, logSense, parseLogPage } from "../../scsi/mod.ts";
import type { CliIo } from "../io.ts";
import type { PageNumber } from "./modes.ts";
import { hexNumber, toJson, toText, warn } from "./print.ts";
import { readListed, type Unit, type UnitOptions, withUnit } from "./unit.ts";

/** Options of `lunstream scsi log`. */
export interface LogOptions extends UnitOptions {
  /** The page. Default: all that the unit lists. */
  page?: PageNumber;
}

async function read({ ask }: Unit, { page, subpage }: PageNumber): Promise<LogPage> {
  return parseLogPage(await ask(logSense({ pageCode: page, subpageCode: subpage, allocationLength: 0xffff })), page);
}

/** `lunstream scsi log`: one log page, or all that the unit lists. */
export function showLog(io: CliIo, url: string, options: LogOptions): Promise<number> {
  return withUnit(io, url, options, async (unit) => {
    const pages: LogPage[] = [];
    if (options.page !== undefined) pages.push(await read(unit, options.page));
    else {
      const list = await read(unit, { page: 0, subpage: 0 });
      pages.push(list);
      const listed = list.kind === "supportedPages" ? list.pages.filter(({ pageCode }) => pageCode !== 0) : [];
      pages.push(...await readListed(io, listed, ({ pageCode }) => read(unit, { page: pageCode, subpage: 0 })));
    }
    for (const page of pages) warn(io, page);
    if (options.json) return await io.out(toJson(options.page === undefined ? pages : pages[0]));
    for (const one of pages) await io.out(textOf(one));
  });
}

function textOf(one: LogPage): string {
  const { kind, pageCode, subpageCode, subpageFormat: _f, disableSave: _d, parameters, ...rest } = one;
  const code = `${hexNumber(pageCode)}${subpageCode === 0 ? "" : `,${hexNumber(subpageCode)}`}`;
  const shown = one.kind === "supportedPages"
    ? { pages: one.pages.map((page) => `${hexNumber(page.pageCode)} ${logPageName(page.pageCode)}`) }
    : kind === "raw"
    ? { parameters: parameters.map(({ code, value }) => ({ code: hexNumber(code, 4), value })) }
    : rest;
  return `${code} ${logPageName(pageCode)}\n${toText(shown, "  ")}`;
}
