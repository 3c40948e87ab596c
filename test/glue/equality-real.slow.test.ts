import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createFilesSource } from "../../src/adapters/files/source.ts";
import type { DayExtract } from "../../src/ports.ts";
import { buildExtract, createEngineWorld, type EngineWorld } from "../adapters/duckdb/engine-world.ts";
import { missingData } from "../real-rows/data-files.ts";
import { type DataSet, dataSets } from "../real-rows/data-sets.ts";
import { expectEqual, liftBoth } from "./compare-days.ts";
import { missingSpark, sparkPython } from "./spark-python.ts";

let compared = 0;

afterAll(() => {
  if (sparkPython !== null) console.log(`real rows: ${compared} rows compared between the engines`);
});

/** All days of a set, with the columns that each had. */
async function openSet(world: EngineWorld, set: DataSet): Promise<DayExtract[]> {
  const root = join(world.root, "source");
  const tables = await set.write(root);
  const source = createFilesSource({ root });
  const extracts: DayExtract[] = [];
  for (const table of tables) {
    const shard = await source.openShard(set.dataset, table.table, "daily");
    const extract = buildExtract({ schema: shard!.schema, parts: shard!.parts, family: set.family });
    extracts.push({ ...extract, day: table.day, prefix: `web-shop/${set.family}/day=${table.day}/` });
  }
  return extracts;
}

/** Days with the same columns as one day of many files, a month of them at most: what is compared is rows, not days. */
function joinMonths(days: readonly DayExtract[]): DayExtract[] {
  const months = new Map<string, DayExtract[]>();
  for (const day of days) {
    const key = `${day.day.slice(0, 7)} ${JSON.stringify(day.shard.schema)}`;
    months.set(key, [...(months.get(key) ?? []), day]);
  }
  return [...months.values()].map((same) => ({
    ...same[0]!,
    shard: { ...same[0]!.shard, parts: same.flatMap(({ shard }) => shard.parts) },
  }));
}

describe.skipIf(sparkPython === null || missingData !== null)(
  `real rows are the same in Spark and here${missingSpark}${missingData ?? ""}:`,
  () => {
    test.each(Object.values(dataSets).map((set) => [set.title, set] as const))("%s", async (_, set) => {
      const world = await createEngineWorld();
      const days = await openSet(world, set);
      expect(days.length).toBe(set.days);

      const lifted = await liftBoth(world, set === dataSets.ga360Json ? joinMonths(days) : days);

      compared += await expectEqual(world, lifted, set.rows);
    });

    test("GA4 as JSON, all days as one of 92 files", async () => {
      const world = await createEngineWorld();
      const days = await openSet(world, dataSets.ga4Json);
      const parts = days.flatMap(({ shard }) => shard.parts);

      const lifted = await liftBoth(world, [{ ...days[0]!, shard: { ...days[0]!.shard, parts } }], {
        min_task_bytes: "1",
      });

      expect(lifted[0]!.theirs.files.length).toBe(2);
      compared += await expectEqual(world, lifted, dataSets.ga4Json.rows);
    });
  },
);
