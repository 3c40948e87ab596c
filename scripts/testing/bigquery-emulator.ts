import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Other people's BigQuery, which our double is compared with; the release whose deviations its suite knows. */
const module = "github.com/goccy/bigquery-emulator@v0.8.1";
const variable = "SHARDLIFT_BIGQUERY_EMULATOR";
const kept = join(".cache", "bigquery-emulator", "v0.8.1", "bigquery-emulator");

/** @returns the program, or null: it takes minutes and 6 GB to build, so that nobody builds it unasked */
export function findEmulator(): string | null {
  const path = process.env[variable] ?? kept;
  return existsSync(path) ? resolve(path) : null;
}

/** For titles of tests that need it. */
export function neededEmulator(): string {
  return findEmulator() === null
    ? ` (skipped: no bigquery-emulator; npm run witness:bigquery builds it where there is Go)`
    : "";
}

/**
 * Builds it from its sources as Go's module proxy has them, with as little of the machine as can be, and keeps the
 * program alone. @throws Error where Go is missing, or fails
 */
export function buildEmulator(): string {
  const { Dir: sources } = JSON.parse(runGo(["mod", "download", "-json", module], ".")) as { Dir: string };
  const half = resolve(`${kept}.half`);
  mkdirSync(dirname(half), { recursive: true });
  const options = ["-p", "1", "-trimpath", "-ldflags", "-s -w", "-o", half];
  runGo(["build", ...options, "./cmd/bigquery-emulator"], sources);
  renameSync(half, kept);
  return resolve(kept);
}

function runGo(args: readonly string[], folder: string): string {
  const { status, stdout, error } = spawnSync("nice", ["-n", "19", "go", ...args], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, CGO_ENABLED: "0" },
  });
  if (status === 0) return stdout;
  throw new Error(
    `go ${args[0]} ${error === undefined ? `ended with ${status}` : `cannot be run: ${error.message}`}`,
  );
}
