import { writeFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { createDuckDbEngine } from "../../../src/adapters/duckdb/engine.ts";
import type { ShardliftError } from "../../../src/errors.ts";
import type { DayExtract, DayOutcome, GenerationReport, ShardPart } from "../../../src/ports.ts";
import { eventRow, eventSchema } from "../../sql/schemas.ts";
import {
  buildExtract,
  createEngineWorld,
  type EngineWorld,
  nowMs,
  readLake,
  writeJson,
  writeParquet,
} from "./engine-world.ts";

/** Twelve events, the third of them twice. */
const rows = [1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((number) => eventRow(number));

async function runDay(world: EngineWorld, day: DayExtract): Promise<DayOutcome> {
  const engine = createDuckDbEngine({
    memoryBytes: 500_000_000,
    threads: 1,
    fileBytes: 400_000_000,
    spill: `${world.root}/spill`,
    store: world.store,
    clock: { now: () => nowMs, sleep: async () => {} },
    randomHex: (length) => "a".repeat(length),
    readHashKey: async () => Buffer.from("a secret of ours"),
  });
  const context = { signal: new AbortController().signal, onRows: () => {} };
  for await (const outcome of engine.extract([day], context)) return outcome;
  throw new Error("no outcome");
}

async function sample(world: EngineWorld, parts: ShardPart[], sampleRows: number): Promise<GenerationReport> {
  const day = { ...buildExtract({ schema: eventSchema, parts, keepDuplicates: true }), sampleRows };
  const outcome = await runDay(world, day);
  if ("error" in outcome) throw outcome.error;
  return outcome.report;
}

async function listKeys(world: EngineWorld): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of world.store.list("")) keys.push(key);
  return keys;
}

describe("a sample", () => {
  test.each(["parquet", "jsonl"] as const)("of %s takes the first rows through all rules", async (format) => {
    const world = await createEngineWorld();
    const part =
      format === "jsonl"
        ? await writeJson(world, "shard", rows)
        : await writeParquet(world, "shard", eventSchema, rows);
    const report = await sample(world, [part], 5);

    const duplicates = { exact: 1, conflicting: 0 };
    expect(report.balance).toEqual({ source: 5, written: 4, duplicates, filtered: 0 });
    const users = await readLake(world, report.files, "user_pseudo_id");
    expect(users).toEqual(
      rows
        .slice(0, 3)
        .concat(rows[4]!)
        .map(({ user_pseudo_id }) => ({ user_pseudo_id })),
    );
  });

  test("lies below _runs/ alone, removed rows too, under a key that repair knows", async () => {
    const world = await createEngineWorld();
    const part = await writeParquet(world, "shard", eventSchema, rows);
    const { files, duplicatesFiles } = await sample(world, [part], 5);

    const keys = await listKeys(world);
    expect(keys.sort()).toEqual([...files, ...duplicatesFiles].map(({ key }) => key).sort());
    expect(
      keys.map((key) => key.replace(/[0-9a-f]{64}/, "KEY").replaceAll(/\d{8}T\d{9}Z-a{12}/g, "ID")),
    ).toEqual([
      "_runs/KEY/ID/sample/web-shop/ga4_events/_duplicates/day=2026-11-20/generation=ID/ID-00000.parquet",
      "_runs/KEY/ID/sample/web-shop/ga4_events/day=2026-11-20/generation=ID/ID-00000.parquet",
    ]);
  });

  test("larger than its shard is the shard; of a shard without files it is empty", async () => {
    const world = await createEngineWorld();
    const part = await writeParquet(world, "shard", eventSchema, rows);

    expect((await sample(world, [part], 1_000_000)).balance.source).toBe(13);
    expect((await sample(world, [], 5)).balance.source).toBe(0);
  });

  test("of a file that is broken is refused with its name, and leaves nothing", async () => {
    const world = await createEngineWorld();
    const part = await writeParquet(world, "shard", eventSchema, rows);
    await writeFile(part.path, "PAR1 no more");
    const day = { ...buildExtract({ schema: eventSchema, parts: [part] }), sampleRows: 5 };
    const outcome = await runDay(world, day);

    const error = "error" in outcome ? (outcome.error as ShardliftError) : null;
    expect([error?.code, error?.parts.failed]).toEqual(["data", `The file ${part.path} cannot be read.`]);
    expect(await listKeys(world)).toEqual([]);
  });
});
