import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import type { Day } from "../../src/days/day.ts";
import { applyRollback, releaseDay } from "../../src/lake/apply-rollback.ts";
import { readHead } from "../../src/lake/heads.ts";
import { headKey, manifestKey } from "../../src/lake/keys.ts";
import { planRollback, type RollbackTarget } from "../../src/lake/plan-rollback.ts";
import { forgetGenerations, rollBackHead } from "../../src/lake/transitions.ts";
import type { Head } from "../../src/lake/types.ts";
import {
  buildHeadOf,
  buildManifestOf,
  bytes,
  commit,
  day,
  family,
  pipeline,
  readAll,
  storeHead,
} from "./build.ts";

const previous: RollbackTarget = { to: "previous" };
const to = (generation: string): RollbackTarget => ({ to: "generation", generation });
const pause = async () => {};

function planOne(head: Head, target: RollbackTarget) {
  return planRollback(new Map([[day, head]]), [day], target)[0];
}

describe("rule 9: planning a rollback", () => {
  const head = buildHeadOf(["g1", 1000], ["g2", 2000], ["g3", 3000]);

  test("goes to the generation before, or to one by its id", () => {
    const reason = (id: number) => `to g${id}, current from 1970-01-01T00:00:0${id}.000Z on`;
    expect(planOne(head, previous)).toEqual({
      day,
      does: "roll back",
      from: "g3",
      generation: "g2",
      reason: reason(2),
    });
    expect(planOne(head, to("g1"))).toEqual({
      day,
      does: "roll back",
      from: "g3",
      generation: "g1",
      reason: reason(1),
    });
  });

  test("goes on backwards when asked again", () => {
    const back = rollBackHead(head, buildManifestOf("g2"), "?", 4000);
    expect(planOne(back, previous)).toMatchObject({ does: "roll back", from: "g2", generation: "g1" });
    const further = rollBackHead(back, buildManifestOf("g1"), "?", 5000);
    expect(planOne(further, previous)).toEqual({
      day,
      does: "refuse",
      reason: "nothing before the current one kept; kept are g2, g3",
    });
  });

  test("refuses what is not kept and says what is", () => {
    expect(planOne(head, to("g0"))).toEqual({
      day,
      does: "refuse",
      reason: "g0 not kept; kept are g1, g2",
    });
    const forgotten = forgetGenerations(head, ["g1", "g2"], 9999);
    expect(planOne(forgotten, previous)).toEqual({
      day,
      does: "refuse",
      reason: "only the current generation g3 is kept",
    });
  });

  test("holds a day at its current generation, once", () => {
    expect(planOne(head, to("g3"))).toEqual({ day, does: "hold", generation: "g3", reason: "it is current" });
    const held = rollBackHead(head, buildManifestOf("g3"), "wait", 4000);
    expect(planOne(held, to("g3"))).toEqual({
      day,
      does: "none",
      generation: "g3",
      reason: "held already: wait",
    });
  });

  test("answers for each day asked for, in that order", () => {
    const other = "2026-11-19" as Day;
    const planned = planRollback(new Map([[day, head]]), [day, other], previous);
    expect(planned.map((one) => [one.day, one.does])).toEqual([
      [day, "roll back"],
      [other, "refuse"],
    ]);
  });
});

describe("rule 9: rolling back", () => {
  async function createWorld() {
    const clock = { ms: 1000 };
    const store = createMemoryStore({ nowMs: () => clock.ms });
    await commit(store, "g1");
    clock.ms = 2000;
    await commit(store, "g2");
    clock.ms = 3000;
    return { store, clock };
  }

  const input = { pipeline, family, day, generation: "g1", reason: "wrong currency", pause };

  test("swaps the head, holds it, and a second time changes nothing", async () => {
    const { store, clock } = await createWorld();
    const stored = await applyRollback({ store, ...input });
    expect(stored).toEqual(await readHead(store, pipeline, family, day));
    const { createdAtMs: _, ...made } = buildManifestOf("g1");
    expect(stored.head).toMatchObject({
      generation: "g1",
      sequence: 3000,
      source: made.source,
      hold: { sinceMs: 3000, reason: "wrong currency" },
    });
    clock.ms = 4000;
    expect(await applyRollback({ store, ...input })).toEqual(stored);
  });

  test("extracts leave a held day alone until it is released", async () => {
    const { store } = await createWorld();
    await applyRollback({ store, ...input });
    const held = await readAll(store);
    expect((await commit(store, "g3")).outcome).toBe("held");
    expect(await readAll(store)).toEqual(held);
    await releaseDay({ store, pipeline, family, day, pause });
    expect((await commit(store, "g3")).outcome).toBe("committed");
  });

  test("releasing a day without a head is nothing", async () => {
    const store = createMemoryStore({ nowMs: () => 0 });
    expect(await releaseDay({ store, pipeline, family, day, pause })).toBeNull();
  });

  test.each([
    ["whose manifest is gone", manifestKey(pipeline, family, day, "g1"), "its manifest is missing"],
    ["that lost a file", `web-shop/ga4_events/day=${day}/generation=g1/g1-00000.parquet`, "is not below"],
    ["of a day without a head", headKey(pipeline, family, day), "the day has no head"],
  ])("refuses a generation %s, and moves nothing", async (_, gone, received) => {
    const { store } = await createWorld();
    await store.remove([gone]);
    const before = await readAll(store);
    await expect(applyRollback({ store, ...input })).rejects.toMatchObject({
      code: "data",
      parts: { received: expect.stringContaining(received) },
    });
    expect(await readAll(store)).toEqual(before);
  });

  test("refuses a generation whose file has another size now", async () => {
    const { store } = await createWorld();
    const key = `web-shop/ga4_events/day=${day}/generation=g1/g1-00000.parquet`;
    const { etag } = (await store.get(key))!;
    await store.put(key, bytes("other"), { ifMatch: etag });
    await expect(applyRollback({ store, ...input })).rejects.toMatchObject({ code: "data" });
  });

  test("refuses one that repair forgot while it was planned, though its files are still there", async () => {
    const { store } = await createWorld();
    const { head } = (await readHead(store, pipeline, family, day))!;
    await storeHead(store, forgetGenerations(head, ["g1"], 9999));
    await expect(applyRollback({ store, ...input })).rejects.toMatchObject({ code: "refused" });
  });
});
