/**
 * Text in pieces as lines.
 *
 * @module
 */

/** What ends a line: the same as for `readline` of Node 20. */
const END = /\r\n|\n|\r/;

/** Gives the lines of a text that comes in pieces, without what ends them. What comes after the last end is a line unless it is empty. */
export async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const piece of pieces) {
    const text = rest + piece;
    // The other half of a CR LF may come with the next piece.
    const held = text.endsWith("\r") ? "\r" : "";
    const lines = text.slice(0, text.length - held.length).split(END);
    rest = lines.pop() + held;
    yield* lines;
  }
  const lines = rest.split(END);
  if (lines.at(-1) === "") lines.pop();
  yield* lines;
}
