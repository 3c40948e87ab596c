import { describe, expect, test } from "vitest";
import { copyGeneration } from "../../../src/adapters/snowflake/copy.ts";
import { nameRelations } from "../../../src/adapters/snowflake/names.ts";
import type { Row } from "../../../src/adapters/snowflake/statement.ts";
import type { Day } from "../../../src/days/day.ts";
import type { Column } from "../../../src/days/schema.ts";
import { createRecordedSession } from "./recorded-session.ts";

const columns: Column[] = [{ name: "a", type: "STRING", mode: "NULLABLE" }];
const names = nameRelations("db", { schema: "s", table: "t" });
const places = { stage: "db.s.lake", fileFormat: "db.s.parquet" };
const inTable = [{ upperName: "A", type: "VARCHAR", column: columns[0]!, isTold: true, policy: null }];

/** Copies so many files of one row each; `answer` gives COPY's rows for the names it is asked for, by call. */
async function copy(count: number, answer: (files: string[], call: number) => Row[]) {
  let calls = 0;
  const { session, statements } = createRecordedSession((sql) => {
    if (!sql.startsWith("COPY")) return [{ COLUMN_NAME: "a", TYPE: "TEXT" }];
    return answer(readFiles(sql), ++calls);
  });
  const files = Array.from({ length: count }, (_, part) => ({
    key: `p/f/day=2026-11-20/generation=g/${part}.parquet`,
    bytes: 1,
    rows: 1,
  }));
  await copyGeneration(
    session,
    names,
    inTable,
    { day: "2026-11-20" as Day, generation: "g", files, columns },
    places,
  );
  return statements.filter(({ sql }) => sql.startsWith("COPY")).map(({ sql }) => readFiles(sql).length);
}

const readFiles = (sql: string) =>
  [.../^FILES = \((.*)\)$/m.exec(sql)![1]!.matchAll(/'([^']*)'/g)].map(([, name]) => name!);

const loaded = (name: string): Row => ({
  file: `s3://bucket/p/f/${name}`,
  status: "LOADED",
  rows_loaded: "1",
  errors_seen: "0",
});
const nothingDone: Row[] = [{ status: "Copy executed with 0 files processed." }];

describe("a copy", () => {
  test("of more than 1,000 files is several statements", async () => {
    expect(await copy(2_001, (files) => files.map(loaded))).toEqual([1_000, 1_000, 1]);
  });

  test("asks once more for what the answer lacks", async () => {
    const answer = (files: string[], call: number) => (call === 1 ? files.slice(1) : files).map(loaded);
    expect(await copy(3, answer)).toEqual([3, 1]);
  });

  test("fails where a file is lacking twice, and where nothing was done at all", async () => {
    await expect(copy(2, (files) => files.slice(0, -1).map(loaded))).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining("was not copied, twice"),
    });
    await expect(copy(1, () => nothingDone)).rejects.toMatchObject({ code: "data" });
  });

  test.each<[string, Partial<Row>]>([
    ["other rows", { rows_loaded: "2" }],
    ["errors", { errors_seen: "1" }],
    ["another status", { status: "PARTIALLY_LOADED" }],
  ])("fails where a file arrived with %s", async (_, odd) => {
    await expect(
      copy(1, (files) => files.map((name) => ({ ...loaded(name), ...odd }) as Row)),
    ).rejects.toMatchObject({
      code: "data",
      retryable: false,
    });
  });
});
