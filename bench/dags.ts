/**
 * `node bench/dags.ts [--pipelines 300 --repetitions 3]`: CPU seconds that Airflow takes for the DAG file of so many
 * pipelines, once a day and several times a day (two DAGs each), on each Airflow that `npm test` has installed. Medians.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseOptions } from "../scripts/parse-options.ts";
import { airflows } from "../scripts/testing/airflow.ts";

const values = parseOptions("usage: npm run bench:dags [-- [--pipelines N] [--repetitions N]]", {
  pipelines: { type: "string", default: "300" },
  repetitions: { type: "string", default: "3" },
});
const root = join(import.meta.dirname, "..");
const kinds = {
  "once a day": ["daily", "30 5 * * *"],
  "several times a day": ["daily, intraday", "0 */3 * * *"],
} as const;

const folder = await mkdtemp(join(tmpdir(), "shardlift-bench-dags-"));
try {
  for (const [kind, [shards, schedule]] of Object.entries(kinds)) {
    const dags = await compileDags(join(folder, kind), shards, schedule);
    for (const [name, title] of Object.entries(airflows)) measureAirflow(name, title, kind, dags);
  }
} finally {
  await rm(folder, { recursive: true });
}

async function compileDags(config: string, shards: string, schedule: string): Promise<string> {
  await mkdir(join(config, "pipelines"), { recursive: true });
  await cp(join(root, "environments"), join(config, "environments"), { recursive: true });
  for (let number = 1; number <= Number(values.pipelines); number += 1) {
    const lines = [
      `name: p${number}`,
      "owner: a@example.com",
      `property: { dataset: analytics_${number}, time_zone: UTC }`,
      `families: [{ family: ga4_events, table: a.p${number}, shards: [${shards}] }]`,
      `schedule: "${schedule}"`,
    ];
    await writeFile(join(config, "pipelines", `p${number}.yaml`), `${lines.join("\n")}\n`);
  }
  const dags = join(config, "dags");
  await cp(join(root, "dags"), dags, { recursive: true });
  run(process.execPath, [join(root, "bin", "shardlift.mjs"), "compile", "--config", config, "--to", dags]);
  return dags;
}

function measureAirflow(name: string, title: string, kind: string, dags: string): void {
  const python = join(root, ".cache", name, "bin", "python");
  if (!existsSync(python)) {
    console.log(`${title}: not installed; npm test installs it`);
    return;
  }
  const measured = Array.from({ length: Number(values.repetitions) }, () => {
    const said = run(python, [
      "-W",
      "ignore",
      join(import.meta.dirname, "parse_dags.py"),
      join(dags, "shardlift_dags.py"),
    ]);
    return JSON.parse(said.trim().split("\n").at(-1)!) as { dags: number; seconds: number };
  }).toSorted((a, b) => a.seconds - b.seconds);
  const { dags: count, seconds } = measured[measured.length >> 1]!;
  console.log(
    `${title}, ${values.pipelines} pipelines ${kind} (${count} DAGs): ${seconds.toFixed(2)} s of CPU`,
  );
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
