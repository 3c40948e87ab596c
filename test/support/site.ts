import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../bin/shardlift.mjs", import.meta.url));

/** A folder with configuration and source, as a user has it; commands run in processes of their own. */
export interface Site {
  folder: string;
  /** Starts a command; `--config` is added. */
  start(args: readonly string[], env?: Record<string, string>): ChildProcess;
  /** Runs a command to its end. */
  run(args: readonly string[], env?: Record<string, string>): Promise<Ended>;
  /** The same site elsewhere. */
  copy(): Promise<Site>;
  remove(): Promise<void>;
}

export interface Ended {
  /** null where a signal ended it. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

const pipeline = `name: shop
owner: test@example.com
property: { dataset: analytics_1, time_zone: Europe/Berlin }
families:
  - { family: ga4_events, table: analytics.events }
`;

const environment = `source: { type: files, root: ./source }
lake: { type: folder, root: ./lake }
engine: { type: duckdb, memory: 500 MB, threads: 1 }
catalog: { type: none }
warehouse: { type: duckdb, path: ./site.duckdb, wait: 5 seconds }
`;

/** A site with one pipeline and the environment \`local\`; the source is empty. */
export async function createSite(files: Record<string, string> = {}): Promise<Site> {
  const site = openSite(await mkdtemp(join(tmpdir(), "shardlift-site-")));
  const all = { "pipelines/shop.yaml": pipeline, "environments/local.yaml": environment, ...files };
  await mkdir(join(site.folder, "source", "analytics_1"), { recursive: true });
  for (const [name, text] of Object.entries(all)) {
    await mkdir(join(site.folder, name, ".."), { recursive: true });
    await writeFile(join(site.folder, name), text);
  }
  return site;
}

function openSite(folder: string): Site {
  const start: Site["start"] = (args, env = {}) =>
    spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1", SHARDLIFT_CONFIG: folder, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
  return {
    folder,
    start,
    run: (args, env) => waitForEnd(start(args, env)),
    async copy() {
      const other = await mkdtemp(join(tmpdir(), "shardlift-site-"));
      await cp(folder, other, { recursive: true, preserveTimestamps: true });
      return openSite(other);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Collects what a process says until it has ended. */
export function waitForEnd(child: ChildProcess): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (text) => {
      stdout += text;
    });
    child.stderr?.on("data", (text) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
