import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasChanges, planEvolution } from "../../src/days/evolution.ts";
import type { Column, FieldType } from "../../src/days/schema.ts";

const column = (name: string, type: FieldType = "STRING", changes: Partial<Column> = {}): Column => ({
  name,
  type,
  mode: "NULLABLE",
  ...changes,
});
const record = (name: string, ...fields: Column[]): Column => column(name, "RECORD", { fields });

describe("planEvolution", () => {
  test("keeps existing columns in their order and puts new ones behind them", () => {
    const evolution = planEvolution([column("b"), column("a")], [column("new"), column("a"), column("b")]);
    expect(evolution).toEqual({
      columns: [column("b"), column("a"), column("new")],
      additions: [{ path: ["new"], field: column("new") }],
      widenings: [],
      conflicts: [],
    });
  });

  test("keeps columns that no longer come", () => {
    const evolution = planEvolution([column("a"), column("gone")], [column("a")]);
    expect(evolution.columns).toEqual([column("a"), column("gone")]);
    expect(hasChanges(evolution)).toBe(false);
  });

  test("finds new members at any depth, in lists too", () => {
    const items = (...fields: Column[]) => ({ ...record("items", ...fields), mode: "REPEATED" as const });
    const evolution = planEvolution(
      [record("device", record("web_info", column("browser"))), items(column("id"))],
      [
        record("device", record("web_info", column("hostname")), column("language")),
        items(column("price", "FLOAT")),
      ],
    );
    expect(evolution.columns).toEqual([
      record("device", record("web_info", column("browser"), column("hostname")), column("language")),
      items(column("id"), column("price", "FLOAT")),
    ]);
    expect(evolution.additions.map(({ path }) => path.join("."))).toEqual([
      "device.web_info.hostname",
      "device.language",
      "items.price",
    ]);
    expect(hasChanges(evolution)).toBe(true);
  });

  test("takes REQUIRED for NULLABLE: older rows lack the value", () => {
    const required = column("a", "STRING", { mode: "REQUIRED" });
    expect(planEvolution([], [required]).columns).toEqual([column("a")]);
    const nested = record("r", required);
    expect(planEvolution([], [nested]).columns).toEqual([record("r", column("a"))]);
    expect(planEvolution([column("a")], [required]).conflicts).toEqual([]);
  });

  test.each([
    ["INTEGER", "NUMERIC"],
    ["INTEGER", "BIGNUMERIC"],
    ["NUMERIC", "BIGNUMERIC"],
  ] as const)("widens %s to %s, and lets the narrower come after", (narrow, wide) => {
    const evolution = planEvolution([record("r", column("n", narrow))], [record("r", column("n", wide))]);
    expect(evolution).toEqual({
      columns: [record("r", column("n", wide))],
      additions: [],
      widenings: [{ path: ["r", "n"], from: narrow, to: wide }],
      conflicts: [],
    });
    const after = planEvolution(evolution.columns, [record("r", column("n", narrow))]);
    expect(after).toEqual({ columns: evolution.columns, additions: [], widenings: [], conflicts: [] });
  });

  test.each([
    ["INTEGER", "FLOAT"],
    ["INTEGER", "STRING"],
    ["FLOAT", "NUMERIC"],
    ["DATE", "DATETIME"],
    ["DATETIME", "TIMESTAMP"],
    ["STRING", "RECORD"],
    ["RECORD", "STRING"],
    ["BOOLEAN", "INTEGER"],
    ["STRING", "JSON"],
  ] as const)("does not take %s for %s", (from, to) => {
    const evolution = planEvolution([column("c", from)], [column("c", to)]);
    expect(evolution.columns).toEqual([column("c", from)]);
    expect(evolution.conflicts).toEqual([
      {
        path: ["c"],
        existing: `c ${from}`,
        wanted: `c ${to}`,
        rule: "types widen only from INTEGER to NUMERIC to BIGNUMERIC",
      },
    ]);
  });

  test("refuses a list for a single value, another kind of JSON, and names that differ by case only", () => {
    const existing = [column("list"), column("json", "STRING", { json: "object" }), column("Name")];
    const wanted = [
      column("list", "STRING", { mode: "REPEATED" }),
      column("json", "STRING", { json: "array" }),
      column("name"),
    ];
    const { conflicts, columns } = planEvolution(existing, wanted);
    expect(columns).toEqual(existing);
    expect(conflicts.map(({ existing: before, wanted: after }) => [before, after])).toEqual([
      ["list STRING", "list REPEATED STRING"],
      ["json STRING as JSON object", "json STRING as JSON array"],
      ["Name STRING", "name STRING"],
    ]);
  });

  test("names every conflict, not the first only, and changes neither list", () => {
    const existing = [column("a", "INTEGER"), record("r", column("b", "DATE"))];
    const wanted = [column("a", "FLOAT"), record("r", column("b", "TIME"))];
    const before = JSON.stringify([existing, wanted]);
    expect(planEvolution(existing, wanted).conflicts.map(({ path }) => path.join("."))).toEqual(["a", "r.b"]);
    expect(JSON.stringify([existing, wanted])).toBe(before);
  });

  test("is done after once: what it plans wants nothing more (property)", () => {
    const name = fc.constantFrom("a", "b", "c", "d");
    const type = fc.constantFrom<FieldType>("STRING", "INTEGER", "NUMERIC", "BIGNUMERIC", "RECORD");
    const { columns } = fc.letrec<{ columns: Column[] }>((tie) => ({
      columns: fc
        .uniqueArray(
          fc.record({
            name,
            type,
            fields: fc.oneof({ maxDepth: 2 }, fc.constant([column("x")]), tie("columns")),
          }),
          { selector: (field) => field.name, minLength: 1, maxLength: 4 },
        )
        .map((fields) =>
          fields.map(({ fields: members, ...field }) =>
            column(field.name, field.type, field.type === "RECORD" ? { fields: [...(members ?? [])] } : {}),
          ),
        ),
    }));
    fc.assert(
      fc.property(columns, columns, (existing, wanted) => {
        const first = planEvolution(existing, wanted);
        const second = planEvolution(first.columns, existing);
        expect([second.additions, second.widenings, second.conflicts]).toEqual([[], [], []]);
        if (first.conflicts.length > 0) return;
        const third = planEvolution(first.columns, wanted);
        expect(third).toEqual({ columns: first.columns, additions: [], widenings: [], conflicts: [] });
      }),
    );
  });
});
