import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  buildRows,
  countHot,
  createDoubleWorld,
  createTables,
  type DoubleWorld,
  type DriverClient,
  folderOf,
  hot,
  render,
  renderCopy,
} from "./test-world.ts";

const day = "2026-11-20";
const dayMs = 24 * 3600_000;
const url = `s3://lake/${folderOf(day, "g1")}`;

let world: DoubleWorld;
let client: DriverClient;
beforeEach(async () => {
  world = await createDoubleWorld({ maxValueBytes: 1000 });
  client = await world.open({ representNullAsStringNull: false });
  await createTables(client);
});
afterEach(() => world.end());

const write = (name: string, query = buildRows(day, "g1", 3), modifiedMs?: number) =>
  world.write(folderOf(day, "g1") + name, query, modifiedMs);
const copy = (...names: string[]) => client.run(renderCopy(day, "g1", names));
/** As Shardlift never says it. */
const copyOtherwise = (
  more: string,
  from = "@lake/shop/events/day=2026-11-20/generation=g1/",
  names = "'a.parquet'",
) => client.run(`COPY INTO hot FROM ${from} FILES = (${names}) FILE_FORMAT = (TYPE = PARQUET)${more}`);
const byName = " MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE";

describe("COPY", () => {
  test("answers with a row for each file, empty ones too", async () => {
    await write("a.parquet");
    await write("b.parquet", buildRows(day, "g1", 0));
    const told = { error_limit: 1, errors_seen: 0, first_error: null, first_error_line: null };
    const rest = { first_error_character: null, first_error_column_name: null };
    expect(await copy("a.parquet", "b.parquet")).toEqual([
      { file: `${url}a.parquet`, status: "LOADED", rows_parsed: 3, rows_loaded: 3, ...told, ...rest },
      { file: `${url}b.parquet`, status: "LOADED", rows_parsed: 0, rows_loaded: 0, ...told, ...rest },
    ]);
    const rows = await client.run(
      `SELECT params:n::VARCHAR AS n, "_DAY"::VARCHAR AS d FROM hot ORDER BY 1 DESC LIMIT 1`,
    );
    expect(rows).toEqual([{ N: "9218924040658817653", D: day }]);
  });

  test("loads with FORCE as often as it is asked to", async () => {
    await write("a.parquet");
    await copy("a.parquet");
    await copy("a.parquet");
    expect(await countHot(client)).toEqual({ g1: 6 });
  });

  test.each([
    ["is not there", ["a.parquet", "gone.parquet"], "091016"],
    ["is no Parquet", ["a.parquet", "broken.parquet"], "100142"],
    ["has a value of another type", ["a.parquet", "typed.parquet"], "100071"],
    ["has text that is no JSON", ["a.parquet", "json.parquet"], "100069"],
    ["has a value that is too large", ["a.parquet", "large.parquet"], "100082"],
  ])("loads nothing where one file %s", async (_, names, code) => {
    await write("a.parquet");
    await write("typed.parquet", "SELECT 'soon' AS _day, 'g1' AS _generation");
    await write("json.parquet", "SELECT 'no json' AS params");
    await write("large.parquet", "SELECT repeat('x', 1001) AS event_id");
    await world.writeText(`${folderOf(day, "g1")}broken.parquet`, "PAR1 and nothing more");
    await expect(copy(...names)).rejects.toMatchObject({ code });
    expect(await countHot(client)).toEqual({});
  });

  test("takes no more than 1,000 names", async () => {
    await write("a.parquet");
    const names = Array.from({ length: 1000 }, () => "a.parquet");
    await expect(copy(...names, "b.parquet")).rejects.toMatchObject({ code: "001138" });
    expect(await copy(...names)).toHaveLength(1);
  });

  test("takes NULL for a column that a file lacks, and leaves out one that nobody named, in silence", async () => {
    await write(
      "a.parquet",
      `SELECT DATE '${day}' AS _day, 'g1' AS _generation, 'x' AS secret, 'upper' AS "EVENT_ID"`,
    );
    await copy("a.parquet");
    // Members of $1 are asked for by their letters: EVENT_ID is not event_id.
    expect(await client.run("SELECT * FROM hot")).toEqual([
      { _DAY: new Date(day), _GENERATION: "g1", EVENT_ID: null, PARAMS: null },
    ]);
  });

  test("of a place that may not be looked at is refused, of a stage or a column nobody knows too", async () => {
    await write("a.parquet");
    const other = render("copy", {
      hot,
      names: '"NO"',
      values: "$1:x::VARCHAR",
      stage: '@"DB"."PUBLIC"."LAKE"/',
      files: "'a'",
    });
    await expect(client.run(other)).rejects.toMatchObject({ code: "000904" });
    await expect(
      client.run(renderCopy(day, "g1", ["a.parquet"]).replace('"LAKE"', '"LAKES"')),
    ).rejects.toMatchObject({ code: "002003" });
    await world.end();
    world = await createDoubleWorld({ mounts: [{ url: "s3://lake/", folder: "/nowhere", denied: true }] });
    client = await world.open();
    await createTables(client);
    await expect(copy("a.parquet")).rejects.toMatchObject({ code: "003167" });
  });
});

describe("without FORCE", () => {
  test("a file that was loaded is passed over, DELETE or not; nothing to do is one row with a status", async () => {
    await write("a.parquet");
    await copyOtherwise(byName);
    await client.run(render("delete-hot-all", { hot }), [day]);
    expect(await copyOtherwise(byName)).toEqual([{ status: "Copy executed with 0 files processed." }]);
    expect(await countHot(client)).toEqual({});
  });

  test("a file that was loaded may have a row that says so: nobody could tell", async () => {
    world.double.world.choices.copyKnown = "LOAD_SKIPPED";
    await write("a.parquet");
    await copyOtherwise(byName);
    const first_error = "File was loaded before.";
    expect(await copyOtherwise(byName)).toMatchObject([
      { status: "LOAD_SKIPPED", rows_loaded: 0, first_error },
    ]);
    expect(await countHot(client)).toEqual({ g1: 3 });
  });

  test("a file whose content has changed is loaded again", async () => {
    await write("a.parquet");
    await copyOtherwise(byName);
    await write("a.parquet", buildRows(day, "g1", 2));
    await copyOtherwise(byName);
    expect(await countHot(client)).toEqual({ g1: 5 });
  });

  test("a file that was put again as it was is passed over for 64 days, and loaded again after them", async () => {
    await write("a.parquet");
    await copyOtherwise(byName);
    await write("a.parquet", buildRows(day, "g1", 3), Date.now() + dayMs);
    expect(await copyOtherwise(byName)).toMatchObject([{ status: expect.stringContaining("0 files") }]);
    world.double.clock.advance(65 * dayMs);
    client = await world.open();
    await write("a.parquet", buildRows(day, "g1", 3), Date.now() + 65 * dayMs);
    expect(await copyOtherwise(byName)).toMatchObject([{ status: "LOADED", rows_loaded: 3 }]);
  });

  test("what was loaded is forgotten with a transaction that is rolled back", async () => {
    await write("a.parquet");
    await client.run(render("begin"));
    await copyOtherwise(byName);
    expect(await copyOtherwise(byName)).toEqual([{ status: "Copy executed with 0 files processed." }]);
    await client.run(render("rollback"));
    expect(await copyOtherwise(byName)).toMatchObject([{ status: "LOADED" }]);
  });

  test("what was loaded is forgotten after 64 days; old files of unknown status are passed over then", async () => {
    const long = Date.now() - 100 * dayMs;
    await write("a.parquet");
    await copyOtherwise(byName);
    await write("old.parquet", buildRows(day, "g1", 1), long);
    world.double.clock.advance(65 * dayMs);
    client = await world.open();
    await write("new.parquet", buildRows(day, "g1", 1), Date.now() + 65 * dayMs);
    const from = "@lake/shop/events/day=2026-11-20/generation=g1/";
    const answer = await copyOtherwise(byName, from, "'a.parquet', 'old.parquet', 'new.parquet'");
    expect(answer.map(({ file }) => file)).toEqual([`${url}new.parquet`]);
  });
});

describe("MATCH_BY_COLUMN_NAME", () => {
  test("makes rows of NULLs where no column matches", async () => {
    await write("a.parquet", "SELECT 1 AS other FROM range(2)");
    expect(await copyOtherwise(byName)).toMatchObject([{ status: "LOADED", rows_loaded: 2 }]);
    expect(
      await client.run(`SELECT COUNT(*) AS n, COUNT("_DAY") AS d, COUNT(event_id) AS e FROM hot`),
    ).toEqual([{ N: 2, D: 0, E: 0 }]);
  });

  test("is refused with a SELECT, and a file without either", async () => {
    await write("a.parquet");
    const select = `(SELECT $1:"event_id"::VARCHAR FROM @lake/shop/)`;
    await expect(copyOtherwise(byName, select)).rejects.toMatchObject({ code: "002001" });
    await expect(copyOtherwise("")).rejects.toMatchObject({ code: "002001" });
  });
});

test("ON_ERROR = SKIP_FILE loads the others, and says so in a row", async () => {
  await write("a.parquet");
  await write("typed.parquet", "SELECT 'soon' AS _day");
  const from = "@lake/shop/events/day=2026-11-20/generation=g1/";
  const answer = await copyOtherwise(`${byName} ON_ERROR = SKIP_FILE`, from, "'a.parquet', 'typed.parquet'");
  expect(answer).toMatchObject([
    { status: "LOADED", rows_loaded: 3, errors_seen: 0 },
    { status: "LOAD_FAILED", rows_loaded: 0, errors_seen: 1, first_error: expect.stringContaining("soon") },
  ]);
  expect(await countHot(client)).toEqual({ g1: 3 });
});
