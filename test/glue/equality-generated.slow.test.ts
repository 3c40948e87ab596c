import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateShard } from "../../src/adapters/duckdb/generator.ts";
import type { ColumnPath } from "../../src/config/types.ts";
import type { FamilyName } from "../../src/days/families.ts";
import type { DayExtract } from "../../src/ports.ts";
import {
  buildExtract,
  createEngineWorld,
  type EngineWorld,
  type RunInput,
  readLake,
  writeParquet,
} from "../adapters/duckdb/engine-world.ts";
import { eventRow, eventSchema } from "../sql/schemas.ts";
import { readVectors } from "../sql/vector-rows.ts";
import { day } from "../support/builders.ts";
import { type BothReports, compareFiles, expectEqual, liftBoth, pickFacts, same } from "./compare-days.ts";
import { missingSpark, sparkPython } from "./spark-python.ts";

let compared = 0;

afterAll(() => {
  if (sparkPython !== null)
    console.log(`generated rows and vectors: ${compared} rows compared between the engines`);
});

/** However little a group has to do, it is a task of its own. */
const spread = { min_task_bytes: "1" };

const path = (column: string, rest: string | null = null): ColumnPath => ({ column, rest });

const rules: Partial<RunInput> = {
  columns: {
    drop: [path("device", "advertising_id"), path("event_params", "page_title")],
    hash: [path("user_id"), path("user_pseudo_id"), path("event_params", "page_location")],
  },
  filter: [{ path: path("event_name"), test: "not_in", values: ["scroll", "it's"] }],
  keepDuplicates: true,
};

async function generate(
  world: EngineWorld,
  parts: number,
  family: FamilyName = "ga4_events",
): Promise<DayExtract> {
  const wish = { family, day: day("2026-11-20"), rows: 30_000, duplicates: 0.05, conflicts: 0.02, parts };
  const target = { root: join(world.root, `source-${parts}`), dataset: "analytics_1" };
  const { files, schema } = await generateShard(wish, target);
  const found = files.map((file) => ({ path: file.path, bytes: file.bytes, format: "parquet" as const }));
  return buildExtract({ schema, parts: found, family, ...rules });
}

describe.skipIf(sparkPython === null)(`generated rows are the same in Spark and here${missingSpark}:`, () => {
  const files = [50, 1] as const;
  let world: EngineWorld;
  let lifted: BothReports[];

  beforeAll(async () => {
    world = await createEngineWorld();
    lifted = [];
    for (const parts of files)
      lifted.push(...(await liftBoth(world, [await generate(world, parts)], spread)));
  });

  test.each(files.map((parts, index) => [parts, index] as const))("a day in %d files", async (_, index) => {
    const { balance, duplicatesFiles } = lifted[index]!.theirs;
    const duplicates = balance.duplicates.exact + balance.duplicates.conflicting;

    expect([balance.filtered > 0, balance.duplicates.exact > 0, balance.duplicates.conflicting > 0]).toEqual([
      true,
      true,
      true,
    ]);
    expect(duplicatesFiles.reduce((sum, file) => sum + file.rows, 0)).toBe(duplicates);
    compared += await expectEqual(world, [lifted[index]!], balance.written + duplicates);
  });

  test("the day in 50 files and in one", async () => {
    const [many, one] = lifted;

    expect(many!.theirs.files.length).toBe(2);
    expect(pickFacts(many!.theirs)).toEqual(pickFacts(one!.theirs));
    const pair = { ours: many!.theirs.files, theirs: one!.theirs.files };
    const found = await compareFiles(world.store, [pair]);
    expect(found).toEqual({ rows: many!.theirs.balance.written, ...same });
    compared += found.rows;
  });

  test("the day in small files", async () => {
    const small = await createEngineWorld();
    const days = await liftBoth(small, [await generate(small, 7)], { ...spread, file_bytes: "200000" });

    const [{ theirs }] = days as [BothReports];
    const { balance } = theirs;
    expect(theirs.files.length).toBeGreaterThan(7);
    compared += await expectEqual(
      small,
      days,
      balance.written + balance.duplicates.exact + balance.duplicates.conflicting,
    );
  });

  test("a day whose every row stands in two files", async () => {
    const twice = await createEngineWorld();
    const extract = await generate(twice, 3);
    extract.shard.parts.push(...extract.shard.parts);

    const days = await liftBoth(twice, [extract], spread);

    const { balance } = days[0]!.theirs;
    expect(balance.duplicates.exact).toBeGreaterThanOrEqual(balance.written);
    compared += await expectEqual(
      twice,
      days,
      balance.written + balance.duplicates.exact + balance.duplicates.conflicting,
    );
  });

  test.each<[string, FamilyName]>([
    ["sessions, whose duplicates are kept", "ga360_sessions"],
    ["Firebase events", "firebase_events"],
    ["users", "ga4_users"],
  ])("%s", async (_, family) => {
    const other = await createEngineWorld();
    const { files: found, schema } = await generateShard(
      { family, day: day("2026-11-20"), parts: 4, format: family === "ga4_users" ? "parquet" : "jsonl.gz" },
      { root: join(other.root, "source"), dataset: "analytics_1" },
    );
    const format = family === "ga4_users" ? ("parquet" as const) : ("jsonl.gz" as const);
    const parts = found.map((file) => ({ path: file.path, bytes: file.bytes, format }));

    const days = await liftBoth(other, [buildExtract({ schema, parts, family })], spread);

    compared += await expectEqual(other, days, days[0]!.theirs.balance.written);
  });

  test("the vectors of the event id, one file each", async () => {
    const vectors = await createEngineWorld();
    const known = await readVectors();
    const parts = [];
    for (const [index, { row }] of known.entries())
      parts.push(await writeParquet(vectors, `shard-${index}`, eventSchema, [{ ...eventRow(0), ...row }]));

    const days = await liftBoth(
      vectors,
      [buildExtract({ schema: eventSchema, parts, duplicates: "keep" })],
      spread,
    );

    const ids = await readLake(vectors, days[0]!.theirs.files, "event_id");
    expect(ids.map((row) => row.event_id)).toEqual(known.map(({ id }) => id).sort());
    compared += await expectEqual(vectors, days, known.length);
  });

  test("a day without any file", async () => {
    const empty = await createEngineWorld();
    const days = await liftBoth(empty, [buildExtract({ schema: eventSchema, parts: [] })]);

    expect(days[0]!.theirs.files.map(({ rows }) => rows)).toEqual([0]);
    compared += await expectEqual(empty, days, 0);
  });
});
