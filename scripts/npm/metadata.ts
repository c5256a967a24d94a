/**
 * What the npm package says about itself, whichever emitter made its files.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../lib/root.ts";

/** The parts of deno.json that the build reads. */
export interface DenoConfig {
  /** Scoped name of the package in Deno's world. */
  name: string;
  /** Version, the only place where it is written. */
  version: string;
  /** Public entry points: subpath to module. */
  exports: Record<string, string>;
  /** Import map: bare name to `npm:NAME@RANGE`. */
  imports: Record<string, string>;
}

/** Name of the package on npm. */
export const PACKAGE_NAME = "lunstream";
/** The command's module. It is no export, since importing it runs it. */
export const BIN_MODULE = "./src/cli/bin.ts";
/** Oldest Node that can `require()` ES modules without a flag. */
export const NODE_RANGE = ">=20.19";
/** The same for a bundler. */
export const NODE_TARGET: string = NODE_RANGE.replace(">=", "node");

/** Reads deno.json. */
export function readConfig(): DenoConfig {
  return JSON.parse(readFileSync(join(ROOT, "deno.json"), "utf8"));
}

/** The range of a package in deno.json's imports. */
export function rangeOf(config: DenoConfig, name: string): string {
  const range = /^npm:(?:@[^/]+\/)?[^@/]+@([^/]+)/.exec(config.imports[name] ?? "")?.[1];
  if (range === undefined) throw new Error(`deno.json has no npm import ${name} with a version range`);
  return range;
}

/** Path in the package of what a source module becomes. */
export function builtPath(module: string, extension: ".js" | ".d.ts"): string {
  return module.replace(/\.ts$/, extension);
}
