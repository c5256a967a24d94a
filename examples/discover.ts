// Lists the targets of a portal and their LUNs.
//
// Deno: deno run --allow-net=192.0.2.10:3260 discover.ts iscsi://192.0.2.10
// Node: node discover.ts iscsi://192.0.2.10

import process from "node:process";
import { discover } from "lunstream";

const [url = ""] = process.argv.slice(2);
for (const target of await discover(url, { luns: true })) {
  console.log(target.name);
  for (const { host, port } of target.portals) console.log(`  portal ${host}:${port}`);
  for (const { number, inquiry, size, error } of target.luns ?? []) {
    const what = [inquiry && `${inquiry.vendor} ${inquiry.product}`, size && `${size} bytes`, error?.message];
    console.log(`  LUN ${number}: ${what.filter(Boolean).join(", ")}`);
  }
  // One that does not let us in does not keep the others from being listed.
  if (target.error !== undefined) console.log(`  ${target.error.message}`);
}
