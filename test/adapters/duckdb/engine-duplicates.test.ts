import { describe, expect, test } from "vitest";
import { eventRow, eventSchema } from "../../sql/schemas.ts";
import {
  createEngineWorld,
  extract,
  type RunInput,
  readLake,
  type SourceRow,
  writeParquet,
} from "./engine-world.ts";

const pair = (key: string, value: string) => ({ key, value: { string_value: value } });

/** Three copies (one with its params in another order), two conflicts, and rows of their own. */
const rows: SourceRow[] = [
  eventRow(1, { event_params: [pair("a", "x"), pair("b", "y")] }),
  eventRow(1, { event_params: [pair("b", "y"), pair("a", "x")] }),
  eventRow(1, { event_params: [pair("a", "x"), pair("b", "y")] }),
  eventRow(2, { platform: "IOS" }),
  eventRow(2, { platform: "ANDROID" }),
  eventRow(3),
  eventRow(4, { batch_event_index: null, event_params: [pair("a", "x")] }),
  eventRow(4, { batch_event_index: null, event_params: [pair("a", "z")] }),
];

async function run(order: readonly (readonly number[])[], changes: Partial<RunInput> = {}) {
  const world = await createEngineWorld();
  const parts = [];
  for (const [index, numbers] of order.entries()) {
    parts.push(
      await writeParquet(
        world,
        `part-${index}`,
        eventSchema,
        numbers.map((number) => rows[number]!),
      ),
    );
  }
  const report = await extract(world, { schema: eventSchema, parts, ...changes });
  return { world, report, rows: await readLake(world, report.files, "* EXCLUDE (_generation)") };
}

describe("duplicates", () => {
  test("leave one row per id and are counted as copies and conflicts", async () => {
    const { report, rows: found } = await run([[0, 1, 2, 3, 4, 5, 6, 7]]);

    expect(report.balance).toEqual({
      source: 8,
      written: 5,
      duplicates: { exact: 2, conflicting: 1 },
      filtered: 0,
    });
    expect(new Set(found.map((row) => row.event_id)).size).toBe(5);
  });

  test("are chosen by content: neither files nor order decide", async () => {
    const orders = [
      [[0, 1, 2, 3, 4, 5, 6, 7]],
      [[7, 6, 5, 4, 3, 2, 1, 0]],
      [
        [4, 0],
        [3, 1, 7],
        [2, 5, 6],
      ],
      [[3], [4], [0], [1], [2], [5], [6], [7]],
    ];
    const results = await Promise.all(orders.map((order) => run(order)));

    const [first, ...others] = results;
    for (const other of others) {
      expect(other.rows).toEqual(first!.rows);
      expect(other.report.balance).toEqual(first!.report.balance);
      expect(other.report.checksum).toBe(first!.report.checksum);
    }
  });

  test("stay the ones they always were: those with the smallest digest", async () => {
    const world = await createEngineWorld();
    const versions = ["WEB", "IOS", "ANDROID"].flatMap((platform) =>
      Array.from({ length: 24 }, (_, index) => eventRow(index, { platform })),
    );
    const parts = [await writeParquet(world, "rows", eventSchema, versions)];

    const report = await extract(world, { schema: eventSchema, parts });

    const found = await readLake(world, report.files, "event_bundle_sequence_id, platform[1] AS platform");
    expect(report.balance.duplicates).toEqual({ exact: 0, conflicting: 48 });
    expect(found.map(({ platform }) => platform).join("")).toBe("IWIIAIWIIIWWWIAWIWIAWWWW");
  });

  test("are kept beside the days where asked for, after drop", async () => {
    const drop = [{ column: "user_pseudo_id", rest: null }];
    const {
      world,
      report,
      rows: kept,
    } = await run([[0, 1, 2, 3, 4, 5]], {
      keepDuplicates: true,
      columns: { drop, hash: [] },
    });

    const removed = await readLake(world, report.duplicatesFiles, "* EXCLUDE (_generation)");
    expect(report.duplicatesFiles.map(({ key, rows }) => [key, rows])).toEqual([
      [
        `web-shop/ga4_events/_duplicates/day=2026-11-20/generation=${report.generation}/${report.generation}-00000.parquet`,
        3,
      ],
    ]);
    expect(removed.map((row) => Object.keys(row).includes("user_pseudo_id"))).toEqual([false, false, false]);
    const platforms = [...kept, ...removed].map((row) => row.platform).sort();
    expect(platforms).toEqual(["ANDROID", "IOS", "WEB", "WEB", "WEB", "WEB"]);
  });

  test("all stay in mode keep", async () => {
    const { report } = await run([[0, 1, 2, 3, 4, 5, 6, 7]], { duplicates: "keep", keepDuplicates: true });

    expect(report.balance).toEqual({
      source: 8,
      written: 8,
      duplicates: { exact: 0, conflicting: 0 },
      filtered: 0,
    });
    expect(report.duplicatesFiles).toEqual([]);
  });

  test("are looked for among the rows that the filter lets pass", async () => {
    const { report, rows: found } = await run([[3, 4, 5]], {
      filter: [{ path: { column: "platform", rest: null }, test: "not_in", values: ["ANDROID"] }],
    });

    expect(report.balance).toEqual({
      source: 3,
      written: 2,
      duplicates: { exact: 0, conflicting: 0 },
      filtered: 1,
    });
    expect(found.map((row) => row.platform).sort()).toEqual(["IOS", "WEB"]);
  });

  test("do not change an id: it is the same without neighbours", async () => {
    const together = await run([[0, 1, 2, 3, 4, 5, 6, 7]]);
    const alone = await Promise.all(rows.map((_, index) => run([[index]])));

    const ids = new Set(alone.map(({ rows: [row] }) => row!.event_id));
    expect(ids).toEqual(new Set(together.rows.map((row) => row.event_id)));
  });
});
