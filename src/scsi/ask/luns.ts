import type { ScsiExecutor } from "../../command.ts";
import { type LunList, parseReportLuns, reportLuns, type ReportLunsOptions } from "../commands/spc/report_luns.ts";
import type { RetryOptions } from "../retry.ts";
import { askWhole } from "./question.ts";

/** REPORT LUNS, all of its answer however long it is. */
export function askLuns(
  executor: ScsiExecutor,
  request: Pick<ReportLunsOptions, "selectReport"> = {},
  options: RetryOptions = {},
): Promise<LunList> {
  return askWhole(
    executor,
    (allocationLength) => ({ command: reportLuns({ ...request, allocationLength }), parse: parseReportLuns }),
    options,
  );
}
