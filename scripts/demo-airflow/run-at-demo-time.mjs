// Stands before shardlift as the runner's command: adds the demo's clock, and tells which process does what.
// usage: node run-at-demo-time.mjs <folder of the demo> <command of shardlift> …
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [folder, ...words] = process.argv.slice(2);
const program = new URL("../../bin/shardlift.mjs", import.meta.url);
const now = readFileSync(join(folder, "clock"), "utf8").trim();

const calls = join(folder, "calls");
const note = join(calls, `${process.pid}.json`);
mkdirSync(calls, { recursive: true });
writeFileSync(`${note}.draft`, JSON.stringify({ pid: process.pid, words }));
renameSync(`${note}.draft`, note);
process.on("exit", () => rmSync(note, { force: true }));

process.argv = [process.argv[0], fileURLToPath(program), ...words, "--now", now];
await import(program.href);
