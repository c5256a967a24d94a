/**
 * Makes JavaScript of the tests for Node, with what they import of the sources mapped onto the built npm package, so that
 * Node runs the code that is published and loads each module once.
 *
 * @module
 */

import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import ts from "typescript";
import { scratchFolder } from "../lib/at_end.ts";
import { filesBelow, ROOT, sourceFiles } from "../lib/root.ts";
import { readConfig } from "../npm/metadata.ts";

/** What {@link transpileForNode} made. */
export interface NodeTree {
  /** Its folder, relative to the repository; a new one each time, so that two runs do not meet. */
  folder: string;
  /** Source modules that the package does not contain because nothing public imports them; transpiled beside the tests. */
  notInPackage: string[];
}

/**
 * Transpiles `tests/` and the folders that tests may import from. `packageFolder` is the built package relative to the repository,
 * or undefined to transpile the sources themselves (quick, for development). The tree is removed when the process ends.
 */
export function transpileForNode(packageFolder: string | undefined): NodeTree {
  mkdirSync(join(ROOT, ".build"), { recursive: true });
  const folder = relative(ROOT, scratchFolder(join(ROOT, ".build")));
  writeFileSync(join(ROOT, folder, "package.json"), '{ "type": "module", "private": true }\n');

  const isModule = (path: string): boolean => path.endsWith(".ts") && !path.endsWith(".d.ts");
  const sources = sourceFiles();
  const packaged = (path: string): string | undefined => {
    if (packageFolder === undefined) return undefined;
    const built = `${packageFolder}/${path.replace(/\.ts$/, ".js")}`;
    return existsSync(join(ROOT, built)) ? built : undefined;
  };
  const notInPackage = sources.filter((path) => packaged(path) === undefined);
  /** Where a module is for Node, relative to the repository. */
  const locate = (path: string): string => packaged(path) ?? `${folder}/${path.replace(/\.ts$/, ".js")}`;

  const support = ["tests", "scripts", "examples", "bench"].flatMap((name) => filesBelow(name));
  for (const path of [...notInPackage, ...support]) {
    const output = `${folder}/${path.replace(/\.ts$/, ".js")}`;
    mkdirSync(join(ROOT, dirname(output)), { recursive: true });
    if (!isModule(path)) copyFileSync(join(ROOT, path), join(ROOT, output));
    else writeFileSync(join(ROOT, output), transpile(path, output, locate));
  }
  return { folder, notInPackage: packageFolder === undefined ? [] : notInPackage };
}

/**
 * JavaScript of one module, with its relative imports of TypeScript, and those of the package by its own name, pointing to
 * where {@link transpileForNode} puts them.
 */
function transpile(path: string, output: string, locate: (path: string) => string): string {
  const { imports } = readConfig();
  const mapSpecifier = (specifier: string): string => {
    const own = imports[specifier];
    const target = own?.startsWith("./")
      ? posix.normalize(own)
      : /^\.{1,2}\/.*\.ts$/.test(specifier)
      ? posix.normalize(posix.join(posix.dirname(path), specifier))
      : undefined;
    if (target === undefined || target.startsWith("..")) return specifier;
    const mapped = posix.relative(posix.dirname(output), locate(target));
    return mapped.startsWith(".") ? mapped : `./${mapped}`;
  };
  const result = ts.transpileModule(readFileSync(join(ROOT, path), "utf8"), {
    fileName: path,
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
    },
    transformers: { after: [rewriteSpecifiers(mapSpecifier)] },
  });
  const problem = result.diagnostics?.[0];
  if (problem !== undefined) throw new Error(`${path}: ${ts.flattenDiagnosticMessageText(problem.messageText, "\n")}`);
  return result.outputText;
}

/** Rewrites the specifiers of `import`, `export … from`, `import()` and `new URL("…", import.meta.url)`. */
function rewriteSpecifiers(map: (specifier: string) => string): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const { factory } = context;
    const literal = (node: ts.Node): ts.StringLiteral | undefined => {
      if (!ts.isStringLiteral(node)) return undefined;
      const mapped = map(node.text);
      return mapped === node.text ? undefined : factory.createStringLiteral(mapped);
    };
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isImportDeclaration(node)) {
        const to = literal(node.moduleSpecifier);
        if (to === undefined) return node;
        return factory.updateImportDeclaration(node, node.modifiers, node.importClause, to, node.attributes);
      }
      if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
        const to = literal(node.moduleSpecifier);
        if (to === undefined) return node;
        return factory.updateExportDeclaration(
          node,
          node.modifiers,
          node.isTypeOnly,
          node.exportClause,
          to,
          node.attributes,
        );
      }
      const first = ts.isCallExpression(node) || ts.isNewExpression(node) ? node.arguments?.[0] : undefined;
      if (first !== undefined) {
        const to = literal(first);
        if (to !== undefined && ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
          return factory.updateCallExpression(node, node.expression, node.typeArguments, [
            to,
            ...node.arguments.slice(1),
          ]);
        }
        if (
          to !== undefined && ts.isNewExpression(node) && ts.isIdentifier(node.expression) &&
          node.expression.text === "URL"
        ) {
          const rest = node.arguments?.slice(1) ?? [];
          return factory.updateNewExpression(node, node.expression, node.typeArguments, [to, ...rest]);
        }
      }
      return ts.visitEachChild(node, visit, context);
    };
    return (file) => ts.visitEachChild(file, visit, context);
  };
}
