import { isDeno } from "./platform.ts";
import type { ConnectTcp, ListenTcp } from "./tcp.ts";

/** The TCP implementation for this runtime; the other one is not loaded. */
function tcp(): Promise<{ connectTcp: ConnectTcp; listenTcp: ListenTcp }> {
  return isDeno ? import("./tcp_deno.ts") : import("./tcp_node.ts");
}

/** Connects as {@link ConnectTcp} says. */
export const connectTcp: ConnectTcp = async (options) => (await tcp()).connectTcp(options);

/** Listens as {@link ListenTcp} says. */
export const listenTcp: ListenTcp = async (options) => (await tcp()).listenTcp(options);
