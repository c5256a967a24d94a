/**
 * Time limits of commands, for tests.
 *
 * @module
 */

import { scsiKnowledge } from "../../../src/scsi/effect.ts";
import type { PendingTerms } from "../../../src/session/commands/pending.ts";

/** One limit for all commands, in milliseconds; 0: none. */
export function commandLimits(timeout: number): PendingTerms {
  const command = { quick: timeout, read: timeout, write: timeout, flush: timeout, bulk: timeout, long: timeout };
  return { timeouts: { command }, scsi: scsiKnowledge };
}
