import { randomBytes } from "node:crypto";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createDuckDbEngine } from "../src/adapters/duckdb/engine.ts";
import { createFolderStore } from "../src/adapters/folder/folder-store.ts";
import { buildBenchDay } from "./bench-day.ts";
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
for await (const outcome of engine.extract([buildBenchDay([{ path, format: "parquet", bytes }])], context)) {
  if ("error" in outcome) throw outcome.error;
  printMeasure(startedAtMs, outcome.report.balance.source);
}
