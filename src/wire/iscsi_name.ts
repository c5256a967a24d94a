/**
 * The form in which iSCSI names are compared (RFC 3722, a profile of stringprep; RFC 7143 §4.2.7.3).
 *
 * @module
 */

/** Characters that stringprep maps to nothing (RFC 3454 table B.1). */
const NOTHING = /\u00ad|\u034f|\u1806|[\u180b-\u180d]|[\u200b-\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;
/** Lower-case characters that fold to something else (RFC 3454 table B.2), after NFKC. */
const FOLDED: Readonly<Record<string, string>> = { "ß": "ss", "ς": "σ" };

/**
 * A name as RFC 3722 folds it: without case, in normalization form KC. Two names are the same where this is the same.
 * Characters that RFC 3722 prohibits stay.
 */
export function foldName(name: string): string {
  let folded = "";
  // One by one: what a character becomes must not depend on its place, as with the Greek sigma at the end of a word.
  for (const character of name.replace(NOTHING, "").normalize("NFKC")) {
    const lower = character.toLowerCase();
    folded += FOLDED[lower] ?? lower;
  }
  return folded.normalize("NFKC");
}
