// time limit: 300 s
// The connection cut after every single byte of a session, in both directions, by a close or by a reset.
// FAULT_FULL: every way of cutting in every form of session. Else every byte in one form, and every third in another one.
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { MemoryOptions, MemoryTcp } from "./memory_tcp.ts";
import { type Outcome, runMany, runScript, type ScriptOptions } from "./script.ts";

const FULL = process.env["FAULT_FULL"] !== undefined;
const STEPS = ["login", "text", "read", "inquiry", "write", "ping", "read back", "logout"];
const FORMS = [
  { name: "no digests", limits: {} },
  { name: "both digests", limits: { headerDigest: ["CRC32C"], dataDigest: ["CRC32C"] } },
] as const;

/** Bytes of a whole session, and proof that it works. */
async function measure(options: Partial<ScriptOptions>): Promise<{ received: number; sent: number }> {
  let connection: MemoryTcp | undefined;
  const outcome = await runScript({ faults: () => ({}), accepted: (tcp) => connection = tcp, ...options });
  assert.equal(outcome, { done: STEPS, failed: [], wrong: [] });
  const { received, sent } = connection as MemoryTcp;
  return { received, sent };
}

type Way = "received" | "received, reset" | "sent" | "sent, reset";

function* cuts(
  sizes: { received: number; sent: number },
  chosen: Way[],
  step: number,
  session: ScriptOptions["session"],
) {
  const ways: [Way, number, (at: number) => MemoryOptions][] = [
    ["received", sizes.received, (at) => ({ cutAfterReceived: at })],
    ["received, reset", sizes.received, (at) => ({ cutAfterReceived: at, reset: true })],
    ["sent", sizes.sent, (at) => ({ cutAfterSent: at })],
    ["sent, reset", sizes.sent, (at) => ({ cutAfterSent: at, reset: true })],
  ];
  for (const [name, size, options] of ways) {
    if (!FULL && !chosen.includes(name)) continue;
    for (let at = 0; at < size; at += FULL ? 1 : step) {
      const faults = (number: number): MemoryOptions => number === 0 ? options(at) : {};
      yield { name: `${at} bytes ${name}`, run: (): Promise<Outcome> => runScript({ faults, session }) };
    }
  }
}

for (const [index, { name, limits }] of FORMS.entries()) {
  if (index === 0 || FULL) {
    test(`cut after every byte, ${name}, without recovery`, async () => {
      const sizes = await measure({ session: { limits } });
      const { count, wrong } = await runMany(cuts(sizes, ["received", "sent, reset"], 1, { limits }), 16);
      console.log(`  ${sizes.received} bytes received, ${sizes.sent} sent: ${count} sessions`);
      assert.equal(wrong, []);
    });
  }

  if (index === 1 || FULL) {
    test(`cut after every byte, ${name}, with recovery: everything after the login succeeds`, async () => {
      const session: ScriptOptions["session"] = {
        limits,
        recovery: { replayWrites: true, minDelay: 1, maxDelay: 10 },
        timeouts: { command: 10_000, request: 5_000, login: 5_000, connect: 5_000 },
      };
      const sizes = await measure({ session });
      const { count, wrong } = await runMany(
        cuts(sizes, ["received, reset", "sent"], 3, session),
        16,
        (_name, { failed }) => {
          // Texts and pings belong to their connection, and a login that fails is the caller's to repeat.
          const odd = failed.filter(([step]) => !["login", "text", "ping"].includes(step));
          return odd.length === 0 ? undefined : `failed: ${JSON.stringify(odd)}`;
        },
      );
      console.log(`  ${sizes.received} bytes received, ${sizes.sent} sent: ${count} sessions`);
      assert.equal(wrong, []);
    });
  }
}

test("a session does not depend on how many bytes one read gives", async () => {
  for (const { limits } of FORMS) {
    for (const maxRead of [1, 2, 3, 7, 47, 48, 49, 53, 512]) {
      await measure({ faults: () => ({ maxRead }), session: { limits } });
    }
  }
});

test.run();
