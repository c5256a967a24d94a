import { channel } from "node:diagnostics_channel";
import process from "node:process";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  clock,
  constantTimeEqual,
  env,
  hash,
  isDeno,
  randomBytes,
  runtimeName,
  tracingChannel,
} from "../../../src/runtime/mod.ts";

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const abc = new TextEncoder().encode("abc");

// FIPS 180-2, FIPS 202 and RFC 1321: the digests of "abc".
const DIGESTS = {
  md5: "900150983cd24fb0d6963f7d28e17f72",
  sha1: "a9993e364706816aba3e25717850c26c9cd0d89d",
  sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  "sha3-256": "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
} as const;

for (const [algorithm, digest] of Object.entries(DIGESTS)) {
  test(`${algorithm} of "abc"`, () => {
    const name = algorithm as keyof typeof DIGESTS;
    assert.is(hex(hash(name, abc)), digest);
    assert.is(hex(hash(name, abc.subarray(0, 1), abc.subarray(1))), digest);
    assert.is(Object.getPrototypeOf(hash(name, abc)), Uint8Array.prototype);
  });
}

test("constantTimeEqual", () => {
  assert.ok(constantTimeEqual(abc, abc.slice()));
  assert.not(constantTimeEqual(abc, abc.subarray(0, 2)));
  assert.not(constantTimeEqual(abc, Uint8Array.of(97, 98, 100)));
  assert.ok(constantTimeEqual(new Uint8Array(0), new Uint8Array(0)));
});

test("random bytes differ", () => {
  assert.is(randomBytes(16).length, 16);
  assert.not.equal(randomBytes(16), randomBytes(16));
});

test("the environment", () => {
  process.env["LUNSTREAM_TEST_VALUE"] = "yes";
  assert.is(env("LUNSTREAM_TEST_VALUE"), "yes");
  delete process.env["LUNSTREAM_TEST_VALUE"];
  assert.is(env("LUNSTREAM_TEST_VALUE"), undefined);
});

test("the name of the runtime", () => {
  assert.match(runtimeName(), isDeno ? /^deno 2\./ : /^node \d/);
});

test("the clock goes on", () => {
  const before = clock.now();
  for (let i = 0; i < 1000; i++) assert.ok(clock.now() >= before);
});

test("a tracing channel publishes only when somebody listens", async () => {
  const traced = tracingChannel("lunstream.test");
  assert.is(traced.hasSubscribers, false);
  const seen: unknown[] = [];
  const listener = (message: unknown): void => void seen.push(message);
  const end = channel("tracing:lunstream.test:asyncEnd");
  end.subscribe(listener);
  assert.is(traced.hasSubscribers, true);
  const context = { what: "login" };
  assert.is(await traced.tracePromise(() => Promise.resolve(2), context), 2);
  assert.equal(seen, [context]);
  assert.is((context as { result?: number }).result, 2);
  end.unsubscribe(listener);
  assert.is(traced.hasSubscribers, false);
});

test.run();
