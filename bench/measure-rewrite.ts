import { join } from "node:path";
import { openDatabase } from "../src/adapters/duckdb/database.ts";
import { chooseMemory } from "../src/adapters/duckdb/engine-memory.ts";
import { rowGroupRows } from "../src/adapters/duckdb/engine-write.ts";
import { literal, renderSql } from "../src/sql/render.ts";
import { readStatement } from "../src/sql/statements.ts";
import { printMeasure, readMeasureInput } from "./measure.ts";

/** The least that any extract must do: read every column and write it again as zstd Parquet. */
const { path, folder, threads, memoryBytes } = readMeasureInput();
const startedAtMs = performance.now();
const spill = join(folder, "spill");
const database = await openDatabase({ memoryBytes: chooseMemory(memoryBytes), threads, spill });
const statement = renderSql(readStatement("duckdb/bench/rewrite"), {
  source: literal(path),
  target: literal(join(folder, "rewrite.parquet")),
  row_group_rows: literal(rowGroupRows),
});
const [row] = await database.rows(statement);
database.close();
printMeasure(startedAtMs, Number(row?.Count));
