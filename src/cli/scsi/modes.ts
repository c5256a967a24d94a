import { decodeModePage, findModePage, type ModeData, type ModePage, PageControl } from "../../scsi/mod.ts";
import { askModePages } from "../../scsi/ask/pages.ts";
import type { CliIo } from "../io.ts";
import { hexDump, hexNumber, toJson, toText, warn } from "./print.ts";
import { type Unit, type UnitOptions, withUnit } from "./unit.ts";

/** A page and its subpage. */
export interface PageNumber {
  page: number;
  subpage: number;
}

/** Options of `lunstream scsi modes`. */
export interface ModesOptions extends UnitOptions {
  /** The page. Default: all. */
  page?: PageNumber;
  /** Which values: `current`, `changeable`, `default` or `saved`. */
  values: "current" | "changeable" | "default" | "saved";
}

const CONTROLS = {
  current: PageControl.Current,
  changeable: PageControl.Changeable,
  default: PageControl.Default,
  saved: PageControl.Saved,
} as const;

function sense({ executor, signal }: Unit, options: ModesOptions, deviceType: number): Promise<ModeData> {
  const { page, subpage } = options.page ?? { page: 0x3f, subpage: 0 };
  const request = { pageCode: page, subpageCode: subpage, pageControl: CONTROLS[options.values] };
  return askModePages(executor, request, { deviceType, first: 10 }, { signal });
}

/** `lunstream scsi modes`: mode pages, decoded where they are known. */
export function showModes(io: CliIo, url: string, options: ModesOptions): Promise<number> {
  return withUnit(io, url, options, async (unit) => {
    const deviceType = await unit.deviceType();
    const data = await sense(unit, options, deviceType);
    warn(io, data);
    const pages = data.pages.map((page) => describe(page, deviceType));
    if (options.json) return await io.out(toJson({ ...data, pages }));
    const { pages: _, ...head } = data;
    await io.out(toText(head));
    for (const { name, pageCode, subpageCode, saveable, fields, bytes } of pages) {
      const code = `${hexNumber(pageCode)}${subpageCode === 0 ? "" : `,${hexNumber(subpageCode)}`}`;
      const shown = fields === undefined ? hexDump(bytes, "  ") : toText(fields, "  ");
      await io.out(`${code} ${name}${saveable ? " (can be saved)" : ""}\n${shown}`);
    }
  });
}

function describe(page: ModePage, deviceType: number): ModePage & { name: string; fields: object | undefined } {
  const layout = findModePage(page.pageCode, page.subpageCode, deviceType);
  return {
    name: layout?.name ?? "not known",
    ...page,
    fields: layout === undefined ? undefined : decodeModePage(layout, page),
  };
}
