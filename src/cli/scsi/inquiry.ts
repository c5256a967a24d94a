import { deviceTypeName, inquiry, inquiryVersionName, parseInquiry, versionDescriptorName } from "../../scsi/mod.ts";
import type { CliIo } from "../io.ts";
import { hexNumber, toJson, toText, warn } from "./print.ts";
import { type UnitOptions, withUnit } from "./unit.ts";

/** `lunstream scsi inquiry`: standard INQUIRY data. */
export function showInquiry(io: CliIo, url: string, options: UnitOptions): Promise<number> {
  return withUnit(io, url, options, async ({ ask }) => {
    const data = parseInquiry(await ask(inquiry()));
    warn(io, data);
    if (options.json) return await io.out(toJson(data));
    await io.out(toText({
      ...data,
      deviceType: `${hexNumber(data.deviceType)} ${deviceTypeName(data.deviceType)}`,
      version: `${data.version} ${inquiryVersionName(data.version)}`,
      versionDescriptors: data.versionDescriptors.map((one) => `${hexNumber(one, 4)} ${versionDescriptorName(one)}`),
    }));
  });
}
