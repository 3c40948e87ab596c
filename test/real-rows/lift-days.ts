import { join } from "node:path";
import { createClock } from "../../src/cli/clock.ts";
import { buildPorts } from "../../src/cli/wiring.ts";
import type { Environment } from "../../src/config/types.ts";
import type { Day } from "../../src/days/day.ts";
import { families } from "../../src/days/families.ts";
import type { DaySelection } from "../../src/days/window.ts";
import { readHead } from "../../src/lake/heads.ts";
import { readManifest } from "../../src/lake/manifest.ts";
import type { Manifest } from "../../src/lake/types.ts";
import type { ObjectStore } from "../../src/ports.ts";
import type { TaskContext } from "../../src/tasks/context.ts";
import { runPipeline } from "../../src/tasks/run.ts";
import { buildFamily, buildPipeline } from "../support/builders.ts";
import { plainOrchestration } from "../support/orchestration.ts";
import type { LiftedDay } from "./check-day.ts";
import type { ShardSet, SourceTable } from "./data-sets.ts";
import { readParquetRows } from "./read-parquet.ts";

/** A day in the lake, with its manifest. */
export type ManifestDay = LiftedDay & { manifest: Manifest };

export interface LiftedSet {
  /** In the order of the tables. */
  days: ManifestDay[];
  warehouse: string;
  /** What a second run says. */
  againExitCode: number;
}

/** The warehouse table of all sets. */
export const warehouseTable = { schema: "analytics", table: "real_rows" };

/**
 * Runs a pipeline over the shards of `<folder>/source`, from the first day to the last: one run for each schema the
 * property had, as if each run had known of nothing that came later. The one step that knows how rows are lifted.
 */
export async function liftDays(
  set: ShardSet,
  folder: string,
  tables: readonly SourceTable[],
): Promise<LiftedSet> {
  const file = join(folder, "warehouse.duckdb");
  const environment = buildEnvironment(folder, file);
  const signal = new AbortController().signal;
  const clock = createClock("2026-11-20T12:00:00Z");
  const { ports, close } = await buildPorts({ environment, clock, signal, env: {} });
  const base = { pipeline: buildSetPipeline(set), environment, ports, signal, report: () => {} };
  const choices = { accept: false, goOn: true, distrust: false, again: false, only: "all" } as const;
  const run = (selection: DaySelection) => runPipeline({ ...base, choices, selection } satisfies TaskContext);
  try {
    for (const range of findSchemaRanges(tables)) refuseFailures(await run({ select: "range", range }));
    const again = await run({ select: "range", range: { first: tables[0]!.day, last: tables.at(-1)!.day } });
    const days: ManifestDay[] = [];
    for (const { table, day } of tables) days.push(await readDay(set, ports.store, table, day));
    return { days, warehouse: file, againExitCode: again.output.exitCode };
  } finally {
    await close();
  }
}

function buildSetPipeline({ dataset, family }: ShardSet) {
  const { duplicates } = families[family];
  return buildPipeline({
    name: "real-rows",
    property: { dataset, project: null, timeZone: "America/Los_Angeles", start: null },
    families: [buildFamily({ family, table: warehouseTable, shards: ["daily"], duplicates })],
  });
}

function buildEnvironment(folder: string, file: string): Environment {
  return {
    name: "real-rows",
    production: false,
    source: { type: "files", root: join(folder, "source"), s3: null },
    lake: { type: "folder", root: join(folder, "lake") },
    engine: {
      type: "duckdb",
      memoryBytes: 1_000_000_000,
      threads: 2,
      fileBytes: 400_000_000,
      spill: join(folder, "spill"),
    },
    catalog: { type: "none" },
    warehouse: { type: "duckdb", path: file, waitMs: 60_000 },
    secrets: { hashKey: null },
    retry: { attempts: 1, maxWaitMs: 1_000 },
    keepMs: 86_400_000,
    teams: [],
    orchestration: plainOrchestration,
    file: "environments/real-rows.yaml",
  };
}

function findSchemaRanges(tables: readonly SourceTable[]): { first: Day; last: Day }[] {
  const ranges: { first: Day; last: Day; schema: string }[] = [];
  for (const { day, schema } of tables) {
    const text = JSON.stringify(schema);
    const current = ranges.at(-1);
    if (current?.schema === text) current.last = day;
    else ranges.push({ first: day, last: day, schema: text });
  }
  return ranges;
}

function refuseFailures({ results, output }: Awaited<ReturnType<typeof runPipeline>>): void {
  const failed = results.find((result) => result.error !== undefined);
  if (failed) throw failed.error;
  if (output.exitCode !== 0) throw new Error(`the run ended with ${JSON.stringify(output)}`);
}

async function readDay(
  { family }: ShardSet,
  store: ObjectStore,
  table: string,
  day: Day,
): Promise<ManifestDay> {
  const stored = await readHead(store, "real-rows", family, day);
  const generation = stored?.head.generation ?? "";
  const manifest = await readManifest(store, "real-rows", family, day, generation);
  if (manifest === null) throw new Error(`${day} has no generation`);
  const paths = manifest.files.map((file) => store.localPath(file.key)!);
  const rows = await readParquetRows(paths);
  return { table, generation, columns: manifest.columns, rows, manifest };
}
