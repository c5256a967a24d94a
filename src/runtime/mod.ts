/**
 * The only place that touches what a runtime offers: TCP, files, the environment, random numbers, hashes, the terminal.
 * Importing it needs no permission, and everything but TCP is loaded when it is first used.
 *
 * @module
 */

export { formatAddress } from "./address.ts";
export { clock } from "./clock.ts";
export { connectTcp, listenTcp } from "./connect.ts";
export { env } from "./env.ts";
export { openFile } from "./files.ts";
export { constantTimeEqual, hash } from "./hash.ts";
export { isDeno, nodeModule, runtimeName } from "./platform.ts";
export type { FileKind, OpenFileOptions, PositionalFile } from "./positional_file.ts";
export { args, exit, type Interrupt, onInterrupt, onStatusRequest } from "./process.ts";
export { randomBytes } from "./random.ts";
export { replaceFile, type Replacement } from "./replace_file.ts";
export {
  requireStandard,
  standardIdentity,
  standardIsClosed,
  stderrDrawing,
  stderrIsTerminal,
  stdin,
  writeStderr,
  writeStdout,
} from "./stdio.ts";
export type {
  ByteSink,
  ConnectTcp,
  ConnectTcpOptions,
  ListenTcp,
  ListenTcpOptions,
  TcpConnection,
  TcpListener,
} from "./tcp.ts";
export { type EventChannel, eventChannel, type TracingChannel, tracingChannel } from "./tracing.ts";
