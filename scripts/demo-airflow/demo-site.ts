import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DemoPhase } from "../../src/generate/demo-types.ts";
import { type Published, writePhase } from "../../test/support/cloud-world/cloud-source.ts";
import { type Ended, waitForEnd } from "../../test/support/site.ts";
import { buildDemoFiles } from "./demo-files.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const program = join(root, "bin", "shardlift.mjs");

/** A command that runs at this moment. */
export interface Call {
  pid: number;
  words: string[];
}

/** Configuration, source, lake, warehouse and DAG files of the demo, in one folder. */
export interface DemoSite {
  folder: string;
  /** The source becomes what it is on that evening, and the commands' clock with it. */
  publish(evening: DemoPhase): Promise<Published>;
  /** Compiles the pipelines with this schedule, in cron's words, into the folder of the DAGs. */
  compile(schedule: string): Promise<void>;
  /** Runs a command as a person would, without Airflow, at the demo's time. */
  run(args: readonly string[]): Promise<Ended>;
  /** Commands that Airflow's tasks have started and that have not ended. */
  listCalls(): Promise<Call[]>;
  /** Ends one without a word. @returns whether it was still there */
  kill(call: Call): Promise<boolean>;
}

/** Of the demo's rows: their number changes nothing in the story. */
const share = 0.2;

/** Makes the folder anew. */
export async function createDemoSite(folder: string): Promise<DemoSite> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, "source"), { recursive: true });
  await cp(join(root, "dags"), join(folder, "dags"), {
    recursive: true,
    filter: (path) => !/__pycache__|shardlift_manifest\.json$/.test(path),
  });
  const follower = "scripts/demo-airflow/follow_web_shop.py";
  await cp(join(root, follower), join(folder, "dags", "follow_web_shop.py"));
  let now = "";
  return {
    folder,
    async publish(evening) {
      const published = await writePhase(join(folder, "source"), evening, { share, format: null });
      now = new Date(evening.nowMs).toISOString();
      await writeWhole(join(folder, "clock"), now);
      return published;
    },
    async compile(schedule) {
      await writeFiles(folder, schedule);
      const args = ["compile", "--environment", "airflow", "--to", "dags"];
      const { exitCode, stderr } = await runShardlift(folder, args);
      if (exitCode !== 0) throw new Error(`shardlift compile ended with ${exitCode}: ${stderr}`);
      await touchDags(folder);
    },
    run: (args) => runShardlift(folder, [...args, "--now", now]),
    listCalls: () => readCalls(join(folder, "calls")),
    async kill({ pid }) {
      const isThere = isKilled(pid);
      await rm(join(folder, "calls", `${pid}.json`), { force: true });
      return isThere;
    },
  };
}

function runShardlift(folder: string, args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args, "--config", folder], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return waitForEnd(child);
}

async function writeFiles(folder: string, schedule: string): Promise<void> {
  const command = [process.execPath, join(root, "scripts/demo-airflow/run-at-demo-time.mjs"), folder];
  for (const [name, text] of Object.entries(buildDemoFiles({ schedule, command, config: folder }))) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

/** Airflow looks at DAG files that changed first; ours have not, but what they read has. */
async function touchDags(folder: string): Promise<void> {
  const now = new Date();
  for (const name of ["shardlift_dags.py", "shardlift_faults.py"]) {
    await utimes(join(folder, "dags", name), now, now);
  }
}

/** Commands read it at any time: it is there whole or as it was. */
async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.draft`, text);
  await rename(`${path}.draft`, path);
}

function isKilled(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

async function readCalls(folder: string): Promise<Call[]> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  const notes = names.filter((name) => name.endsWith(".json"));
  const texts = await Promise.all(
    // One that ends between the two looks takes its note with it.
    notes.map((name) => readFile(join(folder, name), "utf8").catch(() => null)),
  );
  return texts.filter((text) => text !== null).map((text) => JSON.parse(text) as Call);
}
