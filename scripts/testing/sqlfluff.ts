import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { installPython } from "./install-python.ts";
import type { Outcome, Tally } from "./run-suites.ts";

/** An independent grammar of Snowflake's SQL, installed here where the machine has Python. */
const ownFolder = join(".cache", "sqlfluff");
const ownProgram = join(ownFolder, "bin", "sqlfluff");
const version = "4.5.0";
/** Raw: our texts hold `{{`, which its templates would take for theirs. */
const options = ["parse", "--dialect", "snowflake", "--templater", "raw", "-f", "none"];

const statements = join("test", "adapters", "snowflake");

/** @returns why it cannot be used here; null where it can */
export function findSqlfluffFault(): string | null {
  installPython(ownFolder, join("scripts", "testing", "sqlfluff.txt"));
  const { status, stdout } = spawnSync(findProgram(), ["version"], { encoding: "utf8" });
  if (status !== 0) return `no sqlfluff ${version}, and no Python 3 with pip to install it`;
  return stdout.trim() === version ? null : `sqlfluff is ${stdout.trim()}, not ${version}`;
}

function findProgram(): string {
  return existsSync(ownProgram) ? ownProgram : "sqlfluff";
}

/** Every rendered statement must parse, and every wrong one must not: else the grammar proves nothing. */
export async function runSqlfluff(): Promise<Tally> {
  const tally: Tally = { passed: 0, failures: [], skips: [] };
  for (const folder of ["golden/plain", "golden/hostile"])
    count(tally, await parseRight(join(statements, folder)));
  const parsed = tally.passed;
  for (const file of await listSql(join(statements, "wrong"))) {
    const outcome = { name: file, reason: "the grammar took a wrong statement" };
    count(tally, { files: 1, failures: parses(file) ? [outcome] : [] });
  }
  console.log(`${parsed} statements parsed, ${tally.passed - parsed} wrong ones refused`);
  return tally;
}

function count(tally: Tally, { files, failures }: { files: number; failures: Outcome[] }): void {
  tally.passed += files - failures.length;
  tally.failures.push(...failures);
}

/** All at once, since the program takes a second to start; one by one only to say which. */
async function parseRight(folder: string): Promise<{ files: number; failures: Outcome[] }> {
  const files = await listSql(folder);
  if (parses(folder)) return { files: files.length, failures: [] };
  const wrong = files.filter((file) => !parses(file));
  return { files: files.length, failures: wrong.map((name) => ({ name, reason: "does not parse" })) };
}

function parses(path: string): boolean {
  return spawnSync(findProgram(), [...options, path], { stdio: "ignore" }).status === 0;
}

async function listSql(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name.endsWith(".sql")).map((name) => join(folder, name));
}
