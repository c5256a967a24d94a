/**
 * The names that a module exports, and those that it takes from other modules, read from its syntax alone.
 *
 * @module
 */

import { posix } from "node:path";
import ts from "typescript";

/** A declaration that a module exports. */
export interface ModuleExport {
  /** The module, relative to the repository. */
  path: string;
  /** Line of the declaration, from 1. */
  line: number;
  /** The exported name. */
  name: string;
  /** It is an interface or a type alias. */
  isType: boolean;
}

/** The declarations that a module exports itself; what it hands on from others is {@link reExportsOf}. */
export function exportsOf(file: ts.SourceFile): ModuleExport[] {
  const found: ModuleExport[] = [];
  const add = (node: ts.Node, name: string): void => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    const isType = ts.isInterfaceDeclaration(node.parent) || ts.isTypeAliasDeclaration(node.parent);
    found.push({ path: file.fileName, line: line + 1, name, isType });
  };
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement) && statement.moduleSpecifier === undefined) {
      if (statement.exportClause === undefined || !ts.isNamedExports(statement.exportClause)) continue;
      for (const element of statement.exportClause.elements) add(element, element.name.text);
      continue;
    }
    if (!ts.canHaveModifiers(statement)) continue;
    if (!ts.getModifiers(statement)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword)) continue;
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) if (ts.isIdentifier(name)) add(name, name.text);
    } else if (isNamed(statement) && statement.name !== undefined) add(statement.name, statement.name.text);
  }
  // Overloads are declared several times.
  return found.filter(({ name }, at) => found.findIndex((one) => one.name === name) === at);
}

/** A name that a module hands on: `export { name as as } from "from"`. */
export interface ReExport {
  /** The module that hands it on, relative to the repository. */
  path: string;
  /** Line, from 1. */
  line: number;
  /** The module that it is taken from. */
  from: string;
  /** Its name there. */
  name: string;
  /** The name under which it is handed on. */
  as: string;
}

/** The names that a module hands on from others. */
export function reExportsOf(file: ts.SourceFile): ReExport[] {
  return file.statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) return [];
    const from = resolve(file, statement.moduleSpecifier);
    if (from === undefined || statement.exportClause === undefined || !ts.isNamedExports(statement.exportClause)) {
      return [];
    }
    return statement.exportClause.elements.map(({ name, propertyName }) => ({
      path: file.fileName,
      line: file.getLineAndCharacterOfPosition(name.getStart(file)).line + 1,
      from,
      name: (propertyName ?? name).text,
      as: name.text,
    }));
  });
}

/** What a module uses of others: `path#name` of each import, and the modules that it loads by `import()`. */
export function usesOf(file: ts.SourceFile): { names: Set<string>; loaded: Set<string> } {
  const names = new Set<string>();
  const loaded = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const path = resolve(file, node.moduleSpecifier);
      const bindings = node.importClause?.namedBindings;
      if (path === undefined || bindings === undefined) return;
      if (ts.isNamespaceImport(bindings)) loaded.add(path);
      else bindings.elements.forEach(({ name, propertyName }) => names.add(`${path}#${(propertyName ?? name).text}`));
      return;
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const path = resolve(file, node.arguments[0]);
      if (path !== undefined) loaded.add(path);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { names, loaded };
}

/** All identifiers of a module. */
export function identifiersOf(file: ts.SourceFile): Set<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isNamed(node: ts.Node): node is ts.Node & { name?: ts.Identifier } {
  return ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node);
}

/** The module that a relative specifier names. */
function resolve(file: ts.SourceFile, specifier: ts.Node | undefined): string | undefined {
  if (specifier === undefined || !ts.isStringLiteral(specifier) || !specifier.text.startsWith(".")) return undefined;
  return posix.normalize(posix.join(posix.dirname(file.fileName), specifier.text));
}
