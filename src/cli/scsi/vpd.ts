import { type VpdPage, vpdPageName } from "../../scsi/mod.ts";
import { vpdPage } from "../../scsi/ask/pages.ts";
import { ask } from "../../scsi/ask/question.ts";
import type { CliIo } from "../io.ts";
import { hexNumber, toJson, toText, warn } from "./print.ts";
import { readListed, type Unit, type UnitOptions, withUnit } from "./unit.ts";

/** Options of `lunstream scsi vpd`. */
export interface VpdOptions extends UnitOptions {
  /** The page. Default: all that the unit has. */
  page?: number;
}

function read({ executor, signal }: Unit, page: number): Promise<VpdPage> {
  return ask(executor, vpdPage(page), { signal });
}

/** `lunstream scsi vpd`: one vital product data page, or all that the unit lists. */
export function showVpd(io: CliIo, url: string, options: VpdOptions): Promise<number> {
  return withUnit(io, url, options, async (unit) => {
    const pages: VpdPage[] = [];
    if (options.page !== undefined) pages.push(await read(unit, options.page));
    else {
      const list = await read(unit, 0);
      pages.push(list);
      const listed = list.kind === "supportedPages" ? list.pages.filter((page) => page !== 0) : [];
      pages.push(...await readListed(io, listed, (page) => read(unit, page)));
    }
    for (const page of pages) warn(io, page);
    if (options.json) return await io.out(toJson(options.page === undefined ? pages : pages[0]));
    for (const one of pages) {
      const { kind: _, page, qualifier: _q, deviceType, ...rest } = one;
      const shown = one.kind === "supportedPages"
        ? { pages: one.pages.map((code) => `${hexNumber(code)} ${vpdPageName(code, deviceType)}`) }
        : rest;
      await io.out(`${hexNumber(page)} ${vpdPageName(page, deviceType)}\n${toText(shown, "  ")}`);
    }
  });
}
