/**
 * Makes text from the peer safe for an error message.
 *
 * @module
 */

/** Most characters shown of a text. */
const SHOWN = 64;

/** Whether a character may drive a terminal, break a line or reorder what is shown. */
export function isUnsafeCharacter(codePoint: number): boolean {
  return codePoint < 0x20 || (codePoint >= 0x7f && codePoint <= 0x9f) || (codePoint >= 0x200b && codePoint <= 0x200f) ||
    (codePoint >= 0x2028 && codePoint <= 0x202e) || (codePoint >= 0x2060 && codePoint <= 0x206f) ||
    codePoint === 0xfeff ||
    (codePoint >= 0xd800 && codePoint <= 0xdfff);
}

/**
 * The text in double quotes, cut to 64 characters, with control, bidirectional and invisible characters as `\u{hex}`.
 *
 * @param text text from the peer, any content
 */
export function quote(text: string): string {
  let shown = "";
  let count = 0;
  for (const character of text) {
    if (count++ === SHOWN) return `"${shown}"… (${text.length} characters)`;
    const codePoint = character.codePointAt(0) ?? 0;
    if (isUnsafeCharacter(codePoint)) shown += `\\u{${codePoint.toString(16)}}`;
    else shown += character === '"' || character === "\\" ? `\\${character}` : character;
  }
  return `"${shown}"`;
}
