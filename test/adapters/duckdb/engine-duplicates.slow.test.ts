import { stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDatabase } from "../../../src/adapters/duckdb/database.ts";
import type { ShardPart } from "../../../src/ports.ts";
import { literal } from "../../../src/sql/render.ts";
import { eventParams, field } from "../../sql/schemas.ts";
import { createEngineWorld, type EngineWorld, extract, readLake } from "./engine-world.ts";

const schema = [
  field("event_name"),
  field("event_timestamp", "INTEGER"),
  field("user_pseudo_id"),
  field("stream_id"),
  field("platform"),
  field("event_bundle_sequence_id", "INTEGER"),
  field("batch_event_index", "INTEGER"),
  eventParams,
];

/** A file with one row per number of a range; `platform` is no part of what identifies a row. */
async function writeRows(world: EngineWorld, name: string, rows: number, platform: string) {
  const path = join(world.root, `${name}.parquet`);
  const value =
    "{'string_value': 'x' || i, 'int_value': NULL::BIGINT, 'float_value': NULL::DOUBLE, 'double_value': NULL::DOUBLE}";
  const database = await openDatabase();
  await database.run(`COPY (
    SELECT 'page_view' AS event_name, 1763600000000000 + i AS event_timestamp, 'user-' || i AS user_pseudo_id,
      '1' AS stream_id, ${platform} AS platform, i::BIGINT AS event_bundle_sequence_id, 1::BIGINT AS batch_event_index,
      [{'key': 'k', 'value': ${value}}] AS event_params
    FROM range(${rows}) AS numbers(i)
  ) TO ${literal(path).sql} (FORMAT parquet, ROW_GROUP_SIZE 8192)`);
  database.close();
  return { path, format: "parquet", bytes: (await stat(path)).size } satisfies ShardPart;
}

describe("a day of duplicates", () => {
  test("that do not fit into memory is settled on disk", async () => {
    const world = await createEngineWorld();
    const rows = 1_000_000;
    const part = await writeRows(world, "rows", rows, "'WEB'");
    const options = { memoryBytes: 128_000_000, threads: 1 };

    const report = await extract(world, { schema, parts: [part, part], options });

    expect(report.balance).toEqual({
      source: 2 * rows,
      written: rows,
      duplicates: { exact: rows, conflicting: 0 },
      filtered: 0,
    });
  });

  test("keeps the same rows whatever the order of its files and the number of threads", async () => {
    const world = await createEngineWorld();
    const rows = 40_000;
    const names = ["WEB", "IOS", "ANDROID", "WEB"];
    const parts = await Promise.all(
      names.map((name, index) => writeRows(world, `part-${index}`, rows, `'${name}-' || (i % 7)`)),
    );
    const orders = [parts, parts.toReversed(), [parts[2]!, parts[0]!, parts[3]!, parts[1]!]];
    const read = async (order: ShardPart[], threads: number) => {
      const { balance, files, checksum } = await extract(world, {
        schema,
        parts: order,
        options: { threads },
      });
      const [kept] = await readLake(
        world,
        files,
        "md5(string_agg(event_id || platform, ',' ORDER BY event_id)) AS kept",
      );
      return { balance, checksum, ...kept };
    };

    const first = await read(parts, 1);
    for (const order of orders)
      for (const threads of [1, 2, 4]) expect(await read(order, threads)).toEqual(first);

    const { exact, conflicting } = first.balance.duplicates;
    expect(first.balance).toMatchObject({ source: 4 * rows, written: rows, filtered: 0 });
    expect(exact + conflicting).toBe(3 * rows);
    // The one that stands twice is as good as the others: it wins for about a third of the ids.
    expect(exact / rows).toBeGreaterThan(0.3);
    expect(exact / rows).toBeLessThan(0.37);
  });
});
