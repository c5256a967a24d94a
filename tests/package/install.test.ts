// time limit: 300 s
// runtimes: node
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ROOT } from "../peers/lunstream.ts";
import { where } from "../peers/peer.ts";
import { run } from "../peers/run.ts";
import { type App, installApp, isBuilt } from "./app.ts";
import { exportedNames } from "./surface.ts";

const withBuild = where(isBuilt(), "the npm build (deno task npm)", test);
const config: { version: string; exports: Record<string, string> } = JSON.parse(
  readFileSync(join(ROOT, "deno.json"), "utf8"),
);
const subpaths = Object.keys(config.exports);
const specifier = (subpath: string): string => subpath.replace(/^\./, "lunstream");

let app: App;
test.before(async () => {
  if (!isBuilt()) return;
  app = await installApp();
  // What a program for Node has beside us.
  mkdirSync(join(app.folder, "node_modules/@types"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules/@types/node"), join(app.folder, "node_modules/@types/node"));
});
test.after(() => app?.remove());

withBuild("the tarball has modules, declarations and documents, and nothing else", () => {
  const others = app.files.filter((path) => !/^(src\/.*|mod)(\.js|\.d\.ts)$/.test(path));
  assert.equal(others, ["CHANGELOG.md", "LICENSE", "README.md", "package.json"]);
  for (const path of Object.values(config.exports)) {
    assert.ok(app.files.includes(path.replace(/^\.\/(.*)\.ts$/, "$1.d.ts")), `${path} has declarations`);
  }
});

withBuild("no file names the machine that built it", () => {
  for (const path of app.files) {
    const text = readFileSync(join(app.folder, "node_modules/lunstream", path), "utf8");
    assert.not.ok(text.includes(ROOT), `${path} names ${ROOT}`);
    assert.not.match(text, /sourceMappingURL/);
  }
});

withBuild("package.json names the command, the engines, and types for every export", () => {
  const manifest = JSON.parse(readFileSync(join(app.folder, "node_modules/lunstream/package.json"), "utf8"));
  assert.is(manifest.name, "lunstream");
  assert.is(manifest.version, config.version);
  assert.equal(manifest.engines, { node: ">=20.19" });
  assert.equal(manifest.bin, { lunstream: "src/cli/bin.js" });
  assert.equal(Object.keys(manifest.exports), [...subpaths, "./package.json"]);
  for (const subpath of subpaths) assert.equal(Object.keys(manifest.exports[subpath]), ["types", "default"]);
});

withBuild("every export can be imported and required, and both give the same module", async () => {
  app.write(
    "both.mjs",
    `import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
for (const name of ${JSON.stringify(subpaths.map(specifier))}) {
  const imported = await import(name);
  const required = require(name);
  const names = Object.keys(imported);
  if (names.length === 0) throw new Error(name + " is empty");
  for (const one of names) if (imported[one] !== required[one]) throw new Error(name + " differs in " + one);
  console.log(name);
}`,
  );
  app.write("require.cjs", `console.log(typeof require("lunstream").openLun);`);
  assert.is((await app.node("both.mjs")).stdout, subpaths.map((subpath) => `${specifier(subpath)}\n`).join(""));
  assert.is((await app.node("require.cjs")).stdout, "function\n");
});

withBuild("the package gives out the same names as the sources", () => {
  for (const subpath of subpaths) {
    const source = config.exports[subpath] as string;
    const built = join(app.folder, "node_modules/lunstream", source.replace(/\.ts$/, ".d.ts"));
    const names = exportedNames(built);
    assert.ok(names.length > 0);
    assert.equal(names, exportedNames(join(ROOT, source)), subpath);
  }
});

const CONSUMER = `import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { type Lun, openLun } from "lunstream";
import { ErrorCode, IscsiError } from "lunstream";
import { memoryBacking, startTarget } from "lunstream/target";

export async function copy(url: string, path: string): Promise<number> {
  const lun: Lun = await openLun(url, { signal: AbortSignal.timeout(1000) });
  try {
    await pipeline(lun.createReadStream({ start: 0, end: 511 }), createWriteStream(path));
    for await (const bytes of lun.createReadStream()) bytes.byteLength;
    await lun.readable().pipeTo(new WritableStream<Uint8Array>());
    const block: Uint8Array = await lun.read(0, lun.blockSize);
    await lun.write(block, 0);
    await lun.flush();
    return lun.size;
  } catch (error) {
    if (error instanceof IscsiError && error.code === ErrorCode.ConnectRefused) return 0;
    throw error;
  } finally {
    await lun.close();
  }
}

export async function serve(): Promise<string[]> {
  const target = await startTarget({ luns: [{ backing: memoryBacking(1 << 20) }] });
  await target.close();
  return target.urls;
}
// @ts-expect-error the URL is a string
export const wrong: Promise<Lun> = openLun(1);
`;

for (const [name, module, moduleResolution] of [["node", "nodenext", "nodenext"], ["bundler", "esnext", "bundler"]]) {
  withBuild(`the types are right for a program with the module resolution ${name}`, async () => {
    // A module that imports every export, so that all of their declarations are checked.
    const imports = subpaths.map((subpath, index) =>
      `import * as m${index} from "${specifier(subpath)}";\nvoid m${index};`
    );
    app.write(`consumer_${name}.mts`, CONSUMER);
    app.write(`all_${name}.mts`, imports.join("\n"));
    app.write(
      `tsconfig.${name}.json`,
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          target: "es2022",
          module,
          moduleResolution,
          noEmit: true,
          skipLibCheck: false,
          types: ["node"],
        },
        files: [`consumer_${name}.mts`, `all_${name}.mts`],
      }),
    );
    const result = await run(join(ROOT, "node_modules/typescript/bin/tsc"), ["-p", `tsconfig.${name}.json`], {
      cwd: app.folder,
    });
    assert.is(result.stdout, "");
    assert.is(result.code, 0);
  });
}

withBuild("the declarations need no newer lib than ES2022, and no types of Node", async () => {
  app.write("plain.mts", subpaths.map((subpath) => `import "${specifier(subpath)}";`).join("\n"));
  const compilerOptions = {
    ...{ strict: true, target: "es2022", lib: ["es2022", "dom"], module: "nodenext", noEmit: true },
    ...{ skipLibCheck: false, types: [] },
  };
  app.write("tsconfig.plain.json", JSON.stringify({ compilerOptions, files: ["plain.mts"] }));
  const result = await run(join(ROOT, "node_modules/typescript/bin/tsc"), ["-p", "tsconfig.plain.json"], {
    cwd: app.folder,
  });
  assert.is(result.stdout, "");
  assert.is(result.code, 0);
});

withBuild("every parameter has a name in the declarations", () => {
  for (const path of app.files.filter((path) => path.endsWith(".d.ts"))) {
    const text = readFileSync(join(app.folder, "node_modules/lunstream", path), "utf8");
    assert.not.match(text, /[(,]\s*(?:\{\s*\}|\[\s*\])\s*:/, path);
  }
});

withBuild("a LUN of the embedded target is piped to a file, and a file to it", async () => {
  app.write(
    "pipe.mjs",
    `import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { openLun } from "lunstream";
import { memoryBacking, startTarget } from "lunstream/target";

const size = 8 << 20;
const content = randomBytes(size);
writeFileSync("source.img", content);
const target = await startTarget({ luns: [{ backing: memoryBacking(size) }] });
const lun = await openLun(target.urls[0]);
await pipeline(createReadStream("source.img"), lun.createWriteStream());
await pipeline(lun.createReadStream(), createWriteStream("copy.img"));
await lun.close();
await target.close();
const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
console.log(digest(readFileSync("copy.img")) === digest(content) ? "same" : "different");`,
  );
  assert.is((await app.node("pipe.mjs")).stdout, "same\n");
});

withBuild("the command runs from the package", async () => {
  const lunstream = (...args: string[]) => run("npx", ["--no-install", "lunstream", ...args], { cwd: app.folder });
  const help = await lunstream("--help");
  assert.is(help.code, 0, help.stderr);
  for (const name of ["ls", "cp", "serve"]) assert.match(help.stdout, new RegExp(`\\b${name}\\b`));
  const version = await lunstream("--version");
  assert.match(version.stdout, config.version);
  assert.is((await lunstream("cp", "--no-such-option")).code, 2);

  app.write(
    "ls.mjs",
    `import { spawn } from "node:child_process";
import { memoryBacking, startTarget } from "lunstream/target";
const target = await startTarget({ luns: [{ backing: memoryBacking(1 << 20) }] });
const url = "iscsi://" + target.host + ":" + target.port;
const child = spawn("npx", ["--no-install", "lunstream", "ls", url], { stdio: ["ignore", "inherit", "inherit"] });
child.on("close", async (code) => { await target.close(); process.exitCode = code; });`,
  );
  const listed = await app.node("ls.mjs");
  assert.match(listed.stdout, /iqn\./);
});

test.run();
