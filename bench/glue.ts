/**
 * `node bench/glue.ts [--rows 2000000 --repetitions 1 --kinds ours,udf,functions,copy]`: a day in the Glue script beside a
 * script with Python functions, one in Spark's own functions, and Spark's bare read and write. The same files, cores and
 * memory; each is a process of its own, from Spark's start to its end; they take turns.
 */
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openDatabase } from "../src/adapters/duckdb/database.ts";
import { createFolderStore } from "../src/adapters/folder/folder-store.ts";
import type { ShardPart } from "../src/ports.ts";
import { literal } from "../src/sql/render.ts";
import { buildBenchDay } from "./bench-day.ts";
import { generateDay } from "./generate-day.ts";
import { buildScriptArguments, type Measured, runMeasured } from "./glue/run-script.ts";

const cores = 4;
/** Rows of a file, in row groups as BigQuery's extracts have them. */
const fileRows = 122_880;

const here = import.meta.dirname;
const programs = { udf: "with_udf.py", functions: "with_functions.py", copy: "copy_rows.py" } as const;
type Kind = "ours" | keyof typeof programs;
const names: Record<Kind, string> = {
  ours: "this script",
  udf: "Python functions, dropDuplicates, repartition",
  functions: "Spark's own functions",
  copy: "Spark's bare read and write",
};

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "2000000" },
    repetitions: { type: "string", default: "1" },
    kinds: { type: "string", default: "ours,udf,functions,copy" },
  },
});
const kinds = values.kinds.split(",") as Kind[];
const cache = join(here, "..", ".cache", "bench");
await mkdir(cache, { recursive: true });
const folder = await mkdtemp(join(cache, "glue-"));
const measures = new Map(kinds.map((kind) => [kind, [] as Measured[]]));
try {
  const parts = await splitDay(await generateDay(cache, Number(values.rows)));
  for (let repetition = 0; repetition < Number(values.repetitions); repetition += 1) {
    for (const kind of kinds) measures.get(kind)!.push(await measure(kind, parts, repetition));
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
printReport();

/** The day as several files, as an extract of BigQuery leaves it. */
async function splitDay(path: string): Promise<ShardPart[]> {
  const source = join(folder, "source");
  const database = await openDatabase({ threads: cores });
  const [from, to] = [literal(path).sql, literal(source).sql];
  await database.run(
    `COPY (FROM read_parquet(${from})) TO ${to} (FORMAT parquet, ROW_GROUP_SIZE 30720, ROW_GROUPS_PER_FILE ${fileRows / 30_720})`,
  );
  database.close();
  const files = (await readdir(source)).sort().map((name) => join(source, name));
  return Promise.all(
    files.map(async (file) => ({ path: file, format: "parquet" as const, bytes: (await stat(file)).size })),
  );
}

async function measure(kind: Kind, parts: readonly ShardPart[], repetition: number): Promise<Measured> {
  const target = join(folder, `${kind}-${repetition}`);
  const args =
    kind === "ours"
      ? await buildOurs(parts, target)
      : [join(here, "glue", programs[kind]), join(folder, "source"), target];
  // DuckDB works beside Spark's heap, the others inside of it.
  const measured = runMeasured(args, { heap: kind === "ours" ? "1g" : "3g", cores, folder });
  await rm(target, { recursive: true, force: true });
  return measured;
}

async function buildOurs(parts: readonly ShardPart[], lake: string): Promise<string[]> {
  await mkdir(lake);
  const store = createFolderStore({ root: lake });
  const day = buildBenchDay([...parts]);
  return (await buildScriptArguments({ day, lake, store, scratch: folder }, cores)).args;
}

function readMedian(kind: Kind, what: keyof Measured): number {
  const numbers = measures.get(kind)!.map((one) => one[what]);
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

function printReport(): void {
  console.log(
    `${values.rows} rows, ${cores} cores, medians of ${values.repetitions}; Spark's start is in it`,
  );
  console.log(`${"".padEnd(48)}  seconds   ratio     CPU s   ratio   peak MB`);
  for (const kind of kinds) {
    const ratio = (what: keyof Measured) => (readMedian(kind, what) / readMedian("ours", what)).toFixed(1);
    const columns = [
      readMedian(kind, "seconds").toFixed(1),
      ratio("seconds"),
      readMedian(kind, "cpuSeconds").toFixed(1),
      ratio("cpuSeconds"),
      readMedian(kind, "peakMb").toFixed(0),
    ];
    console.log(`${names[kind].padEnd(48)}${columns.map((text) => text.padStart(9)).join("")}`);
  }
}
