/**
 * The names that a module gives out, types included.
 *
 * @module
 */

import ts from "typescript";

/** Names exported by a TypeScript module or declaration file, sorted. */
export function exportedNames(path: string): string[] {
  const program = ts.createProgram([path], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(path);
  const symbol = file === undefined ? undefined : checker.getSymbolAtLocation(file);
  if (symbol === undefined) throw new Error(`${path} is no module`);
  return checker.getExportsOfModule(symbol).map((one) => one.name).sort();
}
