import { describe, expect, test } from "vitest";
import { parsePipeline } from "../../src/config/parse-pipeline.ts";
import { brief, checkPipeline, pipelineText, pipelineWith } from "./texts.ts";

const full = `
name: web-shop
owner: Größe & Co <growth@example.com>
property: { dataset: analytics_123456789, project: shop-prod, time_zone: Europe/Berlin, start: 2021-03-01 }
families:
  - { family: ga4_events, table: Analytics.web_shop_events, shards: [intraday, daily], duplicates: keep }
  - { family: ga4_users, table: analytics.web_shop_users, keep_duplicates: true }
schedule: "0 */3 * * *"
lookback: 3 days
late_after: 90 minutes
retention: 400 days
schema: freeze
columns:
  drop: [user_properties.email, device.vendor_id]
  hash: [user_id]
filter:
  - { column: platform, in: [WEB, 9218924040658817653, true] }
  - { column: event_params.n, equals: 9218924040658817653 }
  - { column: event_params.a.b, not_in: [x] }
  - { column: event_params.page, starts_with: " https://" }
  - { column: user_id, exists: false }
max_read: 2 TB
`;

describe("a pipeline that is right", () => {
  test("is normalised as a whole", () => {
    expect(parsePipeline(full, "pipelines/web-shop.yaml", "web-shop")).toMatchObject({ issues: [] });
    expect(parsePipeline(full, "pipelines/web-shop.yaml", "web-shop").pipeline).toEqual({
      name: "web-shop",
      owner: "Größe & Co <growth@example.com>",
      property: {
        dataset: "analytics_123456789",
        project: "shop-prod",
        timeZone: "Europe/Berlin",
        start: "2021-03-01",
      },
      families: [
        {
          family: "ga4_events",
          table: { schema: "Analytics", table: "web_shop_events" },
          shards: ["daily", "intraday"],
          duplicates: "keep",
          keepDuplicates: false,
        },
        {
          family: "ga4_users",
          table: { schema: "analytics", table: "web_shop_users" },
          shards: ["daily"],
          duplicates: "keep",
          keepDuplicates: true,
        },
      ],
      schedule: "0 */3 * * *",
      lookbackDays: 3,
      lateAfterMs: 5_400_000,
      retentionDays: 400,
      schema: "freeze",
      columns: {
        drop: [
          { column: "user_properties", rest: "email" },
          { column: "device", rest: "vendor_id" },
        ],
        hash: [{ column: "user_id", rest: null }],
      },
      filter: [
        { path: { column: "platform", rest: null }, test: "in", values: ["WEB", 9218924040658817653n, true] },
        { path: { column: "event_params", rest: "n" }, test: "equals", value: 9218924040658817653n },
        { path: { column: "event_params", rest: "a.b" }, test: "not_in", values: ["x"] },
        { path: { column: "event_params", rest: "page" }, test: "starts_with", prefix: " https://" },
        { path: { column: "user_id", rest: null }, test: "exists", exists: false },
      ],
      maxRead: { bytes: 2e12 },
      file: "pipelines/web-shop.yaml",
    });
  });

  test("has every default where it says little", () => {
    expect(checkPipeline(pipelineText()).pipeline).toEqual({
      name: "shop",
      owner: "a@example.com",
      property: { dataset: "analytics_1", project: null, timeZone: "Europe/Berlin", start: null },
      families: [
        {
          family: "ga4_events",
          table: { schema: "analytics", table: "shop_events" },
          shards: ["daily", "fresh", "intraday"],
          duplicates: "event_id",
          keepDuplicates: false,
        },
      ],
      schedule: null,
      lookbackDays: 10,
      lateAfterMs: 129_600_000,
      retentionDays: null,
      schema: "evolve",
      columns: { drop: [], hash: [] },
      filter: [],
      maxRead: { ordinaryRuns: 20 },
      file: "pipelines/shop.yaml",
    });
  });

  test.each([
    ["max_read: 7", { maxRead: { ordinaryRuns: 7 } }],
    ["max_read: 500 GB", { maxRead: { bytes: 5e11 } }],
    ["lookback: 1 day", { lookbackDays: 1 }],
    ["lookback: 366 days", { lookbackDays: 366 }],
    ["lookback: 10 days\nretention: 10 days", { retentionDays: 10 }],
    ["columns: { drop: [user_id] }", { columns: { drop: [{ column: "user_id", rest: null }], hash: [] } }],
    ["columns: {}", { columns: { drop: [], hash: [] } }],
    ["filter: []", { filter: [] }],
  ])("may say %j", (line, expected) => {
    expect(checkPipeline(pipelineText(line)).pipeline).toMatchObject(expected);
  });
});

describe("a pipeline that is wrong", () => {
  test("tells every problem at once, each at its place, rules across keys included", () => {
    const text = `nmae: web-shop
owner: 17
property:
  dataset: "analytics'; --"
  time_zone: Europe/Berlim
families:
  - { family: ga4_event, table: analytics.x_events }
  - { family: ga4_users, table: analytics.a, shards: [daily, intraday] }
  - { family: ga4_users, table: ANALYTICS.A }
lookback: 10d
retention: 5 days
columns:
  drop: [user_id, 5, device]
  hash: [user_id, device.vendor_id]
filter:
  - { column: a, in: [], exists: true }
`;
    expect(brief(checkPipeline(text).issues)).toEqual([
      "1:1 nmae is not a known key",
      "1:1 name is missing",
      "2:8 owner is not a text",
      "4:12 property.dataset is not a dataset",
      "5:14 property.time_zone is not a time zone",
      "7:15 families[0].family is not one of the values it can have",
      "10:11 lookback is not a length of time",
      "13:19 columns.drop[1] is not a text",
      "16:22 filter[0].in is too short",
      "9:15 families[2].family is taken twice",
      "9:33 families[2].table is the table of another family",
      "8:62 families[1].shards[1] is not a shard of ga4_users",
      '14:10 columns.hash[0] is already named by columns.drop ("user_id")',
      '14:19 columns.hash[1] is already named by columns.drop ("device")',
      "16:5 filter[0] has more than one test",
    ]);
  });

  test("says what was wrong in four parts", () => {
    expect(checkPipeline(pipelineText("lookbak: 3 days")).issues).toEqual([
      {
        file: "pipelines/shop.yaml",
        line: 6,
        column: 1,
        failed: "lookbak is not a known key",
        rule: "keys here are name, owner, property, families, schedule, lookback, late_after, retention, schema, columns, filter, max_read",
        received: '"lookbak"',
        remedy: 'did you mean "lookback"?',
      },
    ]);
    expect(checkPipeline(pipelineWith(5, "  - { family: ga4_evnts, table: a.b }")).issues).toEqual([
      {
        file: "pipelines/shop.yaml",
        line: 5,
        column: 15,
        failed: "families[0].family is not one of the values it can have",
        rule: "one of ga4_events, firebase_events, ga360_sessions, ga4_users, ga4_pseudonymous_users",
        received: '"ga4_evnts"',
        remedy:
          'did you mean "ga4_events"? there are: ga4_events, firebase_events, ga360_sessions, ga4_users, ga4_pseudonymous_users',
      },
    ]);
  });

  test("shows the code points of a name that looks right", () => {
    const [issue] = checkPipeline(
      pipelineWith(5, "  - { family: ga4_events, table: аnalytics.events }"),
    ).issues;
    expect(issue?.received).toBe('"аnalytics.events" (U+0430 at character 1)');
  });

  test.each([
    [1, "name: Shop", "1:7 name is not a name"],
    [1, "name: other", "1:7 name is not the file's name"],
    [1, "name: ../shop", "1:7 name is not a name"],
    [1, "name:", "1:6 name has no value"],
    [1, "name: 5", "1:7 name is not a text"],
    [1, "name: [shop]", "1:7 name is not a text"],
    [2, "owner: ''", "2:8 owner is not an owner"],
    [2, 'owner: "a\\nb"', "2:8 owner is not an owner"],
    [3, "property: analytics_1", "3:11 property is not a mapping"],
    [3, "property: { dataset: a }", "3:1 property.time_zone is missing"],
    [3, "property: { time_zone: UTC }", "3:1 property.dataset is missing"],
    [3, "property: { dataset: a, time_zone: CET }", "3:36 property.time_zone is not a time zone"],
    [3, "property: { dataset: ../a, time_zone: UTC }", "3:22 property.dataset is not a dataset"],
    [
      3,
      "property: { dataset: a, time_zone: UTC, project: X }",
      "3:50 property.project is not a Google Cloud project id",
    ],
    [3, "property: { dataset: a, time_zone: UTC, start: 2021-02-30 }", "3:48 property.start is not a day"],
    [3, "property: { dataset: a, time_zone: UTC, start: 20210301 }", "3:48 property.start is not a text"],
    [3, "property: { dataset: a, time_zone: UTC, zone: x }", "3:41 property.zone is not a known key"],
    [5, "  []", "5:3 families is too short"],
    [5, "  - ga4_events", "5:5 families[0] is not a mapping"],
    [5, "  - { table: a.b }", "5:5 families[0].family is missing"],
    [5, "  - { family: ga4_events }", "5:5 families[0].table is missing"],
    [5, "  - { family: ga4_events, table: events }", "5:34 families[0].table is not schema.table"],
    [5, "  - { family: ga4_events, table: a.b_cold }", "5:34 families[0].table ends in _cold"],
    [5, "  - { family: ga4_events, table: a.b, shards: [] }", "5:47 families[0].shards is too short"],
    [5, "  - { family: ga4_events, table: a.b, shards: daily }", "5:47 families[0].shards is not a list"],
    [
      5,
      "  - { family: ga4_events, table: a.b, shards: [dayly] }",
      "5:48 families[0].shards[0] is not one of the values it can have",
    ],
    [
      5,
      "  - { family: ga4_events, table: a.b, shards: [daily, daily] }",
      "5:55 families[0].shards[1] is named twice",
    ],
    [
      5,
      "  - { family: ga360_sessions, table: a.b, shards: [fresh] }",
      "5:52 families[0].shards[0] is not a shard of ga360_sessions",
    ],
    [
      5,
      "  - { family: ga4_events, table: a.b, duplicates: drop }",
      "5:51 families[0].duplicates is not one of the values it can have",
    ],
    [
      5,
      "  - { family: ga4_events, table: a.b, keep_duplicates: yes }",
      "5:56 families[0].keep_duplicates is not true or false",
    ],
  ])("line %i as %j is one issue", (line, text, issue) => {
    expect(brief(checkPipeline(pipelineWith(line, text)).issues)).toEqual([issue]);
    expect(checkPipeline(pipelineWith(line, text)).pipeline).toBeNull();
  });

  test.each([
    ["schedule: hourly", "6:11 schedule is not a schedule (fields: 1, not 5)"],
    ["lookback: 0 days", "6:11 lookback is too short"],
    ["lookback: 367 days", "6:11 lookback is too long"],
    ["lookback: 10", "6:11 lookback is not a text"],
    ["late_after: 30 seconds", "6:13 late_after is too short"],
    ["retention: 9 days", "6:12 retention is shorter than the lookback"],
    ["retention: forever", "6:12 retention is not a length of time"],
    ["schema: frozen", "6:9 schema is not one of the values it can have"],
    ["columns: { dorp: [a] }", "6:12 columns.dorp is not a known key"],
    ["columns: { drop: a }", "6:18 columns.drop is not a list"],
    ["columns: { drop: [a, A] }", '6:22 columns.drop[1] is already named by columns.drop ("a")'],
    ["columns: { drop: [a.b, a] }", '6:24 columns.drop[1] is already named by columns.drop ("a.b")'],
    ["columns: { drop: [event_id] }", "6:19 columns.drop[0] is not a column of the source"],
    ["filter: { column: a }", "6:9 filter is not a list"],
    ["filter: [{ column: a }]", "6:10 filter[0] has no test"],
    ["filter: []\nfilter: []", "7:1 this is not valid YAML: Map keys must be unique"],
    ["filter: [{ exists: true }]", "6:10 filter[0].column is missing"],
    ["filter: [{ column: a, equals: 1.5 }]", "6:31 filter[0].equals is not one of the forms it can have"],
    ["filter: [{ column: a, equals: 1e20 }]", "6:31 filter[0].equals is not one of the forms it can have"],
    ["filter: [{ column: a, equals: null }]", "6:31 filter[0].equals has no value"],
    ['filter: [{ column: a, equals: "x\\0" }]', "6:31 filter[0].equals cannot be compared with"],
    ["filter: [{ column: a, in: [1, [2]] }]", "6:31 filter[0].in[1] is not one of the forms it can have"],
    ["filter: [{ column: a, exists: 1 }]", "6:31 filter[0].exists is not true or false"],
    [
      "filter: [{ column: a, starts_with: '' }]",
      "6:36 filter[0].starts_with is not a beginning to compare with",
    ],
    ["filter: [{ column: a, exists: true, like: x }]", "6:37 filter[0].like is not a known key"],
    ["max_read: 0", "6:11 max_read is out of range"],
    ["max_read: 1 kB", "6:11 max_read is too small"],
    ["max_read: lots", "6:11 max_read is not a size"],
    ["max_read: 1.5", "6:11 max_read is not one of the forms it can have"],
    ["__proto__: { a: 1 }", "6:1 __proto__ is not a known key"],
    ["? ''\n: x", '6:3 [""] is not a known key'],
    ['"a\\u001b[31m": x', '6:1 ["a\\u{1b}[31m"] is not a known key'],
    ["<<: { name: x }", '6:1 ["<<"] is not a known key'],
  ])("with %j at its end has one issue", (line, issue) => {
    expect(brief(checkPipeline(pipelineText(line)).issues)).toEqual([issue]);
  });

  test("reads one property's tables as one family only", () => {
    const text = pipelineText("  - { family: firebase_events, table: analytics.app_events }");
    expect(brief(checkPipeline(text).issues)).toEqual([
      "6:15 families[1].family reads the same shards as ga4_events",
    ]);
  });

  test.each([
    "event_params.a, event_params.A",
    "event_params.a, event_params.ab",
    "event_params.ab, event_params.a",
  ])("is none for dropping %s: keys are texts of their own", (paths) => {
    expect(checkPipeline(pipelineText(`columns: { drop: [${paths}] }`)).issues).toEqual([]);
  });
});
