/** Runs a program of Spark beside others, with all that it takes measured. */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import type { DayExtract, ObjectStore } from "../../src/ports.ts";
import { specKey } from "../../src/runs/keys.ts";
import { buildRunSpec, buildSpecDay, renderRunSpec } from "../../src/runs/run-spec.ts";

export interface Measured {
  seconds: number;
  cpuSeconds: number;
  peakMb: number;
}

export interface Bounds {
  /** Spark's heap, as it writes sizes. */
  heap: string;
  cores: number;
  /** For what Spark puts aside. */
  folder: string;
}

/** What a run may take in all: Spark's heap, and what is left for its Python workers. */
const memoryMb = 4_000;

const here = import.meta.dirname;
const python = resolve(process.env.SHARDLIFT_SPARK_PYTHON ?? join(here, "../../.cache/spark/bin/python"));

/** @param args program of Python, and its arguments */
export function runMeasured(args: readonly string[], { heap, cores, folder }: Bounds): Measured {
  const conf = `--master local[${cores}] --driver-memory ${heap} --conf spark.sql.codegen.maxFields=2000 --conf spark.ui.enabled=false`;
  const env = {
    ...process.env,
    SPARK_LOCAL_IP: "127.0.0.1",
    SPARK_LOCAL_DIRS: folder,
    PYSPARK_PYTHON: python,
    PYSPARK_SUBMIT_ARGS: `${conf} pyspark-shell`,
  };
  const ended = spawnSync(python, [join(here, "measure.py"), python, ...args], { encoding: "utf8", env });
  if (ended.status !== 0)
    throw new Error(`${args[0]} ended with ${ended.status}\n${ended.stderr.slice(-3000)}`);
  return JSON.parse(ended.stdout);
}

export interface ScriptInput {
  day: DayExtract;
  /** Folder that is there, and its store. */
  lake: string;
  store: ObjectStore;
  scratch: string;
}

/** Our script's, with the day's spec in the lake. */
export async function buildScriptArguments({ day, lake, store, scratch }: ScriptInput, cores = 4) {
  const spec = buildRunSpec([buildSpecDay(day)], "bench");
  await store.put(specKey(spec.runKey), renderRunSpec(spec), { ifAbsent: true });
  const told = {
    lake,
    spec: specKey(spec.runKey),
    run_id: "bench",
    attempt_deadline_ms: String(Date.now() + 86_400_000),
    task_memory_bytes: String(Math.floor((((memoryMb - 1_000) * 0.8) / cores) * 1e6)),
    scratch,
  };
  const script = join(here, "..", "..", "glue-scripts", "shardlift_extract.py");
  const args = [script, ...Object.entries(told).flatMap(([name, value]) => [`--${name}`, value])];
  return { runKey: spec.runKey, args };
}
