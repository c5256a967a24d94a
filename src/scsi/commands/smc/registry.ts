import {
  EXCHANGE_MEDIUM,
  INITIALIZE_ELEMENT_STATUS,
  INITIALIZE_ELEMENT_STATUS_WITH_RANGE,
  MOVE_MEDIUM,
  POSITION_TO_ELEMENT,
} from "./changer.ts";
import { READ_ELEMENT_STATUS } from "./element_status.ts";
import type { CdbLayout } from "../../cdb/layout.ts";

/** The CDBs of SMC (media changers) that have a builder, in the order of their table in docs/scsi.md. */
export const SMC_LAYOUTS: readonly CdbLayout[] = [
  MOVE_MEDIUM,
  EXCHANGE_MEDIUM,
  INITIALIZE_ELEMENT_STATUS,
  INITIALIZE_ELEMENT_STATUS_WITH_RANGE,
  POSITION_TO_ELEMENT,
  READ_ELEMENT_STATUS,
];
