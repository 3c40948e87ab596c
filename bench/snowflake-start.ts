/**
 * `node bench/snowflake-start.ts [--repetitions 7]`: how long a task takes from the start of its process until its first
 * statement reaches Snowflake, beside the driver alone, against the double on this machine. They take turns; medians.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { parseOptions } from "../scripts/parse-options.ts";
import {
  createSnowflakeWorld,
  privateKey,
  type SnowflakeWorld,
} from "../test/adapters/snowflake/snowflake-world.ts";
import { createSnowflakeSite } from "../test/cli/snowflake-site.ts";
import type { DriverInput } from "./measure-snowflake.ts";

const kinds = ["driver", "task", "validate"] as const;
type Kind = (typeof kinds)[number];

const values = parseOptions("usage: node bench/snowflake-start.ts [--repetitions N]", {
  repetitions: { type: "string", default: "7" },
});
/** As Shardlift sets them: else the driver alone would look around the machine, and be slower for it. */
const switches = {
  SNOWFLAKE_DISABLE_PLATFORM_DETECTION: "true",
  SNOWFLAKE_DISABLE_MINICORE: "true",
  SF_TELEMETRY_DISABLE_CONNECTION_SHAPE: "true",
};
const root = join(import.meta.dirname, "..");
const world = await createSnowflakeWorld();
const seconds: Record<Kind, number[]> = { driver: [], task: [], validate: [] };
try {
  await createSnowflakeSite(world, [
    {
      name: "shop",
      dataset: "shop",
      timeZone: "Europe/Berlin",
      start: "2026-11-20",
      families: [{ family: "ga4_events", table: "shop_events" }],
    },
  ]);
  // The first of each reads the disk.
  for (const kind of kinds) await measure(kind);
  for (let repetition = 0; repetition < Number(values.repetitions); repetition += 1)
    for (const kind of kinds) seconds[kind].push(await measure(kind));
} finally {
  await world.end();
}
printReport();

/** @returns seconds from the start of the process to its first statement; to its end where it has none */
async function measure(kind: Kind): Promise<number> {
  const before = world.double.log.length;
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, buildArguments(kind, world), {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...switches, SHARDLIFT_CONFIG: world.folder, SNOWFLAKE_KEY: privateKey },
  });
  let statementAtMs: number | null = null;
  const watch = setInterval(() => {
    const said = world.double.log.slice(before).some(({ path }) => path.includes("query-request"));
    if (said) statementAtMs ??= performance.now();
  }, 1);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${kind} ended with ${code}`);
  if (kind !== "validate" && statementAtMs === null) throw new Error(`${kind} said nothing to Snowflake`);
  return ((statementAtMs ?? performance.now()) - startedAtMs) / 1000;
}

function buildArguments(kind: Kind, { double }: SnowflakeWorld): string[] {
  const cli = join(root, "src", "cli.ts");
  switch (kind) {
    case "driver":
      return [
        join(import.meta.dirname, "measure-snowflake.ts"),
        JSON.stringify({ url: double.url, privateKey } satisfies DriverInput),
      ];
    case "task":
      return [cli, "query", "--environment", "snow", "SELECT 1"];
    case "validate":
      return [cli, "validate"];
    default:
      return kind satisfies never;
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

function printReport(): void {
  const [driver, task, validate] = kinds.map((kind) => median(seconds[kind])) as [number, number, number];
  console.log(
    JSON.stringify({
      start_ratio: Number((task / driver).toFixed(2)),
      task_seconds: Number(task.toFixed(3)),
      driver_seconds: Number(driver.toFixed(3)),
      validate_seconds: Number(validate.toFixed(3)),
      repetitions: Number(values.repetitions),
    }),
  );
}
