import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDoubleWorld, type DoubleWorld, type DriverClient, render } from "./test-world.ts";

let world: DoubleWorld;
let client: DriverClient;

const events = `SELECT * FROM (VALUES
  (DATE '2026-11-20', 'u1', 'page_view', 1795132800000000, '{"page_location": "https://a/", "ga_session_id": 9218924040658817653}', NULL),
  (DATE '2026-11-20', 'u1', 'purchase', 1795132860000000, '{"ga_session_id": 9218924040658817653, "value": 12.5}', '[{"item_id": "shoe", "price": 10.5, "quantity": 2}, {"item_id": "hat", "price": 3, "quantity": 1}]'),
  (DATE '2026-11-21', 'u2', 'page_view', 1795219200000000, '{"page_location": "https://b/", "ga_session_id": 7, "source": null}', '[]')
) AS t(_day, user_pseudo_id, event_name, event_timestamp, event_params, items)`;

beforeAll(async () => {
  world = await createDoubleWorld();
  client = await world.open({ representNullAsStringNull: false });
  const hot = '"DB"."SHOP"."EVENTS"';
  const types = {
    _DAY: "DATE",
    USER_PSEUDO_ID: "VARCHAR",
    EVENT_NAME: "VARCHAR",
    EVENT_TIMESTAMP: "NUMBER(38, 0)",
    EVENT_PARAMS: "OBJECT",
    ITEMS: "ARRAY",
  };
  const names = Object.keys(types);
  await client.run(render("create-schema", { schema: '"DB"."SHOP"' }));
  await client.run(
    render("create-hot", {
      hot,
      columns: Object.entries(types)
        .map(([name, type]) => `"${name}" ${type} COMMENT ''`)
        .join(", "),
      clustering: "",
    }),
  );
  await world.write("shop/a.parquet", events);
  const value = (name: string) => {
    const type = types[name as keyof typeof types];
    const column = `$1:"${name.toLowerCase()}"`;
    return ["OBJECT", "ARRAY"].includes(type)
      ? `PARSE_JSON(${column}::VARCHAR)::${type}`
      : `${column}::${type}`;
  };
  await client.run(
    render("copy", {
      hot,
      names: names.map((name) => `"${name}"`).join(", "),
      values: names.map(value).join(", "),
      stage: '@"DB"."PUBLIC"."LAKE"/shop/',
      files: "'a.parquet'",
    }),
  );
});
afterAll(() => world.end());

describe("people's questions in Snowflake's SQL are answered:", () => {
  test.each([
    [
      "members by their path",
      `SELECT event_params:page_location::string AS page FROM shop.events WHERE event_name = 'page_view' ORDER BY 1`,
      [{ PAGE: "https://a/" }, { PAGE: "https://b/" }],
    ],
    [
      "numbers with all digits",
      `SELECT DISTINCT event_params:ga_session_id::varchar AS s FROM shop.events ORDER BY 1 DESC`,
      [{ S: "9218924040658817653" }, { S: "7" }],
    ],
    [
      "a JSON null is no SQL NULL until it is cast",
      `SELECT COUNT(event_params:source) AS variant, COUNT(event_params:source::STRING) AS cast FROM shop.events`,
      [{ VARIANT: 1, CAST: 0 }],
    ],
    [
      "items of a list",
      `SELECT item.value:item_id::string AS item, SUM(item.value:price::float * item.value:quantity::int) AS revenue FROM shop.events AS e, LATERAL FLATTEN(INPUT => e.items) AS item GROUP BY 1 ORDER BY revenue DESC`,
      [
        { ITEM: "shoe", REVENUE: 21 },
        { ITEM: "hat", REVENUE: 3 },
      ],
    ],
    [
      "one member of a list",
      `SELECT items[1]:item_id::string AS second FROM shop.events WHERE ARRAY_SIZE(items) > 1`,
      [{ SECOND: "hat" }],
    ],
    [
      "funnels with WITH and IFF",
      `WITH steps AS (SELECT user_pseudo_id AS u, MAX(IFF(event_name = 'page_view', 1, 0)) AS seen, MAX(IFF(event_name = 'purchase', 1, 0)) AS bought FROM shop.events GROUP BY 1) SELECT SUM(seen) AS seen, SUM(bought) AS bought FROM steps`,
      [{ SEEN: 2, BOUGHT: 1 }],
    ],
    [
      "windows and QUALIFY",
      `SELECT user_pseudo_id AS u, event_name AS n FROM shop.events QUALIFY ROW_NUMBER() OVER (PARTITION BY user_pseudo_id ORDER BY event_timestamp DESC) = 1 ORDER BY 1`,
      [
        { U: "u1", N: "purchase" },
        { U: "u2", N: "page_view" },
      ],
    ],
    [
      "days and instants",
      `SELECT TO_CHAR(_day, 'YYYY-MM-DD') AS d, COUNT_IF(event_name = 'purchase') AS n, DATE_PART(EPOCH_SECOND, TO_TIMESTAMP(MIN(event_timestamp), 6)) AS s FROM shop.events GROUP BY _day ORDER BY _day`,
      [
        { D: "2026-11-20", N: 1, S: 1795132800 },
        { D: "2026-11-21", N: 0, S: 1795219200 },
      ],
    ],
    [
      "days by arithmetic",
      `SELECT DATEDIFF(DAY, MIN(_day), MAX(_day)) AS days, DATEADD(DAY, 1, '2026-11-20'::DATE)::VARCHAR AS next FROM shop.events`,
      [{ DAYS: 1, NEXT: expect.stringContaining("2026-11-21") }],
    ],
    [
      "joins of itself, names with and without quotes",
      `SELECT a."USER_PSEUDO_ID" AS u, COUNT(*) AS n FROM shop.events a JOIN SHOP."EVENTS" b ON a.user_pseudo_id = b.user_pseudo_id GROUP BY a.user_pseudo_id ORDER BY 1`,
      [
        { U: "u1", N: 4 },
        { U: "u2", N: 1 },
      ],
    ],
  ])("%s", async (_, sql, rows) => {
    expect(await client.run(sql)).toEqual(rows);
  });
});

test.each([
  ["a function that it does not know", "SELECT HAVERSINE(1, 2, 3, 4)", "002001"],
  ["a lower-case name in quotes", 'SELECT * FROM shop."events"', "002003"],
  ["an empty list of words", "SELEC 1", "001003"],
  ["a type that it does not know", "SELECT 1::GEOGRAPHY", "002001"],
  ["a whole row of a file", "SELECT $1 FROM shop.events", "001003"],
])("%s is refused", async (_, sql, code) => {
  await expect(client.run(sql)).rejects.toMatchObject({ code });
});
