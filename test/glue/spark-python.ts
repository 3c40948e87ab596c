import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const own = fileURLToPath(new URL("../../.cache/spark/bin/python", import.meta.url));

/** The interpreter with the pinned PySpark and DuckDB, as the test command installs it; null without it or Java 17. */
export const sparkPython = findSparkPython();

/** Why suites that need Spark are skipped here, as a suffix of their titles. */
export const missingSpark =
  sparkPython === null ? " (skipped: no SHARDLIFT_SPARK_PYTHON, or no Java 17)" : "";

function findSparkPython(): string | null {
  const python = process.env.SHARDLIFT_SPARK_PYTHON ?? (existsSync(own) ? own : null);
  if (python === null || !isJava17()) return null;
  const code =
    "import duckdb, pyspark; raise SystemExit((duckdb.__version__, pyspark.__version__) != ('1.5.5', '3.5.6'))";
  return spawnSync(python, ["-c", code]).status === 0 ? python : null;
}

function isJava17(): boolean {
  return /version "17\./.test(spawnSync("java", ["-version"], { encoding: "utf8" }).stderr ?? "");
}
