import { rm } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../../src/adapters/duckdb/database.ts";
import { bindHashKey } from "../../src/adapters/duckdb/engine-hash-key.ts";
import type { ColumnPath } from "../../src/config/types.ts";
import { families } from "../../src/days/families.ts";
import { buildRecipe } from "../../src/sql/build-recipe.ts";
import type { Rules } from "../../src/sql/hash-rules.ts";
import type { Recipe, StatementName } from "../../src/sql/recipe.ts";
import { fillPlaces, literal } from "../../src/sql/render.ts";
import { buildColumns, renderSelectList } from "../../src/sql/render-columns.ts";
import { createEngineWorld, type SourceRow, writeParquet } from "../adapters/duckdb/engine-world.ts";
import type { Json } from "./json-text.ts";
import { eventRow, eventSchema } from "./schemas.ts";

const family = families.ga4_events;
const origin = { day: literal("2026-11-20"), shard_kind: literal("daily"), generation: literal("g") };

/** Keys that sort apart from their rendered form, must be escaped, hold our own separators, or are none at all. */
const hardKeys = [
  "",
  "a!",
  "a b",
  'a"',
  "a\\",
  "a\u0001",
  "\u001f",
  "a\u001fb",
  "é",
  "😀",
  "{}",
  "\u0000",
  null,
];
const key = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b", "c", "ab", "ga_session_id", "B") },
  { weight: 1, arbitrary: fc.constantFrom(...hardKeys) },
);
const string = fc.oneof(
  fc.constantFrom("", "x", "\u0001", '","', "null", "\u001f"),
  fc.string({ unit: "binary" }),
);
const number = fc.oneof(fc.constantFrom(0, -0, 1e21, 0.1, Number.NaN, -Infinity, Infinity), fc.double());
const slot = fc.oneof(
  { weight: 4, arbitrary: fc.record({ string_value: string }) },
  { weight: 4, arbitrary: fc.record({ int_value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }) },
  { weight: 2, arbitrary: fc.record({ double_value: number }) },
  { weight: 1, arbitrary: fc.record({ float_value: number, string_value: string }) },
  { weight: 1, arbitrary: fc.constantFrom({}, null) },
);
const pair = fc.record({ key, value: slot });
const timed = fc
  .tuple(pair, fc.option(fc.bigInt({ min: 0n, max: 2n ** 62n })))
  .map(([{ key, value }, time]) => ({
    key,
    value: value && { ...value, set_timestamp_micros: time },
  }));
/** Ordinary lists have each key once; the others are hostile. */
const listOf = <T extends { key: string | null }>(of: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.uniqueArray(of, { maxLength: 6, selector: (each) => each.key }) },
    { weight: 1, arbitrary: fc.array(of, { maxLength: 5 }) },
    { weight: 1, arbitrary: fc.constantFrom(null, []) },
  );
const item = fc.record({ item_id: fc.option(string), price: fc.option(number), item_params: listOf(pair) });
const changes = fc.record({
  event_params: listOf(pair),
  user_properties: listOf(timed),
  items: fc.option(fc.array(item, { maxLength: 3 })),
  batch_event_index: fc.constantFrom(1n, null),
  user_id: fc.option(string),
});
const rowsOf = fc
  .array(changes, { minLength: 1, maxLength: 300, size: "max" })
  .map((list) => list.map((each, index) => eventRow(index, each as Record<string, Json>)));

const path = (text: string): ColumnPath => {
  const [column = "", ...rest] = text.split(".");
  return { column, rest: rest.length === 0 ? null : rest.join(".") };
};
const ruleSets: Record<string, { drop: string[]; hash: string[] }> = {
  "without rules": { drop: [], hash: [] },
  "with keys dropped and hashed": {
    drop: ["event_params.a", "user_properties.b", "items.item_params.c", "event_params.a!"],
    hash: ["event_params.b", "user_properties.a", "items.item_params.a", 'event_params.a"'],
  },
  "with all keys of a list dropped": {
    drop: ["a", "b", "c", "ab", "ga_session_id", "B"].map((name) => `user_properties.${name}`),
    hash: ["items.price"],
  },
  "with whole columns hashed": { drop: ["event_params.c"], hash: ["event_params", "items"] },
  "with lists below lists hashed": {
    drop: ["user_properties"],
    hash: ["items.item_params", "items.item_id"],
  },
};

function buildRules(name: string): Rules {
  const { drop, hash } = ruleSets[name]!;
  const columns = { drop: drop.map(path), hash: hash.map(path) };
  return { family, columns, filter: [], duplicates: "event_id" };
}

/** Opens the rows as `source`, looks for their key lists, and builds `clean_rows` and `exact_rows` over them. */
async function openForms(rules: Rules, rows: readonly SourceRow[], schema = eventSchema) {
  const world = await createEngineWorld();
  const part = await writeParquet(world, "rows", schema, rows);
  const recipe = buildRecipe({ ...rules, pipelineFamily: rules, schema });
  const database = await openDatabase({ threads: 2 });
  await run(database, recipe, "setup");
  await bindHashKey(database, Buffer.from("a secret of ours"));
  await run(database, recipe, "source", { parts: literal(part.path) });
  await run(database, recipe, "key_lists");
  await run(database, recipe, "clean_whole", origin);
  const exact = fillPlaces(renderSelectList(buildColumns(rules, schema, "exact")).sql, origin);
  await database.run(`CREATE TEMP VIEW exact_rows AS SELECT ${exact} FROM source`);
  return {
    database,
    async close() {
      database.close();
      await rm(world.root, { recursive: true });
    },
  };
}

async function run(database: Database, recipe: Recipe, name: StatementName, places = {}): Promise<void> {
  for (const statement of recipe.statements[name]) await database.run(fillPlaces(statement, places));
}

/** Rows that the forms make different, with both texts of each column that differs. */
async function compareForms(database: Database): Promise<unknown[]> {
  const [clean = [], exact = []] = await Promise.all(
    ["clean_rows", "exact_rows"].map((view) =>
      database.rows(`SELECT * FROM ${view} ORDER BY event_timestamp, event_id`),
    ),
  );
  expect(clean.length).toBe(exact.length);
  return clean.flatMap((row, index) =>
    Object.entries(row)
      .map(([name, value]) => [name, value, exact[index]![name]] as const)
      .filter(([, value, other]) => !isDeepStrictEqual(value, other)),
  );
}

async function countLists(database: Database, column: string): Promise<number> {
  const [row] = await database.rows(`SELECT count(*)::INTEGER AS lists FROM key_lists_${column}`);
  return row!.lists as number;
}

describe("the regular form gives what the exact form gives", () => {
  test.each(Object.keys(ruleSets))("for any rows, %s", async (name) => {
    await fc.assert(
      fc.asyncProperty(rowsOf, async (rows) => {
        const { database, close } = await openForms(buildRules(name), rows);
        expect(await compareForms(database)).toEqual([]);
        await close();
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  test("for key lists that the sample did not see", async () => {
    const [rows] = fc.sample(
      rowsOf.filter((list) => list.length > 200),
      { numRuns: 1, seed: 7 },
    );
    const { database, close } = await openForms(buildRules("with keys dropped and hashed"), rows!);
    expect(await countLists(database, "event_params")).toBeGreaterThan(50);

    await database.run("DELETE FROM key_lists_event_params WHERE hash(_shardlift_keys) % 2 = 0");
    expect(await compareForms(database)).toEqual([]);
    await database.run("DELETE FROM key_lists_event_params");
    await database.run("DELETE FROM key_lists_user_properties");
    expect(await compareForms(database)).toEqual([]);
    await close();
  });

  test("for a value with two slots of which one is no number, hashed", async () => {
    const value = { string_value: "x", double_value: Number.NaN };
    const rows = [eventRow(1, { event_params: [{ key: "b", value }] })];
    const { database, close } = await openForms(buildRules("with keys dropped and hashed"), rows);

    expect(await compareForms(database)).toEqual([]);
    await close();
  });

  test("where schema and lists lack what a pair usually has", async () => {
    const schema = eventSchema.map((field) =>
      field.name === "event_params" ? { ...field, fields: field.fields!.slice(1) } : field,
    );
    const rows = [
      eventRow(1),
      eventRow(2, { event_params: [{ value: { string_value: "x" } }, { value: null }] }),
    ];
    const { database, close } = await openForms(buildRules("without rules"), rows, schema);

    expect(await compareForms(database)).toEqual([]);
    await close();
  });
});

describe("key lists", () => {
  test("are regular where each key occurs once, is set and needs no escaping", async () => {
    const lists = [
      ["b", "a!", "a"],
      ["a", "b"],
      ["a", "a"],
      ["a", null],
      [null],
      [""],
      ['q"'],
      ["\\"],
      ["\u0001"],
      [],
    ];
    const rows = lists.map((keys, index) =>
      eventRow(index, { event_params: keys.map((name) => ({ key: name, value: { string_value: "x" } })) }),
    );
    const { database, close } = await openForms(buildRules("without rules"), rows);

    const found = await database.rows(
      "SELECT _shardlift_keys AS keys, _shardlift_size::INTEGER AS size, _shardlift_places::VARCHAR AS places FROM key_lists_event_params ORDER BY ALL",
    );

    expect(found).toEqual([
      { keys: "", size: 0, places: "[]" },
      { keys: "", size: 1, places: "[1]" },
      { keys: "a\u001fb", size: 2, places: "[1, 2]" },
      { keys: "b\u001fa!\u001fa", size: 3, places: "[2, 3, 1]" },
    ]);
    await close();
  });
});
