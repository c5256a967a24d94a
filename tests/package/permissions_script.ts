// Prints the SHA-256 of a LUN. It needs the permission to connect to the portal and no other.
import { openLun } from "../../mod.ts";

const url = Deno.args[0] as string;
try {
  const lun = await openLun(url);
  const bytes = await lun.read(0, lun.size);
  let streamed = 0;
  for await (const chunk of lun.createReadStream()) streamed += chunk.length;
  for await (const chunk of lun.readable()) streamed += chunk.length;
  await lun.close();
  if (streamed !== 2 * lun.size) throw new Error(`streamed ${streamed} bytes`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes)));
  console.log(Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""));
} catch (error) {
  console.error((error as { code?: string }).code, (error as Error).message);
  Deno.exit(1);
}
