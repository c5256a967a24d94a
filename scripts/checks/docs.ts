/**
 * The rule about doc comments: every exported symbol, and every public member of it, has one, and every entry point one of
 * its own.
 *
 * @module
 */

import ts from "typescript";

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

/** What a look at one module gave. */
export interface DocReport {
  /** Exports and members that need a comment. */
  count: number;
  /** Those without one, as `path:line: what`. */
  problems: string[];
}

/** Looks at one module; `isEntry`: it is an entry point of the package. */
export function docProblems(path: string, text: string, options: { isEntry: boolean }): DocReport {
  const problems: string[] = [];
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
    const inherits = statement.heritageClauses?.some((clause) => clause.token === ts.SyntaxKind.ImplementsKeyword);
    for (const member of statement.members) {
      if (!isPublicMember(member)) continue;
      const kind = ts.isAccessor(member) ? "accessor " : "";
      const label = ts.isConstructorDeclaration(member) ? "constructor" : member.name?.getText() ?? "signature";
      if (members.has(kind + label)) continue;
      members.add(kind + label);
      // Editors and documentation show the interface's own comment.
      if (inherits && !ts.isConstructorDeclaration(member)) continue;
      // There is nothing to say about a constructor that takes nothing.
      if (ts.isConstructorDeclaration(member) && member.parameters.length === 0) continue;
      want(member, `${name}.${label}`);
    }
  }
  if (options.isEntry && !/^(#!.*\n)?(\/\/.*\n|\s)*\/\*\*[\s\S]*?@module[\s\S]*?\*\//.test(text)) {
    problems.push(`${path}: an entry point needs a @module comment at its top`);
  }
  return { count, problems };
}
