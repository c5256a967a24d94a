// Serves a LUN over HTTP, with ranges, until it is interrupted. PORT 0 takes any port that is free.
//
// Deno: deno run --allow-net=192.0.2.10:3260,127.0.0.1:8080 range_server.ts URL 8080
// Node: node range_server.ts URL 8080
// Then: curl -r 0-511 http://127.0.0.1:8080/ | xxd

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { openLun } from "lunstream";

const [url = "", port = "8080"] = process.argv.slice(2);
const lun = await openLun(url, { readOnly: true });

/** First and last byte of a `Range` header (RFC 9110 §14.1.2); undefined for all, null for a range that is not there. */
function parseRange(header: string | undefined): { start: number; end: number } | null | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  // Several ranges, other units and nonsense: a server may ignore them and send everything.
  if ((first === "" && last === "") || (first !== "" && last !== "" && Number(last) < Number(first))) return undefined;
  const start = first === "" ? Math.max(0, lun.size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? lun.size - 1 : Math.min(Number(last), lun.size - 1);
  return start > end ? null : { start, end };
}

const server = createServer(async (request, response) => {
  if (request.method !== "GET" && request.method !== "HEAD") return void response.writeHead(405).end();
  const range = request.method === "GET" ? parseRange(request.headers.range) : undefined;
  if (range === null) return void response.writeHead(416, { "content-range": `bytes */${lun.size}` }).end();
  const { start, end } = range ?? { start: 0, end: lun.size - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    "accept-ranges": "bytes",
    "content-length": end - start + 1,
    "content-type": "application/octet-stream",
    ...(range === undefined ? {} : { "content-range": `bytes ${start}-${end}/${lun.size}` }),
  });
  if (request.method === "HEAD") return void response.end();
  // A client that goes away ends the reading; so does an error of the LUN, which the client sees as a body cut short.
  await pipeline(lun.createReadStream({ start, end }), response).catch(() => {});
});
server.listen(Number(port), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close(() => lun.close());
    server.closeAllConnections();
  });
}
