import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
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
 * program alone: sources and what Go makes on the way are 3.5 GB. @throws Error where Go is missing, or fails
 */
export function buildEmulator(): string {
  const folder = mkdtempSync(join(tmpdir(), "shardlift-emulator-"));
  try {
    const { Dir: sources } = JSON.parse(runGo(["mod", "download", "-json", module], folder)) as {
      Dir: string;
    };
    const half = resolve(`${kept}.half`);
    mkdirSync(dirname(half), { recursive: true });
    const options = ["-p", "1", "-trimpath", "-ldflags", "-s -w", "-o", half];
    runGo(["-C", sources, "build", ...options, "./cmd/bigquery-emulator"], folder);
    renameSync(half, kept);
    return resolve(kept);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** With caches of its own below the folder, which can be removed again. */
function runGo(args: readonly string[], folder: string): string {
  const caches = {
    GOMODCACHE: join(folder, "modules"),
    GOCACHE: join(folder, "build"),
    GOFLAGS: "-modcacherw",
  };
  const { status, stdout, error } = spawnSync("nice", ["-n", "19", "go", ...args], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...caches, CGO_ENABLED: "0" },
  });
  if (status === 0) return stdout;
  const how = error === undefined ? `ended with ${status}` : `cannot be run: ${error.message}`;
  throw new Error(`go ${args.join(" ")} ${how}`);
}
