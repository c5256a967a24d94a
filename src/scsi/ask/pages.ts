/**
 * VPD pages and mode pages of a unit.
 *
 * @module
 */
import type { ScsiExecutor } from "../../command.ts";
import { ErrorCode, type IscsiError } from "../../errors.ts";
import { inquiry } from "../commands/spc/inquiry.ts";
import { modeSense10, modeSense6, type ModeSense6Options } from "../commands/spc/mode_sense.ts";
import { parseVpdPage, type VpdPage } from "../inquiry/vpd.ts";
import { type ModeData, type ModeParseOptions, parseModeSense10, parseModeSense6 } from "../mode/parse.ts";
import type { RetryOptions } from "../retry.ts";
import { isUnknownCommand } from "../refusal.ts";
import { ask, type Question } from "./question.ts";

/** INQUIRY for one vital product data page. */
export function vpdPage(page: number): Question<VpdPage> {
  return { command: inquiry({ vpdPage: page }), parse: (bytes) => parseVpdPage(bytes, page) };
}

/** Which mode pages, and which of their values. */
type ModeRequest = Pick<ModeSense6Options, "pageCode" | "subpageCode" | "pageControl">;

/** MODE SENSE(6), which has room for 255 bytes. */
function modePage6(request: ModeRequest, options: ModeParseOptions): Question<ModeData> {
  return { command: modeSense6(request), parse: (bytes) => parseModeSense6(bytes, options) };
}

/** MODE SENSE(10). */
function modePage10(request: ModeRequest, options: ModeParseOptions): Question<ModeData> {
  return { command: modeSense10(request), parse: (bytes) => parseModeSense10(bytes, options) };
}

/** Both forms of a request for mode pages, `first` before the other. */
export function modePageForms(
  request: ModeRequest,
  { first, ...parsing }: ModeParseOptions & { readonly first: 6 | 10 },
): readonly [Question<ModeData>, Question<ModeData>] {
  const six = modePage6(request, parsing);
  const ten = modePage10(request, parsing);
  return first === 6 ? [six, ten] : [ten, six];
}

/**
 * Mode pages by one form of MODE SENSE, or by the other if the unit does not know the command (20h/00h) or its answer makes no
 * sense. `first`: (6) is known to most disks and drives, (10) has room for all pages at once.
 *
 * @throws {ScsiError} the refusal, such as that of a page that the unit does not have (24h/00h); the first one where it refuses both
 */
export async function askModePages(
  executor: ScsiExecutor,
  request: ModeRequest,
  parsing: ModeParseOptions & { readonly first: 6 | 10 },
  options: RetryOptions = {},
): Promise<ModeData> {
  const [first, second] = modePageForms(request, parsing);
  try {
    return await ask(executor, first, options);
  } catch (refusal) {
    if (!isMissing(refusal)) throw refusal;
    try {
      return await ask(executor, second, options);
    } catch (error) {
      throw isMissing(error) ? refusal : error;
    }
  }
}

function isMissing(error: unknown): boolean {
  return isUnknownCommand(error) || (error as IscsiError).code === ErrorCode.ScsiBadData;
}
