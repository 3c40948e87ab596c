import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { type GeneratedShard, generateShard } from "../../../src/adapters/duckdb/generator.ts";
import type { Day } from "../../../src/days/day.ts";
import { dayEnd } from "../../../src/days/day.ts";
import { type FamilyName, familyNames } from "../../../src/days/families.ts";
import { buildShardSchema, listEras } from "../../../src/generate/eras.ts";
import { daySpan, type ShardWish } from "../../../src/generate/shard-spec.ts";
import { renderType } from "../../../src/sql/types.ts";
import { makeRoot, makeShard, query, renderContent, renderIdentity } from "./generator-world.ts";

/** One text that stands for all rows, whatever their order. */
async function fingerprint(shard: GeneratedShard): Promise<unknown> {
  const [row] = await query(
    { shard },
    `SELECT md5(string_agg(c, '' ORDER BY c)) AS rows, count(*) AS n
    FROM (SELECT ${renderContent(shard)} AS c FROM $shard)`,
  );
  return row;
}

async function identitiesOf(shard: GeneratedShard): Promise<Set<unknown>> {
  const rows = await query({ shard }, `SELECT DISTINCT ${renderIdentity(shard)} AS id FROM $shard`);
  return new Set(rows.map(({ id }) => id));
}

describe.each(familyNames)("%s", (family) => {
  test("the same spec gives the same file, byte for byte; another seed or day does not", async () => {
    const bytes = async (wish: Partial<ShardWish>) =>
      readFile((await makeShard({ family, rows: 400, ...wish })).files[0]!.path);
    const file = await bytes({});
    expect((await bytes({})).equals(file)).toBe(true);
    expect((await bytes({ seed: 2 })).equals(file)).toBe(false);
    expect((await bytes({ day: "2026-11-21" as Day })).equals(file)).toBe(false);
  });

  test("the same rows come in one file or several, as Parquet or JSON", async () => {
    const wishes: Partial<ShardWish>[] = [
      {},
      { parts: 3 },
      { format: "jsonl" },
      { format: "jsonl.gz", parts: 2 },
    ];
    const prints: unknown[] = [];
    for (const wish of wishes)
      prints.push(await fingerprint(await makeShard({ family, rows: 700, ...wish })));
    expect(prints).toEqual(wishes.map(() => prints[0]));
  });

  test("rows are as many as it says, copies and conflicts included", async () => {
    const shard = await makeShard({ family, rows: 2_000, duplicates: 0.03, conflicts: 0.02 });
    const [row] = await query(
      { shard },
      `SELECT count(*)::INTEGER AS total, count(DISTINCT id)::INTEGER AS distinct, count(DISTINCT c)::INTEGER AS contents
      FROM (SELECT ${renderIdentity(shard)} AS id, ${renderContent(shard)} AS c FROM $shard)`,
    );
    expect(shard.rows).toEqual({ distinct: 2_000, copies: 60, conflicts: 40, total: 2_100 });
    expect(row).toMatchObject({ total: 2_100, distinct: 2_000 });
    // Two conflicting rows may fall on one event; then they are copies of each other.
    expect(row?.contents).toBeGreaterThan(2_030);
    expect(row?.contents).toBeLessThanOrEqual(2_040);
  });

  test("every era has the schema it declares", async () => {
    for (const era of listEras(family)) {
      const shard = await makeShard({ family, era, rows: 50 });
      const described = await query({ shard }, "DESCRIBE SELECT * FROM $shard");
      expect(shard.schema).toEqual(buildShardSchema(family, era, "daily"));
      expect(
        described.map(({ column_name, column_type }) => [column_name, bare(String(column_type))]),
      ).toEqual(shard.schema.map((field) => [field.name, bare(renderType(field))]));
    }
  });

  test("a later revision keeps every row's identity, restates some and adds some", async () => {
    const wish = { family, rows: 2_000, duplicates: 0, conflicts: 0 };
    const [before, after] = [await makeShard(wish), await makeShard({ ...wish, revision: 2 })];
    const [olds, news] = [await identitiesOf(before), await identitiesOf(after)];
    expect([olds.size, news.size]).toEqual([2_000, 2_040]);
    expect([...olds].every((id) => news.has(id))).toBe(true);
    const [row] = await query(
      { before, after },
      `SELECT count(*)::INTEGER AS restated FROM (SELECT ${renderIdentity(before)} AS id, ${renderContent(before)} AS c
        FROM $before) AS former JOIN (SELECT ${renderIdentity(after)} AS id, ${renderContent(after)} AS c FROM $after) AS later
      USING (id) WHERE later.c <> former.c`,
    );
    expect(row?.restated).toBeGreaterThan(100);
    expect(row?.restated).toBeLessThan(250);
  });

  test("a shard without rows is a file without rows", async () => {
    for (const format of ["parquet", "jsonl"] as const) {
      const shard = await makeShard({ family, rows: 0, format });
      expect(await query({ shard }, "SELECT count(*)::INTEGER AS n FROM $shard")).toEqual([{ n: 0 }]);
    }
  });
});

/** DuckDB quotes names that are words of its own; the comparison does not mind. */
function bare(type: string): string {
  return type.replaceAll('"', "").toLowerCase();
}

describe.each<FamilyName>(["ga4_events", "firebase_events"])("%s through the day", (family) => {
  test("an intraday shard is a part of the daily one, with three columns or two less", async () => {
    const wish = { family, rows: 1_500, duplicates: 0, conflicts: 0 };
    const intraday = await makeShard({ ...wish, kind: "intraday" });
    const daily = await makeShard(wish);
    const missing = daily.schema
      .map(({ name }) => name)
      .filter((name) => !intraday.schema.some((f) => f.name === name));
    expect(missing).toEqual(
      family === "ga4_events"
        ? ["user_ltv", "traffic_source", "is_active_user"]
        : ["user_ltv", "traffic_source"],
    );
    const rows = await query(
      { intraday, daily },
      `SELECT count(*)::INTEGER AS n, max(event_timestamp) < (SELECT max(event_timestamp) FROM $daily) AS early
      FROM (SELECT *, ${renderContent(intraday)} AS c FROM $intraday)
      WHERE c IN (SELECT ${renderContent(daily, missing)} FROM $daily)`,
    );
    expect(rows).toEqual([{ n: 900, early: true }]);
  });

  test.each([
    ["2026-11-20", "Asia/Kolkata"],
    ["2026-03-29", "Europe/Berlin"],
    ["2026-10-25", "Europe/Berlin"],
    ["2026-11-01", "America/Los_Angeles"],
    ["2026-09-06", "America/Santiago"],
  ])("rows of %s in %s reach from the day's first microsecond to its last", async (day, timeZone) => {
    const shard = await makeShard({ family, day: day as Day, timeZone, rows: 800, revision: 2 });
    const { startUs, endUs } = daySpan({ day: day as Day, timeZone });
    expect(
      await query(
        { shard },
        `SELECT min(event_timestamp) AS first, max(event_timestamp) AS last, list(DISTINCT event_date)::VARCHAR AS dates,
        FROM $shard`,
      ),
    ).toEqual([{ first: startUs, last: endUs - 1n, dates: `[${day.replaceAll("-", "")}]` }]);
    expect(endUs).toBe(BigInt(dayEnd(day as Day, timeZone)) * 1000n);
  });

  test("the oddities of the exports are all there", async () => {
    const shard = await makeShard({ family, rows: 2_000 });
    const [row] = await query(
      { shard },
      `WITH pairs AS (SELECT event_timestamp, unnest(event_params) AS p FROM $shard),
      slots AS (SELECT p.key AS key, p.value.string_value AS s, p.value.int_value AS i, p.value.double_value AS d FROM pairs)
      SELECT
        (SELECT count(*) > 0 FROM slots WHERE abs(i) > 9007199254740992) AS beyond_53_bits,
        (SELECT count(*) > 0 FROM slots WHERE d = 1.7976931348623157e308) AS largest_float,
        (SELECT count(*) > 0 FROM slots WHERE d = 5e-324) AS smallest_float,
        (SELECT count(*) > 0 FROM slots WHERE d::VARCHAR = '-0.0') AS minus_zero,
        (SELECT count(*) > 0 FROM slots WHERE s IS NULL AND i IS NULL AND d IS NULL) AS no_slot,
        (SELECT count(*) > 0 FROM slots WHERE s IS NOT NULL AND i IS NOT NULL) AS two_slots,
        (SELECT count(*) > 0 FROM slots WHERE key IS NULL) AS null_key,
        (SELECT count(*) > 0 FROM slots WHERE s = '') AS empty_text,
        (SELECT count(*) BETWEEN 1 AND 20 FROM $shard
          WHERE len(list_filter(event_params, lambda p: p.key = 'tag')) = 2) AS repeated_key,
        (SELECT count(*) BETWEEN 1 AND 100 FROM $shard WHERE user_pseudo_id IS NULL) AS nobody,
        (SELECT count(*) > 0 FROM $shard, unnest(user_properties) AS u(u)
          WHERE u.value.set_timestamp_micros > 1500000000000000) AS set_timestamps,
        (SELECT count(*) > 0 FROM $shard WHERE regexp_matches(geo.city, '[^\\x00-\\x7F]')) AS unicode,
        (SELECT max(c) > 1 FROM (SELECT count(DISTINCT ${renderIdentity(shard)}) AS c FROM $shard
          GROUP BY user_pseudo_id, event_timestamp, event_name)) AS shared_instants`,
    );
    expect(row).toEqual(Object.fromEntries(Object.keys(row!).map((name) => [name, true])));
    expect(Object.keys(row!)).toHaveLength(13);
  });

  test("some copies carry their pairs in another order", async () => {
    const shard = await makeShard({ family, rows: 1_000, duplicates: 0.05, conflicts: 0 });
    const [row] = await query(
      { shard },
      `SELECT count(*) FILTER (orders = 1)::INTEGER AS same, count(*) FILTER (orders > 1)::INTEGER AS other FROM (
        SELECT count(DISTINCT event_params::VARCHAR) AS orders FROM $shard
        GROUP BY ${renderContent(shard)} HAVING count(*) > 1)`,
    );
    expect(row?.same).toBeGreaterThan(5);
    expect(row?.other).toBeGreaterThan(15);
  });

  test("conflicting rows agree on all but attribution, place and lifetime value", async () => {
    const shard = await makeShard({ family, rows: 1_000, duplicates: 0, conflicts: 0.05 });
    const differing = ["geo", "traffic_source", "user_ltv", "collected_traffic_source"];
    const without = [...differing, "session_traffic_source_last_click"];
    const [row] = await query(
      { shard },
      `SELECT count(*)::INTEGER AS pairs, count(*) FILTER (alike > 1)::INTEGER AS unlike, min(places)::INTEGER AS places
      FROM (SELECT count(DISTINCT ${renderContent(shard, without)}) AS alike, count(DISTINCT geo.city) AS places
        FROM $shard GROUP BY ${renderIdentity(shard)} HAVING count(*) > 1)`,
    );
    expect(row).toEqual({ pairs: expect.any(Number), unlike: 0, places: 2 });
    expect(row?.pairs).toBeGreaterThan(40);
  });
});

test("session_engaged is text in most rows of the shop and a number in some", async () => {
  const shard = await makeShard({ rows: 2_000 });
  const [row] = await query(
    { shard },
    `SELECT count(*) FILTER (p.value.string_value IS NOT NULL)::INTEGER AS texts,
      count(*) FILTER (p.value.int_value IS NOT NULL)::INTEGER AS numbers
    FROM $shard, unnest(event_params) AS pairs(p) WHERE p.key = 'session_engaged'`,
  );
  expect(row?.texts).toBeGreaterThan(1_500);
  expect(row?.numbers).toBeGreaterThan(100);
});

test("the app's level is text in its first two schemas and a number later", async () => {
  const slots = [];
  for (const era of listEras("firebase_events")) {
    const shard = await makeShard({ family: "firebase_events", era, rows: 300 });
    const [row] = await query(
      { shard },
      `SELECT count(p.value.string_value) > 0 AS text, count(p.value.int_value) > 0 AS number
      FROM $shard, unnest(event_params) AS pairs(p) WHERE p.key = 'level'`,
    );
    slots.push(row);
  }
  const [text, number] = [
    { text: true, number: false },
    { text: false, number: true },
  ];
  expect(slots).toEqual([text, text, number, number, number]);
});

test("purchases have items with parameters and revenue", async () => {
  const shard = await makeShard({ rows: 3_000 });
  const [row] = await query(
    { shard },
    `SELECT count(*) > 10 AS many, bool_and(len(items) BETWEEN 1 AND 4) AS items,
      bool_and(ecommerce.purchase_revenue > 0) AS revenue, bool_and(len(items[1].item_params) = 2) AS params
    FROM $shard WHERE event_name = 'purchase'`,
  );
  expect(row).toEqual({ many: true, items: true, revenue: true, params: true });
});

test("batch numbers are null before July 2024, and in few sessions later", async () => {
  const known = async (day: string) => {
    const shard = await makeShard({ day: day as Day, era: "2026", rows: 1_000, duplicates: 0, conflicts: 0 });
    const [row] = await query({ shard }, "SELECT count(batch_event_index)::INTEGER AS n FROM $shard");
    return Number(row?.n);
  };
  expect(await known("2024-07-10")).toBe(0);
  expect(await known("2024-07-11")).toBeGreaterThan(900);
  expect(await known("2024-07-11")).toBeLessThan(1_000);
});

test("a user of one day comes back on another with the same first touch", async () => {
  const [monday, tuesday] = [
    await makeShard({ day: "2026-11-16" as Day }),
    await makeShard({ day: "2026-11-17" as Day }),
  ];
  const [row] = await query(
    { monday, tuesday },
    `SELECT count(*) > 10 AS back, bool_and(m.t = t.t) AS same FROM
      (SELECT user_pseudo_id AS u, min(user_first_touch_timestamp) AS t FROM $monday GROUP BY ALL) AS m
      JOIN (SELECT user_pseudo_id AS u, max(user_first_touch_timestamp) AS t FROM $tuesday GROUP BY ALL) AS t USING (u)`,
  );
  expect(row).toEqual({ back: true, same: true });
});

test("a GA360 session over midnight keeps the id of its first part", async () => {
  const shard = await makeShard({ family: "ga360_sessions", day: "2017-07-10" as Day, rows: 500 });
  const { startUs } = daySpan(shard.spec);
  const [row] = await query(
    { shard },
    `SELECT count(*) FILTER (visitId < ${startUs / 1_000_000n})::INTEGER AS split,
      bool_and(visitStartTime >= ${startUs / 1_000_000n}) AS within,
      max(len(hits)) > 5 AS hits, count(*) FILTER (len(customDimensions) > len(list_distinct(
        list_transform(customDimensions, lambda d: d.index)))) > 0 AS repeated,
      count(*) FILTER (len(hits[1].customMetrics) > 0) > 0 AS metrics
    FROM $shard`,
  );
  expect(row).toEqual({ split: expect.any(Number), within: true, hits: true, repeated: true, metrics: true });
  expect(row?.split).toBeGreaterThanOrEqual(5);
});

test("JSON comes with its schema in BigQuery's form, and integers as text", async () => {
  const shard = await makeShard({ family: "ga4_users", format: "jsonl", rows: 3 });
  const folder = shard.files[0]!.path.replace(/[^/]+$/, "");
  expect(JSON.parse(await readFile(`${folder}users_20261120.schema.json`, "utf8"))).toEqual(
    buildShardSchema("ga4_users", "2026", "daily"),
  );
  const [line] = (await readFile(shard.files[0]!.path, "utf8")).split("\n");
  expect(JSON.parse(line!).audiences[0].id).toBe("9007199254740993");
});

test("a wish that cannot be met is refused before anything is written", async () => {
  const root = await makeRoot();
  const wish = { family: "ga4_events", day: "2026-11-20" as Day, era: "v9" } as const;
  await expect(generateShard(wish, { root, dataset: "analytics_1" })).rejects.toMatchObject({
    code: "usage",
  });
});
