/**
 * Checks that every exported symbol of the sources, and every public member of it, has a doc comment, and every module that
 * is an entry point one of its own.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import ts from "typescript";
import { ROOT, sourceFiles } from "./lib/root.ts";
import { readConfig } from "./npm/metadata.ts";

function hasDoc(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).some((doc) => ts.isJSDoc(doc) && docText(doc) !== "");
}

/** The comment, or its tags where it has nothing else. */
function docText(doc: ts.JSDoc): string {
  return (ts.getTextOfJSDocComment(doc.comment) ?? "").trim() || (doc.tags ?? []).map((tag) => tag.getText()).join("");
}

function isExported(node: ts.Node): boolean {
  return ts.canHaveModifiers(node) &&
    (ts.getModifiers(node)?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false);
}

/** Whether a member of a class is one that users see and that says something of its own. */
function isPublicMember(member: ts.ClassElement | ts.TypeElement): boolean {
  if (member.name !== undefined && ts.isPrivateIdentifier(member.name)) return false;
  if (ts.isClassStaticBlockDeclaration(member) || ts.isSemicolonClassElement(member)) return false;
  const modifiers = ts.canHaveModifiers(member) ? ts.getModifiers(member) ?? [] : [];
  const hidden = [ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword, ts.SyntaxKind.OverrideKeyword];
  return !modifiers.some((modifier) => hidden.includes(modifier.kind));
}

function checkFile(path: string, isEntry: boolean, problems: string[]): number {
  const text = readFileSync(join(ROOT, path), "utf8");
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  let count = 0;
  const want = (node: ts.Node, name: string, documented = hasDoc(node)): void => {
    count++;
    if (documented) return;
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    problems.push(`${path}:${line + 1}: ${name} has no doc comment`);
  };
  const overloads = new Set<string>();
  for (const statement of file.statements) {
    if (!isExported(statement)) continue;
    if (ts.isVariableStatement(statement)) {
      for (const declaration of statement.declarationList.declarations) {
        want(statement, declaration.name.getText(), hasDoc(statement) || hasDoc(declaration));
      }
      continue;
    }
    const declaration = statement as ts.Statement & { name?: ts.Identifier };
    const name = declaration.name?.text ?? "default";
    // Of an overloaded function the first signature speaks.
    if (ts.isFunctionDeclaration(statement) && overloads.has(name)) continue;
    overloads.add(name);
    want(statement, name);
    if (!ts.isClassDeclaration(statement) && !ts.isInterfaceDeclaration(statement)) continue;
    const members = new Set<string>();
    for (const member of statement.members) {
      if (!isPublicMember(member)) continue;
      const kind = ts.isAccessor(member) ? "accessor " : "";
      const label = ts.isConstructorDeclaration(member) ? "constructor" : member.name?.getText() ?? "signature";
      if (members.has(kind + label)) continue;
      members.add(kind + label);
      want(member, `${name}.${label}`);
    }
  }
  if (isEntry && !/^(#!.*\n)?\s*\/\*\*[\s\S]*?@module[\s\S]*?\*\//.test(text)) {
    problems.push(`${path}: an entry point needs a @module comment at its top`);
  }
  return count;
}

function main(): number {
  const problems: string[] = [];
  const entries = new Set(Object.values(readConfig().exports).map((path) => path.replace(/^\.\//, "")));
  const files = sourceFiles();
  let count = 0;
  for (const path of files) count += checkFile(path, entries.has(path), problems);
  for (const problem of problems) console.error(problem);
  console.log(`Doc comments: ${count} exports and members, ${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = main();
