/**
 * The one rule about doc comments that `deno doc --lint` does not have: every entry point says at its top what it is for.
 *
 * @module
 */

/** The comment of a module, after a `#!` line and comments for tools. */
const MODULE_COMMENT = /^(#!.*\n)?(\/\/.*\n|\s)*\/\*\*(?:(?!\*\/)[\s\S])*?@module/;

/** What is wrong with the comment of an entry point, as `path: what`; undefined where nothing is. */
export function moduleDocProblem(path: string, text: string): string | undefined {
  return MODULE_COMMENT.test(text) ? undefined : `${path}: an entry point needs a @module comment at its top`;
}
