/**
 * How objects show themselves in `console.log()` and `inspect()`, in Node and in Deno: what the reader of a log needs,
 * without secrets.
 *
 * @module
 */

const SYMBOLS: readonly symbol[] = [Symbol.for("nodejs.util.inspect.custom"), Symbol.for("Deno.customInspect")];

/** A value for display: text in quotes, anything else as a literal. */
function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** Makes every object of a class show the name of the class and `fields(object)`. */
export function inspectAs<T extends object>(
  made: { readonly name: string; readonly prototype: T },
  fields: (object: T) => Record<string, unknown>,
): void {
  const { name, prototype } = made;
  function inspect(this: T): string {
    // The prototype is not an instance of the class and has nothing to show.
    if (this === prototype) return `${name} {}`;
    const entries = Object.entries(fields(this)).map(([key, value]) => `${key}: ${show(value)}`);
    return `${name} { ${entries.join(", ")} }`;
  }
  for (const symbol of SYMBOLS) Object.defineProperty(prototype, symbol, { value: inspect });
}
