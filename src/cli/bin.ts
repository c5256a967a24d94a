#!/usr/bin/env -S deno run -A
/**
 * The program: runs the command line and ends with its status.
 *
 * @module
 */

import { args, exit } from "../runtime/mod.ts";
import { main } from "./main.ts";

main(args()).then(exit);
