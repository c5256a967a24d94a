import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatIscsiUrl } from "../../../src/client/url_format.ts";
import { parseIscsiUrl } from "../../../src/client/url.ts";

const seed = Number(`${Date.now()}`.slice(-9));
console.log(`seed ${seed}`);
const options = { seed, numRuns: 1000 };

const secret = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
const port = fc.integer({ min: 1, max: 65535 });
const target = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 60 }).filter((name) => !/\s/.test(name));
const lun = fc.oneof(fc.integer({ min: 0, max: 16383 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const escape = (text: string): string => encodeURIComponent(text).replaceAll("'", "%27");

test("escaped credentials come out as they were, in the form with a colon", () => {
  fc.assert(
    fc.property(secret, secret, host, port, (username, password, host, port) => {
      const portal = host.includes(":") ? `[${host}]` : host;
      const url = parseIscsiUrl(`iscsi://${escape(username)}:${escape(password)}@${portal}:${port}/t/1`);
      assert.equal([url.username, url.password, url.host, url.port], [username, password, host, port]);
    }),
    options,
  );
});

test("libiscsi's form works for any user without special characters and any password that begins with a letter from g on", () => {
  const plain = fc.stringMatching(/^[\w.-]{1,20}$/);
  fc.assert(
    fc.property(plain, fc.stringMatching(/^[g-zG-Z]$/), secret, (username, first, rest) => {
      const url = parseIscsiUrl(`iscsi://${username}%${first}${escape(rest)}@h/t/1`);
      assert.equal([url.username, url.password], [username, first + rest]);
    }),
    options,
  );
});

test("libiscsi's form works for a user and a password of letters and digits, whatever they begin with", () => {
  const word = fc.stringMatching(/^[A-Za-z0-9]{1,30}$/);
  fc.assert(
    fc.property(word, word, (username, password) => {
      const url = parseIscsiUrl(`iscsi://${username}%${password}@h/t/1`);
      assert.equal([url.username, url.password], [username, password]);
    }),
    options,
  );
});

test("what is formatted is parsed to the same", () => {
  fc.assert(
    fc.property(
      host,
      port,
      fc.option(fc.integer({ min: 0, max: 65535 })),
      target,
      lun,
      fc.array(fc.record({ host, port }, { noNullPrototype: true }), { maxLength: 3 }),
      (host, port, tag, target, lun, portals) => {
        const more = { ...(tag === null ? {} : { portalGroupTag: tag }), ...(portals.length === 0 ? {} : { portals }) };
        const parts = { host, port, targetName: target, lun, ...more };
        assert.equal({ ...parseIscsiUrl(formatIscsiUrl(parts)) }, parts);
      },
    ),
    options,
  );
});

test("no text, however broken, makes anything but an error of ours, and no piece of a password gets into it", () => {
  const piece = fc.constantFrom(
    "@",
    ":",
    "/",
    "?",
    "%",
    "[",
    "]",
    ",",
    "&",
    "=",
    "h",
    "iqn.2026:x",
    "1",
    "%41",
    "3260",
    " ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(12), (pieces, at) => {
      // The word stands for a password: as an error can name a key of the query, it goes before an @.
      const text = `iscsi://${pieces.slice(0, at).join("")}xyzzy${pieces.slice(at).join("")}@host/t/1`;
      try {
        parseIscsiUrl(text);
      } catch (error) {
        assert.instance(error, TypeError);
        assert.match((error as Error & { code: string }).code, /^ISCSI_URL_/);
        assert.not.match((error as Error).message, "xyzzy");
      }
    }),
    { seed, numRuns: 5000 },
  );
});

test.run();
