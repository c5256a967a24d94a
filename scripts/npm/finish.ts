/**
 * The finishing step of every emitter: package.json, the command, the documents; and the checks that make a build fail
 * rather than publish something broken.
 *
 * @module
 */

import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { builtinModules } from "node:module";
import { join, posix } from "node:path";
import { ROOT } from "../lib/root.ts";
import { BIN_MODULE, builtPath, type DenoConfig, NODE_RANGE, PACKAGE_NAME, rangeOf } from "./metadata.ts";

const SHEBANG = "#!/usr/bin/env node\n";
const DOCUMENTS = ["README.md", "LICENSE", "CHANGELOG.md"];

/** Completes the package in `folder`, into which an emitter has written modules and declarations. */
export function finish(config: DenoConfig, folder: string): void {
  removeUnknown(folder);
  const files = list(folder);
  checkDeclarations(config, folder, files);
  checkContents(folder, files);
  referToDisposable(folder, files);
  const hasBin = finishBin(folder);
  for (const document of DOCUMENTS) {
    if (existsSync(join(ROOT, document))) copyFileSync(join(ROOT, document), join(folder, document));
  }
  const dependencies = findDependencies(config, folder, files);
  const exports: Record<string, unknown> = {};
  for (const [name, module] of Object.entries(config.exports)) {
    exports[name] = { types: builtPath(module, ".d.ts"), default: builtPath(module, ".js") };
  }
  exports["./package.json"] = "./package.json";
  const manifest = {
    name: PACKAGE_NAME,
    version: config.version,
    description: "iSCSI initiator in userspace: read and write LUNs as streams, as random-access handles, or as SCSI",
    keywords: ["iscsi", "initiator", "scsi", "lun", "block-device", "storage", "stream", "streamx", "deno"],
    license: "MIT",
    type: "module",
    engines: { node: NODE_RANGE },
    main: builtPath(config.exports["."] ?? "./mod.ts", ".js"),
    types: builtPath(config.exports["."] ?? "./mod.ts", ".d.ts"),
    exports,
    ...(hasBin ? { bin: { [PACKAGE_NAME]: builtPath(BIN_MODULE, ".js").replace(/^\.\//, "") } } : {}),
    files: ["mod.js", "mod.d.ts", "_dnt.*", "src", "CHANGELOG.md"],
    sideEffects: hasBin ? [builtPath(BIN_MODULE, ".js")] : false,
    dependencies,
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, undefined, 2) + "\n");
}

function list(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.split("\\").join("/"))
    .sort();
}

/** Removes sources that an emitter copied because no export reaches them, and its own package.json. */
function removeUnknown(folder: string): void {
  for (const path of list(folder)) {
    // dnt puts polyfills, where some are needed, into modules of its own.
    const wanted = (path.startsWith("src/") || path.startsWith("mod.") || path.startsWith("_dnt.")) &&
      /(\.js|\.d\.ts)$/.test(path);
    if (!wanted) rmSync(join(folder, path));
  }
}

/**
 * Emitters drop declarations in silence where an exported symbol has no explicit type. Modules that no public type mentions
 * need none; what a declaration imports must be there.
 */
function checkDeclarations(config: DenoConfig, folder: string, files: string[]): void {
  for (const [name, module] of Object.entries(config.exports)) {
    for (const extension of [".js", ".d.ts"] as const) {
      const path = builtPath(module, extension);
      if (!existsSync(join(folder, path))) throw new Error(`The export ${name} has no ${path}. ${HINT}`);
    }
  }
  for (const path of files.filter((path) => path.endsWith(".d.ts"))) {
    for (const specifier of specifiersOf(readFileSync(join(folder, path), "utf8"))) {
      if (!specifier.startsWith(".")) continue;
      const target = posix.normalize(posix.join(posix.dirname(path), specifier.replace(/\.js$/, ".d.ts")));
      if (!existsSync(join(folder, target))) {
        throw new Error(`${path} imports types of ${specifier}: none were made. ${HINT}`);
      }
    }
  }
}

const HINT = "Some exported symbol has no explicit type: `deno publish --dry-run --allow-dirty` names it";

/** What must not be left in the package. */
function checkContents(folder: string, files: string[]): void {
  for (const path of files) {
    const text = readFileSync(join(folder, path), "utf8");
    if (text.includes("sourceMappingURL=")) throw new Error(`${path} refers to a source map`);
    const bad = specifiersOf(text).find((specifier) => /^(npm|jsr|https?):|\.ts$/.test(specifier));
    if (bad !== undefined) throw new Error(`${path} imports ${bad}, which Node cannot resolve`);
  }
}

/** Lets programs compile whose `lib` is older than `Symbol.asyncDispose`, without @types/node too, which declares it. */
function referToDisposable(folder: string, files: string[]): void {
  for (const path of files.filter((path) => path.endsWith(".d.ts"))) {
    const text = readFileSync(join(folder, path), "utf8");
    if (!/\b(?:Symbol\.(?:asyncD|d)ispose|(?:Async)?Disposable)\b/.test(text)) continue;
    writeFileSync(join(folder, path), `/// <reference lib="esnext.disposable" />\n${text}`);
  }
}

/** Gives the command its first line and the right to run. */
function finishBin(folder: string): boolean {
  const path = join(folder, builtPath(BIN_MODULE, ".js"));
  if (!existsSync(path)) return false;
  const text = readFileSync(path, "utf8").replace(/^#!.*\n/, "");
  writeFileSync(path, SHEBANG + text);
  chmodSync(path, 0o755);
  const types = join(folder, builtPath(BIN_MODULE, ".d.ts"));
  writeFileSync(types, readFileSync(types, "utf8").replace(/^#!.*\n/, ""));
  return true;
}

/** What a module imports; comments do not count. */
function specifiersOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] as string);
}

/** Packages that the modules import, with the ranges of deno.json; and the types of packages that declarations mention. */
function findDependencies(config: DenoConfig, folder: string, files: string[]): Record<string, string> {
  const found = new Set<string>();
  for (const path of files) {
    for (const specifier of specifiersOf(readFileSync(join(folder, path), "utf8"))) {
      if (specifier.startsWith(".")) continue;
      const name = specifier.startsWith("@") ? specifier.split("/", 2).join("/") : specifier.split("/", 1)[0] as string;
      const builtin = name.startsWith("node:") || builtinModules.includes(name);
      const declaration = path.endsWith(".d.ts");
      if (!builtin) found.add(name);
      const types = builtin ? "@types/node" : `@types/${name}`;
      if (declaration && config.imports[types] !== undefined && !hasTypes(name)) found.add(types);
    }
  }
  return Object.fromEntries([...found].sort().map((name) => [name, rangeOf(config, name)]));
}

/** Whether a package brings its own types. */
function hasTypes(name: string): boolean {
  const path = join(ROOT, "node_modules", name, "package.json");
  return existsSync(path) && /"(types|typings)":/.test(readFileSync(path, "utf8"));
}
