/**
 * `npm run bench:files [-- --rows 3000000 --text-bytes 400]`: sizes of the files that the Glue script makes of a day, at
 * full size: 300 to 500 MB, but for one shorter file of each task. A text of random characters in each row makes a large
 * day of few rows. Ends with 1 where a file is out of bounds.
 */
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase } from "../src/adapters/duckdb/database.ts";
import { createFolderStore } from "../src/adapters/folder/folder-store.ts";
import type { LakeFile, ObjectStore, ShardPart } from "../src/ports.ts";
import { dayReportKey } from "../src/runs/keys.ts";
import { literal } from "../src/sql/render.ts";
import { buildBenchDay } from "./bench-day.ts";
import { generateDay } from "./generate-day.ts";
import { buildScriptArguments, runMeasured } from "./glue/run-script.ts";

const MB = 1e6;
const [leastBytes, mostBytes] = [300 * MB, 500 * MB];
/** Rows that are generated; more are copies of other visitors. */
const baseRows = 1_000_000;
const cores = 4;

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "3000000" },
    "text-bytes": { type: "string", default: "400" },
  },
});
const cache = join(import.meta.dirname, "..", ".cache", "bench");
await mkdir(cache, { recursive: true });
const folder = await mkdtemp(join(cache, "files-"));
try {
  const parts = await writeParts(Number(values.rows), Number(values["text-bytes"]));
  const lake = join(folder, "lake");
  await mkdir(lake);
  const store = createFolderStore({ root: lake });
  const day = buildBenchDay(parts);
  const { runKey, args } = await buildScriptArguments({ day, lake, store, scratch: folder });
  const { seconds, peakMb } = runMeasured(args, { heap: "1g", cores, folder });
  const files = await readFiles(store, dayReportKey(runKey, "bench", day.family, day.day));
  const source = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(
    `${values.rows} rows, ${(source / MB).toFixed(0)} MB in ${parts.length} files; ${seconds.toFixed(0)} s, ${peakMb.toFixed(0)} MB of memory at the peak`,
  );
  process.exitCode = printSizes(files);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** The day in files of 250,000 rows, each visitor's rows as often as rows are asked for, under other names. */
async function writeParts(rows: number, textBytes: number): Promise<ShardPart[]> {
  const base = literal(await generateDay(cache, baseRows)).sql;
  const source = join(folder, "source");
  await mkdir(source);
  const database = await openDatabase({ threads: cores, spill: join(folder, "spill") });
  try {
    for (let copy = 0; copy * baseRows < rows; copy += 1) {
      await database.run(renderCopy(base, copy, textBytes, join(source, String(copy))));
    }
  } finally {
    database.close();
  }
  const names = (await readdir(source, { recursive: true })).filter((name) => name.endsWith(".parquet"));
  return Promise.all(
    names.sort().map(async (name) => {
      const path = join(source, name);
      return { path, format: "parquet" as const, bytes: (await stat(path)).size };
    }),
  );
}

function renderCopy(base: string, copy: number, textBytes: number, target: string): string {
  const noise = Array.from(
    { length: Math.ceil(textBytes / 32) },
    (_, index) => `md5(event_timestamp || user_pseudo_id || '${copy}-${index}')`,
  );
  const value = `{'string_value': ${noise.join(" || ")}, 'int_value': NULL, 'float_value': NULL, 'double_value': NULL}`;
  const params =
    textBytes === 0 ? "event_params" : `list_append(event_params, {'key': 'click_id', 'value': ${value}})`;
  return `COPY (
    SELECT * REPLACE (user_pseudo_id || '.${copy}' AS user_pseudo_id, ${params} AS event_params)
    FROM read_parquet(${base})
  ) TO ${literal(target).sql} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 30720, ROW_GROUPS_PER_FILE 8)`;
}

async function readFiles(store: ObjectStore, key: string): Promise<LakeFile[]> {
  const found = await store.get(key);
  const told = JSON.parse(Buffer.from(found!.body).toString());
  if (told.outcome !== "written") throw new Error(JSON.stringify(told, null, 2));
  return told.report.files;
}

/** @returns the exit code */
function printSizes(files: readonly LakeFile[]): number {
  const short = new Map<string, number>();
  let isFine = true;
  for (const { key, bytes, rows } of files) {
    // <generation>-<task>-<number>.parquet
    const task = key.split("-").at(-2)!;
    if (bytes < leastBytes) short.set(task, (short.get(task) ?? 0) + 1);
    const isHere = bytes <= mostBytes && (short.get(task) ?? 0) <= 1;
    isFine &&= isHere;
    console.log(
      `task ${task}  ${(bytes / MB).toFixed(1).padStart(6)} MB  ${rows} rows${isHere ? "" : "  out of bounds"}`,
    );
  }
  return isFine ? 0 : 1;
}
