import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DayExtract, ObjectStore } from "../../src/ports.ts";
import { type DayReport, parseDayReport } from "../../src/runs/day-report.ts";
import { dayReportKey, specKey } from "../../src/runs/keys.ts";
import { buildRunSpec, buildSpecDay, renderRunSpec } from "../../src/runs/run-spec.ts";
import type { RunSpec } from "../../src/runs/types.ts";
import { sparkPython } from "./spark-python.ts";

export const scriptPath = fileURLToPath(new URL("../../glue-scripts/shardlift_extract.py", import.meta.url));

/** A lake in a folder, and what the script is told beyond it. */
export interface ScriptInput {
  root: string;
  store: ObjectStore;
  days: readonly DayExtract[];
  runId?: string;
  deadlineMs?: number;
  args?: Record<string, string>;
  env?: Record<string, string>;
  signal?: AbortSignal;
  /** Another copy of the script. */
  script?: string;
}

export interface ScriptEnd {
  code: number | null;
  stdout: string;
  stderr: string;
  spec: RunSpec;
  /** In the order of the days asked for; null where there is none. */
  reports: (DayReport | null)[];
}

/** Runs the script for days as a job service would, in Spark on two cores. */
export async function runScript(input: ScriptInput): Promise<ScriptEnd> {
  const { store, days, runId = "jr_1" } = input;
  const spec = buildRunSpec(days.map(buildSpecDay), "script-1");
  const key = specKey(spec.runKey);
  await store.put(key, renderRunSpec(spec), { ifAbsent: true });
  const ended = await spawnScript(buildArguments(input, key, runId), input);
  const reports = await Promise.all(
    days.map(({ family, day }) => readReport(store, dayReportKey(spec.runKey, runId, family, day))),
  );
  return { ...ended, spec, reports };
}

function buildArguments({ root, deadlineMs, args }: ScriptInput, key: string, runId: string): string[] {
  const told = {
    lake: join(root, "lake"),
    spec: key,
    JOB_RUN_ID: runId,
    attempt_deadline_ms: String(deadlineMs ?? Date.now() + 3_600_000),
    task_memory_bytes: "650000000",
    scratch: join(root, "scratch"),
    ...args,
  };
  return Object.entries(told).flatMap(([name, value]) => [`--${name}`, value]);
}

async function spawnScript(args: readonly string[], { env, signal, root, script = scriptPath }: ScriptInput) {
  const child = spawn(sparkPython!, [script, ...args], {
    cwd: root,
    env: {
      ...process.env,
      SPARK_LOCAL_IP: "127.0.0.1",
      PYSPARK_PYTHON: sparkPython!,
      PYSPARK_SUBMIT_ARGS: "--master local[2] --conf spark.ui.enabled=false pyspark-shell",
      // Nothing may depend on the zone of a worker.
      TZ: "Asia/Kathmandu",
      ...env,
    },
  });
  signal?.addEventListener("abort", () => child.kill("SIGTERM"));
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => {
    said.stdout += text;
  });
  child.stderr.on("data", (text) => {
    said.stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { code, ...said };
}

async function readReport(store: ObjectStore, key: string): Promise<DayReport | null> {
  const found = await store.get(key);
  return found === null ? null : parseDayReport(key, found.body);
}
