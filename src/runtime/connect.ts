import { isDeno } from "./platform.ts";
import type { ConnectTcp, ListenTcp } from "./tcp.ts";

/** The TCP of this runtime: only that one is loaded. */
function tcp(): Promise<{ connectTcp: ConnectTcp; listenTcp: ListenTcp }> {
  return isDeno ? import("./tcp_deno.ts") : import("./tcp_node.ts");
}

/** Connects, as {@link ConnectTcp} says, by the means of this runtime. */
export const connectTcp: ConnectTcp = async (options) => (await tcp()).connectTcp(options);

/** Listens, as {@link ListenTcp} says, by the means of this runtime. */
export const listenTcp: ListenTcp = async (options) => (await tcp()).listenTcp(options);
