import type { ScsiExecutor } from "../../command.ts";
import { type LunList, parseReportLuns, reportLuns, type ReportLunsOptions } from "../commands/spc/report_luns.ts";
import type { RetryOptions } from "../retry.ts";
import { askWhole } from "./question.ts";

/** Most logical units of one target that are listed: as many as simple and flat addresses can name. */
const MOST_LUNS = 16384;

/**
 * REPORT LUNS, all of its answer: up to 16384 logical units.
 *
 * @throws {IscsiError} `SCSI_BAD_DATA` where the unit claims more
 */
export function askLuns(
  executor: ScsiExecutor,
  request: Pick<ReportLunsOptions, "selectReport"> = {},
  options: RetryOptions = {},
): Promise<LunList> {
  return askWhole(
    executor,
    (allocationLength) => ({ command: reportLuns({ ...request, allocationLength }), parse: parseReportLuns }),
    8 + 8 * MOST_LUNS,
    options,
  );
}
