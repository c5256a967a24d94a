// Session recovery (RFC 7143 §7): what a flush after a loss vouches for.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { rejectsWith, rigged, write } from "./rig.ts";
import { comeBack, recovering } from "./recovery_rig.ts";

rigged("F-66 §7 the first flush after a loss does not vouch for writes before it", recovering(), async ({
  session,
  target,
  peer,
}) => {
  const flush = (more: number[] = []) => {
    const cdb = new Uint8Array(10);
    cdb.set([0x35, ...more]);
    return session.execute(1, { cdb, replay: "safe" });
  };
  let one = target;
  const answer = async (run: Promise<unknown>) => {
    one.respond(await one.command());
    return await run;
  };
  const lose = async () => {
    one.socket.destroy();
    one = await comeBack(peer);
  };
  // Flushed before the loss.
  await answer(session.execute(1, write(512)));
  await answer(flush());
  await lose();
  await answer(flush());
  // Forced to the medium.
  await answer(session.execute(1, write(512, { cdb: Uint8Array.of(0x2a, 8, 0, 0, 0, 0, 0, 0, 1, 0) })));
  await lose();
  await answer(flush());
  // Not flushed, or only in part, or without waiting.
  await answer(session.execute(1, write(512)));
  await answer(flush([0, 0, 0, 0, 0, 0, 0, 1]));
  await answer(flush([2]));
  const other = session.execute(2, { cdb: Uint8Array.of(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0), replay: "safe" });
  await answer(other);
  await lose();
  await answer(flush([2]));
  await rejectsWith(answer(flush()), "ISCSI_OUTCOME_UNKNOWN");
  await answer(flush());
});

rigged("F-66 §7 a flush that was lost and sent again does not vouch either", recovering(), async ({
  session,
  target,
  peer,
}) => {
  const run = session.execute(1, write(512));
  target.respond(await target.command());
  await run;
  const flush = session.execute(1, { cdb: Uint8Array.of(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0), replay: "safe" });
  await target.command();
  target.socket.destroy();
  const next = await comeBack(peer);
  next.respond(await next.command());
  await rejectsWith(flush, "ISCSI_OUTCOME_UNKNOWN");
});

rigged("F-66 §7 a flush does not vouch for a write that ended while it was under way", recovering(), async ({
  session,
  target,
  peer,
}) => {
  const flush = () => session.execute(1, { cdb: Uint8Array.of(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0), replay: "safe" });
  const flushing = flush();
  const command = await target.command();
  const run = session.execute(1, write(512));
  target.respond(await target.command());
  await run;
  target.respond(command);
  await flushing;
  target.socket.destroy();
  const next = await comeBack(peer);
  const second = flush();
  next.respond(await next.command());
  await rejectsWith(second, "ISCSI_OUTCOME_UNKNOWN");
});

rigged("F-66 §7 a success after a recovered error counts as one when it comes to flushes", recovering(), async ({
  session,
  target,
  peer,
}) => {
  const recovered = Uint8Array.of(0, 18, 0x70, 0, 1, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x17, 1, 0, 0, 0, 0);
  const run = session.execute(1, write(512));
  target.respond(await target.command(), { status: 2 }, recovered);
  assert.is((await run).status, 2);
  target.socket.destroy();
  const next = await comeBack(peer);
  const flush = session.execute(1, { cdb: Uint8Array.of(0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0), replay: "safe" });
  next.respond(await next.command(), { status: 2 }, recovered);
  await rejectsWith(flush, "ISCSI_OUTCOME_UNKNOWN");
});

test.run();
