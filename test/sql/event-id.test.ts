import { describe, expect, test } from "vitest";
import { families } from "../../src/days/families.ts";
import { renderCanonicalText } from "../../src/sql/event-id.ts";
import { createEngineWorld, extract, readLake, writeParquet } from "../adapters/duckdb/engine-world.ts";
import { canonicalText, eventId } from "./canonical-text.ts";
import { eventRow, eventSchema, field } from "./schemas.ts";
import { readVectors } from "./vector-rows.ts";

const vectors = await readVectors();

const family = families.ga4_events;

describe("vectors of formula version 1", () => {
  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", (_, { row, text, id }) => {
    const found = canonicalText(family, eventSchema, row);

    expect({ text: found, id: eventId(found) }).toEqual({ text, id });
  });

  test("hold in the engine, all in one shard and whatever form their rows are rendered in", async () => {
    const world = await createEngineWorld();
    const rows = vectors.map(({ row }) => ({ ...eventRow(0), ...row }));
    const parts = [await writeParquet(world, "shard", eventSchema, rows)];

    const report = await extract(world, { schema: eventSchema, parts, duplicates: "keep" });

    const found = await readLake(world, report.files, "event_id");
    expect(found.map((row) => row.event_id)).toEqual(vectors.map(({ id }) => id).sort());
  });
});

describe("the canonical text", () => {
  const rules = { family, duplicates: "event_id" as const, columns: { drop: [], hash: [] }, filter: [] };

  test("takes a column that the schema lacks for null", async () => {
    const older = eventSchema.filter(({ name }) => name !== "batch_event_index" && name !== "stream_id");
    const { batch_event_index, stream_id, ...row } = eventRow(7, {
      event_params: [{ key: "a", value: { int_value: 1n } }],
    });
    const newer = { ...row, batch_event_index: null, stream_id: null };
    const worlds = await Promise.all([createEngineWorld(), createEngineWorld()]);
    const [before, after] = await Promise.all([
      extract(worlds[0], { schema: older, parts: [await writeParquet(worlds[0], "s", older, [row])] }),
      extract(worlds[1], {
        schema: eventSchema,
        parts: [await writeParquet(worlds[1], "s", eventSchema, [newer])],
      }),
    ]);

    expect(before.checksum).toBe(after.checksum);
    expect([batch_event_index, stream_id]).toEqual([1n, "1"]);
  });

  test("asks for event_params only where the index is null", () => {
    const [head, tail] = renderCanonicalText(rules, eventSchema, "exact").sql.split(
      'CASE WHEN "batch_event_index" IS NULL THEN',
    );

    expect(head).not.toContain("event_params");
    expect(tail).toContain("event_params");
  });

  test("of a family without a joined column is its columns alone", () => {
    const users = { ...rules, family: families.ga4_users };

    expect(renderCanonicalText(users, [field("user_id"), field("x")], "exact").sql).toBe(
      'concat(prefixed("user_id"))',
    );
  });
});
