/**
 * What the whole extract of a day costs beside the plain rewrite of the same file. Each measured thing is a process of
 * its own; they take turns.
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseOptions } from "../scripts/parse-options.ts";
import { chooseThreads } from "../src/adapters/duckdb/engine-memory.ts";
import { generateDay } from "./generate-day.ts";
import type { Measure, MeasureInput } from "./measure.ts";

const memoryBytes = 1_000_000_000;
const kinds = ["rewrite", "extract"] as const;

const values = parseOptions("usage: npm run bench [-- [--rows N] [--repetitions N] [--threads N]]", {
  rows: { type: "string", default: "2000000" },
  repetitions: { type: "string", default: "3" },
  threads: { type: "string" },
});
const cache = join(import.meta.dirname, "..", ".cache", "bench");
await mkdir(cache, { recursive: true });
const threads = values.threads ? Number(values.threads) : chooseThreads(null, memoryBytes);
const path = await generateDay(cache, Number(values.rows));
/** Of this run alone: two may be measured at once. */
const folder = await mkdtemp(join(cache, "run-"));
const measures = { rewrite: [] as Measure[], extract: [] as Measure[] };
try {
  for (let repetition = 0; repetition < Number(values.repetitions); repetition += 1) {
    for (const kind of kinds)
      measures[kind].push(await measure(kind, { path, folder, threads, memoryBytes }));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
printReport((await runScript("plan.ts", [], ["--expose-gc"])) as PlanFigures);

async function measure(kind: (typeof kinds)[number], input: MeasureInput): Promise<Measure> {
  return (await runScript(`measure-${kind}.ts`, [JSON.stringify(input)])) as Measure;
}

/** Runs one of the bench's programs in a process of its own. @returns the JSON of its last line */
async function runScript(
  name: string,
  args: readonly string[],
  nodeFlags: readonly string[] = [],
): Promise<unknown> {
  const script = join(import.meta.dirname, name);
  const child = spawn(process.execPath, [...nodeFlags, script, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return JSON.parse(output.trim().split("\n").at(-1)!);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

/** What bench/plan.ts tells of planning seven years of two families. */
interface PlanFigures {
  plan_days: number;
  plan_ms: number;
  plan_kept_mb: number;
}

function printReport(plan: PlanFigures): void {
  const seconds = (kind: (typeof kinds)[number]) => median(measures[kind].map((one) => one.seconds));
  const peak = (kind: (typeof kinds)[number]) => Math.max(...measures[kind].map((one) => one.peakMb));
  const ratio = seconds("extract") / seconds("rewrite");
  console.log(`${values.rows} rows, ${threads} threads, medians of ${values.repetitions}`);
  console.log("              seconds   ratio   peak MB");
  for (const kind of kinds) {
    const columns = [
      seconds(kind).toFixed(2),
      (seconds(kind) / seconds("rewrite")).toFixed(2),
      peak(kind).toFixed(0),
    ];
    console.log(`${kind.padEnd(11)}${columns.map((text) => text.padStart(9)).join("")}`);
  }
  console.log(`planning ${plan.plan_days} days: ${plan.plan_ms} ms, ${plan.plan_kept_mb} MB kept afterwards`);
  console.log(
    JSON.stringify({
      rewrite_ratio: Number(ratio.toFixed(3)),
      peak_mb: Math.round(peak("extract")),
      rewrite_peak_mb: Math.round(peak("rewrite")),
      rows: Number(values.rows),
      threads,
      rewrite_seconds: Number(seconds("rewrite").toFixed(2)),
      extract_seconds: Number(seconds("extract").toFixed(2)),
      repetitions: Number(values.repetitions),
      ...plan,
    }),
  );
}
