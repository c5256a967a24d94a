/**
 * Members of classes and interfaces, and the names that a program reads.
 *
 * @module
 */

import ts from "typescript";

/** A method, field, getter or option of a class or interface. */
export interface Member {
  /** The module, relative to the repository. */
  path: string;
  /** Line of the declaration, from 1. */
  line: number;
  /** The class or interface. */
  type: string;
  /** The member's name. */
  name: string;
  /** No user can see it, whoever sees the type: it is private. */
  hidden: boolean;
}

/** The members that a module declares. What the language itself calls, such as `[Symbol.dispose]`, is not among them. */
export function membersOf(file: ts.SourceFile): Member[] {
  const found: Member[] = [];
  for (const statement of file.statements) {
    if (!isType(statement) || statement.name === undefined) continue;
    const type = statement.name.text;
    const add = (name: ts.Node, hidden: boolean): void => {
      if (!ts.isIdentifier(name) && !ts.isPrivateIdentifier(name) && !ts.isStringLiteral(name)) return;
      const { line } = file.getLineAndCharacterOfPosition(name.getStart(file));
      found.push({ path: file.fileName, line: line + 1, type, name: name.text, hidden });
    };
    for (const member of typeMembers(statement)) {
      if (member.name !== undefined && !isOverride(member)) add(member.name, isHidden(member));
      if (!ts.isConstructorDeclaration(member)) continue;
      for (const parameter of member.parameters) {
        if (ts.isParameterPropertyDeclaration(parameter, member)) add(parameter.name, isHidden(parameter));
      }
    }
  }
  return found;
}

/**
 * The names that are read in a module: by access, destructuring, spelled out as a string, or through a type. To assign a
 * property is not to read it, and neither is to give it in an object literal.
 */
export function readNames(file: ts.SourceFile): Set<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) {
      if (!isAssigned(node)) found.add(node.name.text);
    } else if (ts.isBindingElement(node)) {
      const name = node.propertyName ?? node.name;
      if (ts.isIdentifier(name) && ts.isObjectBindingPattern(node.parent)) found.add(name.text);
    } else if (ts.isStringLiteralLike(node)) found.add(node.text);
    else if (ts.isBinaryExpression(node) && ts.isPrivateIdentifier(node.left)) found.add(node.left.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/**
 * The types that users can hold, by name: those given, and whatever stands in their signatures. Bodies of functions are not
 * looked at.
 */
export function publicTypes(files: readonly ts.SourceFile[], roots: readonly string[]): Set<string> {
  const declarations = new Map<string, ts.Node[]>();
  const add = (name: string, node: ts.Node): void => {
    declarations.set(name, [...declarations.get(name) ?? [], node]);
  };
  for (const statement of files.flatMap((file) => [...file.statements])) {
    if (ts.isVariableStatement(statement)) {
      for (const one of statement.declarationList.declarations) if (ts.isIdentifier(one.name)) add(one.name.text, one);
    } else if (isDeclaration(statement) && statement.name !== undefined) add(statement.name.text, statement);
  }
  const found = new Set<string>();
  const reach = (name: string): void => {
    if (found.has(name)) return;
    found.add(name);
    for (const node of declarations.get(name) ?? []) visit(node);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node)) return;
    if (isHidden(node)) return;
    if (ts.isIdentifier(node) && declarations.has(node.text)) reach(node.text);
    ts.forEachChild(node, visit);
  };
  for (const name of roots) reach(name);
  return found;
}

function typeMembers(node: TypeNode): readonly (ts.ClassElement | ts.TypeElement)[] {
  if (!ts.isTypeAliasDeclaration(node)) return node.members;
  return ts.isTypeLiteralNode(node.type) ? node.type.members : [];
}

/** Whether a member takes the place of one of another type, which may be what calls it. */
function isOverride(node: ts.Node): boolean {
  return modifiersOf(node).includes(ts.SyntaxKind.OverrideKeyword);
}

function isHidden(node: ts.Node): boolean {
  if (modifiersOf(node).includes(ts.SyntaxKind.PrivateKeyword)) return true;
  return ts.isClassElement(node) && node.name !== undefined && ts.isPrivateIdentifier(node.name);
}

function modifiersOf(node: ts.Node): ts.SyntaxKind[] {
  return ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []).map((one) => one.kind) : [];
}

/** Whether an access is the whole left side of `=`, or of `+=` and the like where the value goes nowhere. */
function isAssigned(node: ts.PropertyAccessExpression): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent) && parent.left === node) {
    const { kind } = parent.operatorToken;
    if (kind === ts.SyntaxKind.EqualsToken) return true;
    const compound = kind >= ts.SyntaxKind.FirstCompoundAssignment && kind <= ts.SyntaxKind.LastCompoundAssignment;
    return compound && ts.isExpressionStatement(parent.parent);
  }
  return (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) &&
    ts.isExpressionStatement(parent.parent);
}

type TypeNode = ts.ClassDeclaration | ts.InterfaceDeclaration | ts.TypeAliasDeclaration;

function isType(node: ts.Node): node is TypeNode {
  return ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
}

function isDeclaration(node: ts.Node): node is TypeNode | ts.FunctionDeclaration {
  return isType(node) || ts.isFunctionDeclaration(node);
}
