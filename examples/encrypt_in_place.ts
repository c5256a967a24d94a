// Encrypts a LUN in place (AES-256-CTR), and decrypts it when run again. The file has the key, 32 bytes, and behind it the
// first counter, 16 bytes: head -c 48 /dev/urandom > key.bin
//
// A run that is broken off leaves a LUN of which a part is encrypted: have a copy. For a LUN in use take LUKS.
//
// Deno: deno run --allow-net=192.0.2.10:3260 --allow-read=key.bin encrypt_in_place.ts URL key.bin
// Node: node encrypt_in_place.ts URL key.bin

import { createCipheriv } from "node:crypto";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { openLun } from "lunstream";
import { createDuplexStream } from "lunstream/streams";

const [url = "", path = ""] = process.argv.slice(2);
const secret = await readFile(path);
if (secret.length !== 48) throw new Error(`48 bytes of key and counter were wanted, the file has ${secret.length}`);
const lun = await openLun(url);
// One stream that reads and writes: it never writes what it has not yet read.
const duplex = createDuplexStream(lun);
await pipeline(duplex, createCipheriv("aes-256-ctr", secret.subarray(0, 32), secret.subarray(32)), duplex);
console.log(`${duplex.bytesWritten} of ${lun.size} bytes done`);
await lun.close();
