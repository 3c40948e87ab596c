/**
 * Compares our double of BigQuery, and the code that reads it, with other people's emulator. Builds that once, which
 * takes Go, some ten minutes and 6 GB of memory; later runs take seconds.
 * usage: npm run witness:bigquery
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildEmulator, findEmulator } from "./testing/bigquery-emulator.ts";

if (findEmulator() === null) console.log(`built ${buildEmulator()}`);
const vitest = join("node_modules", ".bin", "vitest");
const suite = "test/doubles/bigquery/witness.slow.test.ts";
const { status } = spawnSync(process.execPath, [vitest, "run", suite], { stdio: "inherit" });
process.exitCode = status ?? 1;
