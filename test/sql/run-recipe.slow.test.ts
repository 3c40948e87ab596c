import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openDatabase } from "../../src/adapters/duckdb/database.ts";
import { createDuckDbEngine } from "../../src/adapters/duckdb/engine.ts";
import { generateShard } from "../../src/adapters/duckdb/generator.ts";
import type { ColumnPath, FilterCondition } from "../../src/config/types.ts";
import type { FamilyName } from "../../src/days/families.ts";
import type { ShardSpec } from "../../src/generate/shard-spec.ts";
import type { GenerationReport } from "../../src/ports.ts";
import { literal } from "../../src/sql/render.ts";
import { buildExtract, createEngineWorld, type EngineWorld, nowMs } from "../adapters/duckdb/engine-world.ts";
import { day } from "../support/builders.ts";

const script = fileURLToPath(new URL("run-recipe.py", import.meta.url));
const python = findPython();
const needed = python === null ? " (skipped: no SHARDLIFT_PYTHON or python3 with duckdb 1.5.5)" : "";

/** The interpreter with the pinned DuckDB, or null. */
function findPython(): string | null {
  const program = process.env.SHARDLIFT_PYTHON ?? "python3";
  const code = "import duckdb; raise SystemExit(duckdb.__version__ != '1.5.5')";
  try {
    execFileSync(program, ["-c", code], { stdio: "ignore" });
    return program;
  } catch {
    return null;
  }
}

const key = Buffer.from("a key that is longer than one block of SHA-256, which has 64 bytes, by a little");
const path = (column: string, rest: string | null = null): ColumnPath => ({ column, rest });

interface Case {
  family: FamilyName;
  wish: Partial<ShardSpec>;
  columns?: { drop: ColumnPath[]; hash: ColumnPath[] };
  filter?: FilterCondition[];
  /** Whether the shard has its files a second time. */
  twice?: true;
}

const cases: Record<string, Case> = {
  "GA4 events in three Parquet files, with duplicates, drop, hash and filter": {
    family: "ga4_events",
    wish: { rows: 5000, parts: 3, duplicates: 0.05, conflicts: 0.02 },
    columns: {
      drop: [path("device", "advertising_id"), path("event_params", "page_title")],
      hash: [path("user_id"), path("user_pseudo_id"), path("event_params", "page_location")],
    },
    filter: [{ path: path("event_name"), test: "not_in", values: ["scroll", "it's"] }],
  },
  "GA4 events without duplicates": { family: "ga4_events", wish: { duplicates: 0, conflicts: 0 } },
  "GA4 events of 2020, without batch columns": { family: "ga4_events", wish: { era: "2020" } },
  "GA4 events without rows": { family: "ga4_events", wish: { rows: 0 } },
  "Firebase events as newline JSON": { family: "firebase_events", wish: { format: "jsonl", parts: 2 } },
  "GA360 sessions as packed newline JSON": { family: "ga360_sessions", wish: { format: "jsonl.gz" } },
  "GA4 events whose every row stands in two files": {
    family: "ga4_events",
    wish: { rows: 2000 },
    twice: true,
  },
  "GA4 users": { family: "ga4_users", wish: {} },
};

async function prepare({ family, wish, columns, filter, twice }: Case) {
  const world = await createEngineWorld();
  const target = { root: join(world.root, "source"), dataset: "analytics_1" };
  const shard = await generateShard({ family, day: day("2026-11-20"), ...wish }, target);
  const files = twice ? [...shard.files, ...shard.files] : shard.files;
  const parts = files.map((file) => ({ path: file.path, bytes: file.bytes, format: shard.spec.format }));
  const rules = { ...(columns && { columns }), ...(filter && { filter }) };
  return {
    world,
    extract: buildExtract({ schema: shard.schema, parts, family, keepDuplicates: true, ...rules }),
  };
}

type Extract = ReturnType<typeof buildExtract>;

async function runNode(world: EngineWorld, extract: Extract): Promise<GenerationReport> {
  const engine = createDuckDbEngine({
    memoryBytes: 1_000_000_000,
    threads: 2,
    fileBytes: 400_000_000,
    spill: join(world.root, "spill"),
    store: world.store,
    clock: { now: () => nowMs, sleep: async () => {} },
    randomHex: (length) => "a".repeat(length),
    readHashKey: async () => key,
  });
  const context = { signal: new AbortController().signal, onRows: () => {} };
  for await (const outcome of engine.extract([extract], context)) {
    if ("error" in outcome) throw outcome.error;
    return outcome.report;
  }
  throw new Error("no outcome");
}

/** All files at once, or each alone as workers would do it. */
const ways = ["whole", "spread"] as const;

interface PythonRun {
  world: EngineWorld;
  extract: Extract;
  generation: string;
  way: (typeof ways)[number];
}

/** Runs the very same recipe there, in a session whose time zone is another. */
async function runPython({ world, extract, generation, way }: PythonRun) {
  const { recipe, shard, day: on } = extract;
  const folder = join(world.root, "python");
  await mkdir(folder);
  const job = {
    spread: way === "spread",
    recipe,
    parts: shard.parts,
    day: on,
    shard_kind: shard.version.kind,
    generation,
    folder,
    hash_key_hex: recipe.needsHashKey ? key.toString("hex") : null,
  };
  const file = join(folder, "job.json");
  await writeFile(file, JSON.stringify(job));
  const env = { ...process.env, TZ: "Asia/Kathmandu" };
  return JSON.parse(execFileSync(python!, [script, file], { env, encoding: "utf8" }));
}

/** Rows that one has and the other has not, columns compared by name and type as well. */
async function countDifferences(ours: readonly string[], theirs: readonly string[]) {
  const read = (paths: readonly string[]) =>
    `read_parquet([${paths.map((file) => literal(file).sql).join(", ")}], hive_partitioning = false)`;
  const database = await openDatabase();
  const count = async (sql: string) =>
    Number((await database.rows(`SELECT count(*) AS n FROM (${sql})`))[0]!.n);
  const [a, b] = [`FROM ${read(ours)}`, `FROM ${read(theirs)}`];
  const describe = async (sql: string) =>
    database.rows(`SELECT column_name, column_type FROM (DESCRIBE ${sql})`);
  const found = {
    onlyOurs: await count(`${a} EXCEPT ALL ${b}`),
    onlyTheirs: await count(`${b} EXCEPT ALL ${a}`),
    sameColumns: JSON.stringify(await describe(a)) === JSON.stringify(await describe(b)),
  };
  database.close();
  return found;
}

describe.skipIf(python === null)(
  `a recipe executed by Python's DuckDB gives what the engine gives${needed}:`,
  () => {
    test.each(Object.keys(cases).flatMap((name) => ways.map((way) => [name, way] as const)))(
      "%s: %s",
      async (name, way) => {
        const { world, extract } = await prepare(cases[name]!);
        const ours = await runNode(world, extract);

        const theirs = await runPython({ world, extract, generation: ours.generation, way });

        expect(theirs).toMatchObject({
          balance: ours.balance,
          checksum: ours.checksum,
          non_null: ours.nonNull,
        });
        const local = (files: GenerationReport["files"]) =>
          files.map(({ key }) => world.store.localPath(key)!);
        const same = { onlyOurs: 0, onlyTheirs: 0, sameColumns: true };
        expect(await countDifferences(local(ours.files), theirs.files)).toEqual(same);
        expect(theirs.removed.length).toBe(ours.duplicatesFiles.length);
        if (theirs.removed.length > 0)
          expect(await countDifferences(local(ours.duplicatesFiles), theirs.removed)).toEqual(same);
      },
    );

    test("a day without any file", async () => {
      const { world, extract } = await prepare(cases["GA4 users"]!);
      extract.shard.parts = [];
      const ours = await runNode(world, extract);

      expect(await runPython({ world, extract, generation: ours.generation, way: "whole" })).toMatchObject({
        balance: { source: 0, written: 0 },
        checksum: "0",
        non_null: ours.nonNull,
      });
    });
  },
);
