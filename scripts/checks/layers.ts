/**
 * The rules of `src/`: every layer imports only from layers above it in the table of docs/architecture.md, only `src/runtime/` touches a runtime, and the
 * sources have nothing in them that the npm build cannot carry.
 *
 * @module
 */

import { posix } from "node:path";
import ts from "typescript";

/** The layers in order, and what each may import beside itself and what is {@link FOR_ALL}. */
const LAYERS: Record<string, string[] | "all"> = {
  errors: [],
  arguments: [],
  command: [],
  bytes: [],
  async: [],
  runtime: ["async"],
  wire: [],
  scsi: ["command", "async"],
  session: ["command", "async", "wire", "runtime"],
  block: ["command", "async", "scsi"],
  devices: ["async", "runtime", "block"],
  streams: ["async", "block"],
  handles: ["async", "block", "streams"],
  client: ["command", "async", "runtime", "wire", "session", "scsi", "block", "devices", "streams", "handles"],
  copy: ["client"],
  bridge: ["client"],
  target: ["async", "wire", "scsi", "runtime"],
  conformance: ["client"],
  cli: "all",
};
/** Asks Deno whether an addon may be loaded; it is above `runtime/`, which it therefore cannot use. */
const NATIVE_LOADER = "src/bytes/crc32c_native.ts";
/** What every layer may import; of these, each may import those before it. */
const FOR_ALL = ["errors", "arguments", "bytes"];

/**
 * A layer that may import `client` may also import the layers that `client` joins, since it hands out their types.
 */
const CLIENT_LAYERS = LAYERS["client"] as string[];

/** One finding: `path:line: what`. */
type Report = (node: ts.Node, what: string) => void;

function layerOf(path: string): string {
  const [first, second] = path.replace(/^src\//, "").split("/");
  return second === undefined ? (first ?? "").replace(/\.ts$/, "") : first ?? "";
}

function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  if (FOR_ALL.includes(to)) return !FOR_ALL.includes(from) || FOR_ALL.indexOf(to) < FOR_ALL.indexOf(from);
  const allowed = LAYERS[from];
  if (allowed === "all") return LAYERS[to] !== undefined;
  if (allowed === undefined) return false;
  return allowed.includes(to) || (allowed.includes("client") && CLIENT_LAYERS.includes(to));
}

function checkSpecifier(path: string, specifier: string, node: ts.Node, typeOnly: boolean, report: Report): void {
  const layer = layerOf(path);
  if (specifier.startsWith("node:")) {
    // Types of Node's streams are part of what streams/ gives out.
    if (layer !== "runtime" && !(typeOnly && specifier === "node:stream")) {
      report(node, `${specifier} may be imported only in src/runtime/`);
    }
  } else if (specifier.startsWith(".")) {
    if (!specifier.endsWith(".ts")) report(node, `the import ${specifier} has no .ts`);
    const target = posix.normalize(posix.join(posix.dirname(path), specifier));
    if (path === "mod.ts") return;
    if (!target.startsWith("src/")) report(node, `src/ must not import ${target}`);
    else if (!mayImport(layer, layerOf(target))) report(node, `${layer} must not import ${layerOf(target)}`);
  }
}

/**
 * Problems of one module. `path` is relative to the repository, `text` is what is in the file; each problem is
 * `path:line: what`.
 */
export function layerProblems(path: string, text: string): string[] {
  const problems: string[] = [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const report: Report = (node, what) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    problems.push(`${path}:${line + 1}: ${what}`);
  };
  const layer = layerOf(path);
  if (path !== "mod.ts" && LAYERS[layer] === undefined) problems.push(`${path}: ${layer} is no layer`);
  const denoAllowed = layer === "runtime" || path === NATIVE_LOADER;
  // A local variable of that name has been taken from globalThis.
  const denoBound = /\{ Deno \} = globalThis/.test(text);
  const lines = text.split("\n").length;
  // A list of names is not what the limit is about.
  if (lines > 400 && !path.endsWith("mod.ts")) problems.push(`${path}: ${lines} lines; split files before 400`);

  const visit = (node: ts.Node, inFunction: boolean): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      checkSpecifier(path, node.moduleSpecifier.text, node, node.importClause?.isTypeOnly === true, report);
    } else if (ts.isExportDeclaration(node)) {
      if (node.exportClause === undefined) report(node, "export * is not allowed: list the names");
      if (node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
        checkSpecifier(path, node.moduleSpecifier.text, node, node.isTypeOnly, report);
      }
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const first = node.arguments[0];
      if (first !== undefined && ts.isStringLiteral(first)) checkSpecifier(path, first.text, node, false, report);
    } else if (ts.isImportTypeNode(node)) {
      const argument = node.argument;
      if (ts.isLiteralTypeNode(argument) && ts.isStringLiteral(argument.literal)) {
        checkSpecifier(path, argument.literal.text, node, true, report);
        if (argument.literal.text.startsWith(".")) {
          report(node, "an import() type is not allowed: the npm build would leave its path as it is");
        }
      }
    } else if (ts.isAwaitExpression(node) && !inFunction) report(node, "top-level await is not allowed");
    else if (ts.isForOfStatement(node) && node.awaitModifier !== undefined && !inFunction) {
      report(node, "top-level await is not allowed");
    } else if (ts.isMetaProperty(node) && node.getText() === "import.meta" && node.parent.getText().endsWith(".main")) {
      report(node, "import.meta.main is not allowed");
    } else if (ts.isVariableDeclarationList(node) && /^(await\s+)?using\b/.test(node.getText())) {
      report(node, "using is not allowed: Node 20 does not parse it");
    } else if (ts.isIdentifier(node) && node.text === "Deno") {
      if (!denoAllowed) report(node, "Deno may be touched only in src/runtime/");
      else if (!denoBound && isGlobalUse(node)) report(node, "Deno may be reached only through globalThis");
    } else if (layer !== "cli" && layer !== "runtime" && ts.isIdentifier(node) && node.text === "console") {
      if (isGlobalUse(node)) report(node, "the library does not write to the console");
    }
    const nested = inFunction || ts.isFunctionLike(node) || ts.isClassStaticBlockDeclaration(node);
    ts.forEachChild(node, (child) => visit(child, nested));
  };
  visit(file, false);
  return problems;
}

/** Whether an identifier is a variable that is read, and not the name of a property, a member or a declaration. */
function isGlobalUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  return ts.isExpression(parent) || ts.isTypeReferenceNode(parent) || ts.isExpressionStatement(parent) ||
    ts.isVariableDeclaration(parent) && parent.initializer === node;
}
