/**
 * Which runtime this is, and the two doors to it: Deno's namespace and the modules of `node:`. Both are reached through
 * typed accessors on `globalThis` and opened at the first use, so that importing the library costs nothing and asks for no
 * permission.
 *
 * @module
 */

/** The part of a connection of Deno that is used here. */
export interface DenoConn {
  /** Reads into `buffer`: the number of bytes, or null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes a part of `bytes`: the number of bytes taken. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends the connection and cancels what is pending. */
  close(): void;
  closeWrite(): Promise<void>;
  setNoDelay(on: boolean): void;
  setKeepAlive(on: boolean): void;
  readonly localAddr: { hostname: string; port: number };
  readonly remoteAddr: { hostname: string; port: number };
}

/** The part of a listener of Deno that is used here. */
export interface DenoListener {
  accept(): Promise<DenoConn>;
  close(): void;
  readonly addr: { hostname: string; port: number };
}

/** The part of an open file of Deno that is used here. */
export interface DenoFile {
  /** Reads at the cursor: the number of bytes, or null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes a part of `bytes` at the cursor: the number of bytes taken. */
  write(bytes: Uint8Array): Promise<number>;
  /** Moves the cursor; resolves with where it is. */
  seek(offset: number, whence: number): Promise<number>;
  seekSync(offset: number, whence: number): number;
  stat(): Promise<
    {
      isFile: boolean;
      isDirectory: boolean;
      isBlockDevice: boolean | null;
      size: number;
      dev: number;
      ino: number | null;
      rdev: number | null;
      blksize: number | null;
    }
  >;
  sync(): Promise<void>;
  /** Cuts or extends it. */
  truncate(length: number): Promise<void>;
  close(): void;
}

/** The part of the `Deno` namespace that is used here. */
interface DenoApi {
  /** Versions of the runtime. */
  readonly version: { readonly deno: string };
  /** Opens a TCP connection. */
  connect(options: { hostname: string; port: number; signal?: AbortSignal }): Promise<DenoConn>;
  /** Listens for TCP connections. */
  listen(options: { hostname: string; port: number }): DenoListener;
  open(
    path: string,
    options: {
      read?: boolean;
      write?: boolean;
      create?: boolean;
      createNew?: boolean;
      truncate?: boolean;
      mode?: number;
    },
  ): Promise<DenoFile>;
  readonly permissions: { querySync(descriptor: { name: "env"; variable: string }): { state: string } };
  readonly env: { get(name: string): string | undefined };
  readonly stdin: { read(buffer: Uint8Array): Promise<number | null>; close(): void };
  readonly stdout: { write(bytes: Uint8Array): Promise<number> };
}

interface Globals {
  Deno?: DenoApi;
  process?: { getBuiltinModule?(name: string): unknown; versions: { node?: string } };
}

const globals = globalThis as unknown as Globals;

export const isDeno: boolean = typeof globals.Deno?.version?.deno === "string";

/** Name and version of the runtime, such as `deno 2.9.6` or `node 20.20.2`. */
export function runtimeName(): string {
  return isDeno ? `deno ${denoApi().version.deno}` : `node ${globals.process?.versions.node ?? "?"}`;
}

/** Deno's namespace. Only to be called where {@link isDeno}. */
export function denoApi(): DenoApi {
  if (globals.Deno === undefined) throw new Error("This is not Deno");
  return globals.Deno;
}

/** A module of `node:`, loaded at the first call; both runtimes have it. */
export function nodeModule<Module>(name: `node:${string}`): Module {
  const { process } = globals;
  if (process?.getBuiltinModule === undefined) throw new Error("lunstream needs Deno 2.1, or Node 20.19 or later");
  return process.getBuiltinModule(name) as Module;
}
