// Any answer of a target gives a checked result inside the ranges, or an error with a code.
import fc from "fast-check";
import process from "node:process";
import { inspect } from "node:util";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { IscsiError } from "../../../../src/errors.ts";
import { KEYS } from "../../../../src/wire/login_keys.ts";
import {
  type AuthOptions,
  login,
  type LoginOutcome,
  type OfferedLimits,
  resolveLimits,
} from "../../../../src/session/login/mod.ts";
import { parseAddress } from "../../../../src/session/discovery.ts";
import { encodeTextKeys, parseTextKeys } from "../../../../src/wire/text_keys.ts";
import { type Answer, discoveryOptions, options, type Pair, TestTarget } from "./login_target.ts";

const seed = Number(process.env["LUNSTREAM_SEED"] ?? Date.now() % 2 ** 31);
const runs = Number(process.env["LUNSTREAM_RUNS"] ?? 1000);
console.log(`seed ${seed}, ${runs} cases a property`);
const settings = { seed, numRuns: runs };

const SECRET = "initiator-secret";
const MUTUAL: AuthOptions = {
  username: "me",
  password: SECRET,
  target: { username: "disk", password: "target-secret-xyz" },
};

const numbers = fc.oneof(
  fc.constantFrom(
    "0",
    "1",
    "511",
    "512",
    "8192",
    "65536",
    "262144",
    "1048576",
    "16777215",
    "16777216",
    "-1",
    "0x200",
    "3600",
    "3601",
    "1e3",
    "99999999999999999999",
  ),
  fc.nat().map(String),
  fc.nat().map((value) => `0x${value.toString(16)}`),
);
const values = fc.oneof(
  numbers,
  fc.constantFrom(
    "Yes",
    "No",
    "None",
    "CRC32C",
    "None,CRC32C",
    "CHAP",
    "Reject",
    "Irrelevant",
    "NotUnderstood",
    "RFC3720",
    "",
    "0x",
    "0b",
    "yes",
  ),
  fc.string({ maxLength: 20 }).map((text) => text.replaceAll("\0", "")),
);
const keys = fc.oneof(fc.constantFrom(...KEYS.keys()), fc.constantFrom("X-a.b", "Zork", "X#q"));
const pairs = fc.tuple(keys, values);

/** Limits that a caller may offer. */
const limits: fc.Arbitrary<OfferedLimits> = fc.record({
  headerDigest: fc.constantFrom(["None"], ["CRC32C"], ["None", "CRC32C"], ["CRC32C", "None"]),
  dataDigest: fc.constantFrom(["None"], ["CRC32C"], ["None", "CRC32C"], ["CRC32C", "None"]),
  maxRecvDataSegmentLength: fc.integer({ min: 512, max: 0xffffff }),
  maxBurstLength: fc.integer({ min: 512, max: 0xffffff }),
  firstBurstLength: fc.integer({ min: 512, max: 0xffffff }),
  initialR2T: fc.boolean(),
  immediateData: fc.boolean(),
  maxOutstandingR2T: fc.integer({ min: 1, max: 65535 }),
  defaultTime2Wait: fc.integer({ min: 0, max: 3600 }),
  defaultTime2Retain: fc.integer({ min: 0, max: 3600 }),
  dataPduInOrder: fc.boolean(),
  dataSequenceInOrder: fc.boolean(),
  protocolLevel: fc.integer({ min: 1, max: 31 }),
}).map((record) =>
  resolveLimits({
    ...record,
    headerDigest: record.headerDigest as OfferedLimits["headerDigest"],
    dataDigest: record.dataDigest as OfferedLimits["dataDigest"],
    firstBurstLength: Math.min(record.firstBurstLength, record.maxBurstLength),
  })
);

/** One change of one answer. */
type Change =
  | { kind: "replace"; at: number; value: string }
  | { kind: "remove"; at: number }
  | { kind: "double"; at: number }
  | { kind: "add"; pair: Pair }
  | { kind: "header"; field: string; value: number | boolean }
  | { kind: "flip"; at: number; bit: number }
  | { kind: "cut"; at: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("replace" as const), at: fc.nat(20), value: values }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove" as const), at: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("double" as const), at: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("add" as const), pair: pairs as fc.Arbitrary<Pair> }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("header" as const),
      field: fc.constantFrom(
        "transit",
        "continue",
        "currentStage",
        "nextStage",
        "tsih",
        "statSN",
        "statusClass",
        "statusDetail",
        "initiatorTaskTag",
        "versionActive",
      ),
      value: fc.oneof(fc.nat(4), fc.nat(0xffff)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("flip" as const), at: fc.nat(400), bit: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const), at: fc.nat(400) }) },
);

/** Changes by index of the answer. */
const script = fc.dictionary(fc.constantFrom("0", "1", "2", "3", "4"), fc.array(change, { maxLength: 3 }), {
  maxKeys: 3,
});

function apply(answer: Answer, changes: readonly Change[]): Answer {
  let result: Answer = { ...answer, pairs: [...answer.pairs] };
  for (const one of changes) {
    const at = "at" in one && result.pairs.length > 0 ? one.at % result.pairs.length : 0;
    const pair = result.pairs[at];
    if (one.kind === "replace" && pair !== undefined) result.pairs[at] = [pair[0], one.value];
    else if (one.kind === "remove") result.pairs.splice(at, 1);
    else if (one.kind === "double" && pair !== undefined) result.pairs.push([...pair]);
    else if (one.kind === "add") result.pairs.push(one.pair);
    else if (one.kind === "header") {
      const isFlag = one.field === "transit" || one.field === "continue";
      result = { ...result, [one.field]: isFlag ? Boolean(Number(one.value) % 2) : one.value };
    } else if (one.kind === "flip" || one.kind === "cut") {
      const data = (result.data ?? encodeTextKeys(result.pairs)).slice();
      if (data.length === 0) continue;
      if (one.kind === "flip") data[one.at % data.length]! ^= 1 << one.bit;
      result.data = one.kind === "cut" ? data.subarray(0, one.at % data.length) : data;
    }
  }
  return result;
}

function checkOutcome(outcome: LoginOutcome, offered: OfferedLimits, discovery: boolean): void {
  if (outcome.kind === "redirect") {
    const { host, port } = outcome.address;
    assert.ok(parseAddress(host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`));
    return;
  }
  if (outcome.kind === "reconnect") return;
  const { parameters } = outcome;
  const within = (value: number, min: number, max: number, name: string) =>
    assert.ok(Number.isInteger(value) && value >= min && value <= max, `${name} ${value} is not in ${min}..${max}`);
  within(outcome.tsih, 1, 65535, "TSIH");
  within(parameters.targetMaxRecvDataSegmentLength, 512, 0xffffff, "target MRDSL");
  assert.is(parameters.maxRecvDataSegmentLength, offered.maxRecvDataSegmentLength);
  // A refused key falls back on its default, which may be above the offer and is never above the range.
  const upTo = (offer: number, fallback: number) => discovery ? fallback : Math.max(offer, fallback);
  within(parameters.maxBurstLength, 512, upTo(offered.maxBurstLength, 262144), "MaxBurstLength");
  within(parameters.firstBurstLength, 512, parameters.maxBurstLength, "FirstBurstLength");
  within(parameters.maxOutstandingR2T, 1, upTo(offered.maxOutstandingR2T, 1), "MaxOutstandingR2T");
  within(parameters.defaultTime2Wait, 0, 3600, "DefaultTime2Wait");
  within(parameters.defaultTime2Retain, 0, Math.max(offered.defaultTime2Retain, 20), "DefaultTime2Retain");
  within(parameters.protocolLevel, 0, upTo(offered.protocolLevel, 1), "protocol level");
  const digest = (on: boolean) => on ? "CRC32C" : "None";
  assert.ok(offered.headerDigest.includes(digest(parameters.headerDigest)));
  assert.ok(offered.dataDigest.includes(digest(parameters.dataDigest)));
  if (!discovery) {
    if (offered.initialR2T) assert.is(parameters.initialR2T, true);
    if (!offered.immediateData) assert.is(parameters.immediateData, false);
    if (offered.dataPduInOrder) assert.is(parameters.dataPduInOrder, true);
    if (offered.dataSequenceInOrder) assert.is(parameters.dataSequenceInOrder, true);
  }
  assert.is(parameters.errorRecoveryLevel, 0);
}

async function attempt(target: TestTarget, given: Parameters<typeof login>[1]): Promise<LoginOutcome | undefined> {
  try {
    return await login(target, given);
  } catch (error) {
    if (!(error instanceof IscsiError)) throw error;
    const text = inspect(error, { depth: 5 });
    assert.ok(/^ISCSI_[A-Z_]+$/.test(error.code), text);
    assert.not.ok(text.includes(SECRET), "a secret is in an error");
    // deno-lint-ignore no-control-regex
    assert.not.ok(/[\u0000-\u001f\u007f-\u009f]/.test(error.message), inspect(error.message));
    return undefined;
  } finally {
    assert.ok(target.seen.length <= 64);
  }
}

test("H-13 L-15 a mutated negotiation is checked, or ends with a code", async () => {
  let complete = 0;
  await fc.assert(
    fc.asyncProperty(script, limits, fc.boolean(), async (changes, offered, discovery) => {
      const target = new TestTarget({ edit: (answer, _seen, index) => apply(answer, changes[String(index)] ?? []) });
      const given = (discovery ? discoveryOptions : options)({ limits: offered });
      const outcome = await attempt(target, given);
      if (outcome === undefined) return;
      complete += 1;
      checkOutcome(outcome, offered, discovery);
    }),
    settings,
  );
  assert.ok(complete > runs / 50, `only ${complete} logins of ${runs} came through`);
});

test("L-26 L-32 a mutated authentication never lets an unproven target pass", async () => {
  const own = { username: "disk", password: "target-secret-xyz" };
  await fc.assert(
    fc.asyncProperty(script, fc.constantFrom(5, 6, 7, 8), async (changes, number) => {
      let proof: string | undefined;
      const target = new TestTarget({
        chap: { secret: SECRET, own, takes: [number] },
        edit: (answer, _seen, index) => {
          const right = answer.pairs.find(([key]) => key === "CHAP_R")?.[1];
          const changed = apply(answer, changes[String(index)] ?? []);
          if (right !== undefined) {
            const data = changed.data ?? encodeTextKeys(changed.pairs);
            // Hexadecimal digits mean the same in either case.
            const said = new TextDecoder().decode(data).toLowerCase();
            proof = said.includes(`chap_r=${right}\0`) ? right : undefined;
          }
          return changed;
        },
      });
      const outcome = await attempt(target, options({ auth: MUTUAL }));
      if (outcome?.kind === "complete") assert.ok(proof !== undefined, "full feature without a proof of the target");
    }),
    settings,
  );
});

test("L-6 L-20 any bytes of a target are taken or end with a code", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 6 }),
      fc.boolean(),
      async (texts, more) => {
        const rest = [...texts];
        const target = new TestTarget({
          edit: (answer) => {
            const data = rest.shift();
            return data === undefined ? answer : { ...answer, data, continue: more, transit: false, tsih: 0 };
          },
        });
        const outcome = await attempt(target, options());
        if (outcome !== undefined) checkOutcome(outcome, resolveLimits(), false);
      },
    ),
    settings,
  );
});

test("L-13 any header of a target is taken or ends with a code", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 48, maxLength: 48 }), fc.nat(2), async (header, at) => {
      const target = new TestTarget({
        edit: (answer, _seen, index) => {
          if (index === at) return { ...answer, raw: { header, data: new Uint8Array(0) } };
        },
      });
      await attempt(target, options());
    }),
    settings,
  );
});

test("F-51 parseAddress gives what it can write back, or nothing", () => {
  const text = fc.oneof(fc.string({ maxLength: 40 }), fc.ipV4(), fc.ipV6().map((host) => `[${host}]`), fc.domain());
  fc.assert(
    fc.property(text, fc.option(fc.nat(70000)), fc.option(fc.nat(70000)), (host, port, tag) => {
      const whole = `${host}${port === null ? "" : `:${port}`}${tag === null ? "" : `,${tag}`}`;
      const address = parseAddress(whole);
      if (address === undefined) return;
      const shown = address.host.includes(":") ? `[${address.host}]` : address.host;
      const again = `${shown}:${address.port}${
        address.portalGroupTag === undefined ? "" : `,${address.portalGroupTag}`
      }`;
      assert.equal(parseAddress(again), address);
      assert.ok(address.port >= 1 && address.port <= 65535 && (address.portalGroupTag ?? 0) <= 65535);
    }),
    settings,
  );
});

test("F-51 every address that is well-formed is taken", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6().map((host) => `[${host}]`)), (host) => {
      assert.ok(parseAddress(host), host);
    }),
    settings,
  );
  assert.equal(parseTextKeys(encodeTextKeys([])), []);
});

test.run();
