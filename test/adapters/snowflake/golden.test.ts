import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Day } from "../../../src/days/day.ts";
import type { Column } from "../../../src/days/schema.ts";
import { type Recorded, recordStatements, type Scenario } from "./recorded-session.ts";

const golden = join(import.meta.dirname, "golden");
const sources = join(import.meta.dirname, "../../../sql/snowflake");

const scalar = (name: string, type: Column["type"], more: Partial<Column> = {}): Column => ({
  name,
  type,
  mode: "NULLABLE",
  ...more,
});

const columns: Column[] = [
  scalar("_day", "DATE"),
  scalar("_generation", "STRING"),
  scalar("event_id", "STRING"),
  scalar("value", "NUMERIC"),
  scalar("fullVisitorId", "STRING"),
  scalar("user_id", "STRING"),
  scalar("event_params", "STRING", { json: "object" }),
  scalar("items", "STRING", { json: "array" }),
  scalar("device", "RECORD", { fields: [scalar("category", "STRING")] }),
  scalar("tags", "STRING", { mode: "REPEATED" }),
  scalar("seen_at", "TIMESTAMP"),
  scalar("local_time", "DATETIME"),
  scalar("at", "TIME"),
  scalar("raw", "BYTES"),
  scalar("is_active_user", "BOOLEAN"),
  scalar("score", "FLOAT"),
  scalar("count", "INTEGER"),
  scalar("big", "BIGNUMERIC"),
];

const id = "20261121T060000000Z-0123456789ab";
const prefix = `web-shop/ga4_events/day=2026-11-20/generation=${id}/`;

const scenario: Scenario = {
  table: { schema: "analytics", table: "web_shop" },
  columns,
  generation: {
    day: "2026-11-20" as Day,
    generation: id,
    files: [0, 1].map((part) => ({ key: `${prefix}${id}-0000${part}.parquet`, bytes: 1, rows: 5 })),
    columns,
  },
  ledger: {
    day: "2026-11-20" as Day,
    hotGeneration: id,
    coldGeneration: null,
    hotSequence: 1_795_456_429_553,
    coldSequence: null,
    shardKind: "daily",
    finalAtMs: null,
    rows: 10,
    duplicates: 2,
    filtered: 1,
    checksum: "673543305989994",
    loadedAtMs: 1_795_456_429_553,
  },
};

const hostileTable = { schema: `x"; DROP SCHEMA a; --`, table: `it's {{hot}} $1 \\' :1` };
const hostileColumn = scalar(`a"b' \\'); DROP TABLE t; --`, "STRING");
const hostile: Scenario = {
  ...scenario,
  table: hostileTable,
  columns: [...columns, hostileColumn],
  generation: { ...scenario.generation, columns: [...columns, hostileColumn] },
  ledger: { ...scenario.ledger, hotGeneration: "'); DELETE FROM t; --" },
};

async function readTemplates(): Promise<Map<string, RegExp>> {
  const names = (await readdir(sources, { recursive: true })).filter((name) => name.endsWith(".sql"));
  const read = names.map(async (name): Promise<[string, RegExp]> => {
    const text = (await readFile(join(sources, name), "utf8")).replace(/^(--[^\n]*\n)+/, "").trim();
    const escaped = text.replace(/;$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return [
      name.replace(/\.sql$/, ""),
      new RegExp(`^${escaped.replace(/\\\{\\\{\w+\\\}\\\}/g, "[\\s\\S]*")}$`),
    ];
  });
  return new Map(await Promise.all(read));
}

/** Each statement under the name of the file that it comes from; the first one of several stands for all. */
async function nameStatements(statements: readonly Recorded[]): Promise<Record<string, string>> {
  const named: Record<string, string> = {};
  const templates = await readTemplates();
  for (const { sql, binds } of statements) {
    // Of several that fit the most exact one counts: `measure` would take `measure-files` for its own.
    const fitting = [...templates].filter(([, form]) => form.test(sql));
    const [name] = fitting.sort(([, a], [, b]) => b.source.length - a.source.length)[0] ?? [];
    if (name === undefined) throw new Error(`a statement that no file holds: ${sql}`);
    const bound = binds.map((bind, index) => `-- :${index + 1} ${JSON.stringify(bind)}\n`).join("");
    named[name] ??= `${bound}${sql};\n`;
  }
  return named;
}

/** Those with names from the pipeline's YAML or from shards. */
const rendered = async () => ({
  plain: await nameStatements(await recordStatements(scenario)),
  hostile: await nameStatements(await recordStatements(hostile)),
});

describe("the statements for Snowflake", () => {
  test("are all rendered here, each from its file", async () => {
    const { plain } = await rendered();
    // The one is doctor's own, the other's text is that of create-schema.
    const others = ["bootstrap/list-stage", "bootstrap/create-schema"];
    expect([...Object.keys(plain), ...others].sort()).toEqual([...(await readTemplates()).keys()].sort());
  });

  test("are those of the golden texts; UPDATE_GOLDEN=1 writes them again", async () => {
    for (const [kind, statements] of Object.entries(await rendered())) {
      const folder = join(golden, kind);
      if (process.env.UPDATE_GOLDEN === "1") {
        await rm(folder, { recursive: true, force: true });
        for (const [name, text] of Object.entries(statements)) {
          await mkdir(dirname(join(folder, name)), { recursive: true });
          await writeFile(join(folder, `${name}.sql`), text);
        }
      }
      const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".sql"));
      const there = names.map(async (name) => [
        name.replace(/\.sql$/, ""),
        await readFile(join(folder, name), "utf8"),
      ]);
      expect(Object.fromEntries(await Promise.all(there))).toEqual(statements);
    }
  });

  test("hold a hostile name between its quotes only", async () => {
    for (const [name, text] of Object.entries((await rendered()).hostile)) {
      const bare = text.replace(/^-- :.*$/gm, "").replace(/'(?:[^'\\]|\\.|'')*'|"(?:[^"]|"")*"/g, "''");
      expect(bare, name).not.toMatch(
        /DROP SCHEMA (?!IF EXISTS ''\.'' CASCADE)|DROP TABLE|DELETE FROM t|\{\{/,
      );
    }
  });

  test("copy with a SELECT or by names, never both, which Snowflake refuses", async () => {
    const { copy } = (await rendered()).plain;
    expect(copy).toMatch(/FROM \(SELECT/);
    expect(copy).not.toMatch(/MATCH_BY_COLUMN_NAME/);
  });

  test("let the inventory read files as COPY reads them", async () => {
    const { copy, "create-files": files } = (await rendered()).plain;
    const readFormat = (text: string | undefined) => /FILE_FORMAT = \((.*)\)/.exec(text ?? "")?.[1];
    const reading = ["TYPE = PARQUET", "USE_LOGICAL_TYPE = TRUE", "BINARY_AS_TEXT = FALSE"];
    expect(readFormat(files)).toBe(reading.join(" "));
    for (const option of reading) expect(readFormat(copy)).toContain(option);
  });

  test("replace no integration, no table and no inventory", async () => {
    const replacing = Object.entries((await rendered()).plain).filter(([, text]) => /OR REPLACE/i.test(text));
    expect(replacing.map(([name]) => name).sort()).toEqual([
      "create-all-view",
      "create-cold-view",
      "create-days-view",
    ]);
  });
});
