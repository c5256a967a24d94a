// Names as RFC 3722 folds them.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { foldName } from "../../../src/wire/iscsi_name.ts";

const FOLDED: [string, string][] = [
  ["iqn.2026-01.com.example:disk.1", "iqn.2026-01.com.example:disk.1"],
  ["IQN.2026-01.COM.Example:Disk", "iqn.2026-01.com.example:disk"],
  ["eui.02004567A425678D", "eui.02004567a425678d"],
  // RFC 3722 is a profile of stringprep: full folding, and compatibility forms.
  ["iqn.2026-01.de:STRASSE", "iqn.2026-01.de:strasse"],
  ["iqn.2026-01.de:straße", "iqn.2026-01.de:strasse"],
  ["iqn.2026-01.de:ẞ", "iqn.2026-01.de:ss"],
  ["iqn.2026-01.gr:ΟΔΟΣ", "iqn.2026-01.gr:οδοσ"],
  ["iqn.2026-01.gr:οδος", "iqn.2026-01.gr:οδοσ"],
  ["ｉｑｎ．2026-01.jp:ＤＩＳＫ①", "iqn.2026-01.jp:disk1"],
  ["iqn.2026-01.tr:İ", "iqn.2026-01.tr:i\u0307"],
  ["iqn.2026-01.com.example:A\u030a", "iqn.2026-01.com.example:å"],
  ["iqn.2026-01.com.example:dis\u00adk", "iqn.2026-01.com.example:disk"],
  // Without a dot above, i is another letter.
  ["iqn.2026-01.tr:ı", "iqn.2026-01.tr:ı"],
  ["", ""],
];

for (const [name, folded] of FOLDED) {
  test(`${JSON.stringify(name)} folds to ${JSON.stringify(folded)}, and no further`, () => {
    assert.is(foldName(name), folded);
    assert.is(foldName(folded), folded);
  });
}

test.run();
