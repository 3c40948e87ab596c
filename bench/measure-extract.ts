import { randomBytes } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createDuckDbEngine } from "../src/adapters/duckdb/engine.ts";
import { createFolderStore } from "../src/adapters/folder/folder-store.ts";
import type { Day } from "../src/days/day.ts";
import { families } from "../src/days/families.ts";
import type { DayExtract } from "../src/ports.ts";
import { buildRecipe } from "../src/sql/build-recipe.ts";
import { schema } from "./generate-day.ts";
import { printMeasure, readMeasureInput } from "./measure.ts";

/** The whole extract of the day by the engine that `run` uses. */
const { path, folder, threads, memoryBytes } = readMeasureInput();
const root = join(folder, "lake");
await rm(root, { recursive: true, force: true });
const bytes = (await stat(path)).size;
const startedAtMs = performance.now();
const engine = createDuckDbEngine({
  memoryBytes,
  threads,
  fileBytes: 400_000_000,
  spill: join(folder, "spill"),
  store: createFolderStore({ root }),
  clock: { now: Date.now, sleep: async () => {} },
  randomHex: (length) => randomBytes(length).toString("hex").slice(0, length),
  readHashKey: async () => new Uint8Array(),
});
const context = { signal: new AbortController().signal, onRows: () => {} };
for await (const outcome of engine.extract([buildDay()], context)) {
  if ("error" in outcome) throw outcome.error;
  printMeasure(startedAtMs, outcome.report.balance.source);
}

function buildDay(): DayExtract {
  const family = families.ga4_events;
  const version = {
    table: "",
    kind: "daily" as const,
    modified: "",
    rows: null,
    bytes,
    etag: null,
    content: null,
  };
  return {
    pipeline: "bench",
    family: family.name,
    day: "2026-01-01" as Day,
    shard: { version, schema, parts: [{ path, format: "parquet", bytes }] },
    recipe: buildRecipe({
      family,
      pipelineFamily: family,
      columns: { drop: [], hash: [] },
      filter: [],
      schema,
    }),
    prefix: "bench/ga4_events/day=2026-01-01/",
    duplicatesPrefix: null,
    deadlineMs: Date.now() + 86_400_000,
  };
}
