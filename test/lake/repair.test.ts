import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import type { Day } from "../../src/days/day.ts";
import { applyRepair } from "../../src/lake/apply-repair.ts";
import { applyRollback } from "../../src/lake/apply-rollback.ts";
import { findDue } from "../../src/lake/find-due.ts";
import { type FoundGeneration, findGenerations } from "../../src/lake/find-generations.ts";
import { listHeads, readHead } from "../../src/lake/heads.ts";
import { duplicatesGenerationPrefix, headKey, manifestKey } from "../../src/lake/keys.ts";
import { planRepair, type ReadersState } from "../../src/lake/plan-repair.ts";
import { declareIntent, rollBackHead } from "../../src/lake/transitions.ts";
import type { Head } from "../../src/lake/types.ts";
import type { LedgerRow, ObjectStore } from "../../src/ports.ts";
import {
  buildHeadOf,
  buildManifestOf,
  bytes,
  commit,
  day,
  family,
  hourMs,
  keepMs,
  pipeline,
  readAll,
  readGenerations,
  storeHead,
  writeGeneration,
} from "./build.ts";

const startMs = Date.UTC(2026, 10, 21);
const pause = async () => {};
const noReaders: ReadersState = { ledger: [], partitions: null };

function buildFound(
  generation: string,
  newestMs: number,
  over: Partial<FoundGeneration> = {},
): FoundGeneration {
  return { day, generation, files: 1, bytes: 4, hasManifest: true, newestMs, ...over };
}

/** The ledger's row of a day whose readers stand at these generations of a head. */
function buildLedgerRow(head: Head, at: { hot: string | null; cold: string | null }): LedgerRow {
  const sequenceOf = (generation: string | null) =>
    head.history.findLast((entry) => entry.generation === generation)?.sequence ?? null;
  return {
    day,
    hotGeneration: at.hot,
    coldGeneration: at.cold,
    hotSequence: sequenceOf(at.hot),
    coldSequence: sequenceOf(at.cold),
    shardKind: "daily",
    finalAtMs: null,
    rows: 7,
    duplicates: 2,
    filtered: 1,
    checksum: "1",
    loadedAtMs: null,
  };
}

const location = (generation: string) => `s3://lake/web-shop/ga4_events/day=${day}/generation=${generation}/`;

/** g1 from 0 h, g2 from 10 h, g3 from 20 h on; looked at when `atHours` have passed. */
function planAt(atHours: number, readers: (head: Head) => ReadersState, more: FoundGeneration[] = []) {
  const head = buildHeadOf(["g1", startMs], ["g2", startMs + 10 * hourMs], ["g3", startMs + 20 * hourMs]);
  const found = [...head.history.map(({ generation, fromMs }) => buildFound(generation, fromMs)), ...more];
  const lake = { heads: new Map([[day, head]]), found, nowMs: startMs + atHours * hourMs, keepMs };
  const plan = planRepair(lake, readers(head));
  return {
    ...plan,
    items: plan.items.map((item) => item.generation),
    kept: Object.fromEntries(plan.kept.map((kept) => [kept.generation, kept.reason])),
  };
}

const at =
  (hot: string | null, cold: string | null, partition: string | null = null) =>
  (head: Head) => ({
    ledger: [buildLedgerRow(head, { hot, cold })],
    partitions: partition === null ? null : new Map([[day, location(partition)]]),
  });

describe("rule 8: what goes", () => {
  test("goes keep after it was swapped away, not earlier, and the current one never", () => {
    expect(planAt(33.9, at("g3", "g3")).items).toEqual([]);
    expect(planAt(34, at("g3", "g3")).items).toEqual(["g1"]);
    expect(planAt(44, at("g3", "g3")).items).toEqual(["g1", "g2"]);
    expect(planAt(9999, at("g3", "g3")).items).toEqual(["g1", "g2"]);
  });

  test.each([
    ["hot has", at("g1", "g3"), "but the hot table still has it"],
    ["cold shows", at("g3", "g1"), "but the cold table still shows it"],
    ["the catalog points at", at("g3", "g3", "g1"), "but the catalog still points at it"],
  ])("never goes while %s it", (_, readers, reason) => {
    const plan = planAt(9999, readers);
    expect(plan.items).not.toContain("g1");
    expect(plan.kept.g1).toContain(reason);
  });

  test.each([
    ["hot", at("g1", "g3"), "the hot table has not come past it"],
    ["cold", at("g3", "g1"), "the cold table has not come past it"],
    ["the catalog", at("g3", "g3", "g1"), "the catalog has not come past it"],
    ["a cold table that has nothing of the day", at("g3", null), "the cold table has not come past it"],
  ])(
    "never goes before %s has come past it, for that reader may be on its way there",
    (_, readers, reason) => {
      const plan = planAt(9999, readers);
      expect(plan.items).not.toContain("g2");
      expect(plan.kept.g2).toContain(reason);
    },
  );

  test.each([
    ["that may have read the head when it was current", 10, 11.5, "a run may be pointing the catalog at it"],
    [
      "an hour after, since the swap may have landed late",
      11,
      11.5,
      "a run may be pointing the catalog at it",
    ],
    ["later than that", 11.1, 11.5, null],
    ["that outlived itself", 10, 12, null],
  ])("with an intent %s, whatever `keep` is", (_, sinceHours, atHours, reason) => {
    const head = declareIntent(buildHeadOf(["g1", startMs], ["g2", startMs + 10 * hourMs]), {
      id: "a",
      sinceMs: startMs + sinceHours * hourMs,
    });
    const found = head.history.map(({ generation, fromMs }) => buildFound(generation, fromMs));
    const nowMs = startMs + atHours * hourMs;
    const plan = planRepair(
      { heads: new Map([[day, head]]), found, nowMs, keepMs: hourMs },
      at("g2", "g2", "g2")(head),
    );
    expect(plan.items.map(({ generation }) => generation)).toEqual(reason === null ? ["g1"] : []);
    if (reason !== null) expect(plan.kept[0]?.reason).toContain(reason);
  });

  test("nothing of a warehouse holds back where there is none; the catalog does", () => {
    const without = (readers: ReturnType<typeof at>) => (head: Head) => ({ ...readers(head), ledger: null });
    expect(planAt(9999, without(at(null, null, "g3"))).items).toEqual(["g1", "g2"]);
    expect(planAt(9999, without(at(null, null, "g1"))).items).toEqual([]);
    expect(planAt(9999, (head) => ({ ...without(at(null, null))(head), partitions: null })).items).toEqual([
      "g1",
      "g2",
    ]);
  });

  test("a day that is not hot holds nothing back", () => {
    expect(planAt(9999, at(null, "g3", "g3")).items).toEqual(["g1", "g2"]);
  });

  test("a catalog without the day, or at a folder nobody knows, holds back", () => {
    const unknown = (head: Head) => ({
      ...at("g3", "g3")(head),
      partitions: new Map([[day, "s3://elsewhere/"]]),
    });
    const missing = (head: Head) => ({ ...at("g3", "g3")(head), partitions: new Map<Day, string>() });
    expect([planAt(9999, unknown).items, planAt(9999, missing).items]).toEqual([[], []]);
  });

  test("what crashed attempts left goes by the age of its newest object", () => {
    const orphan = buildFound("g9", startMs + 30 * hourMs, { hasManifest: false });
    expect(planAt(53.9, at("g3", "g3"), [orphan]).items).not.toContain("g9");
    expect(planAt(54, at("g3", "g3"), [orphan]).items).toContain("g9");
  });

  test("but not where a reader names it all the same", () => {
    const orphan = buildFound("g9", 0);
    const readers = (head: Head) => ({
      ...at("g3", "g3")(head),
      ledger: [{ ...buildLedgerRow(head, { hot: "g3", cold: "g3" }), coldGeneration: "g9" }],
    });
    expect(planAt(9999, readers, [orphan]).kept.g9).toContain("the cold table still shows it");
  });

  test("a generation that came back by a rollback stays, the one it replaced goes later", () => {
    const head = rollBackHead(
      buildHeadOf(["g1", startMs], ["g2", startMs + hourMs]),
      buildManifestOf("g1"),
      "?",
      startMs + 2 * hourMs,
    );
    const found = [buildFound("g1", startMs), buildFound("g2", startMs + hourMs)];
    const planned = (nowMs: number, readers: ReadersState) =>
      planRepair({ heads: new Map([[day, head]]), found, nowMs, keepMs }, readers).items.map(
        (i) => i.generation,
      );
    const passed = { ledger: [buildLedgerRow(head, { hot: "g1", cold: "g1" })], partitions: null };
    expect(planned(startMs + 25 * hourMs, passed)).toEqual([]);
    expect(planned(startMs + 26 * hourMs, passed)).toEqual(["g2"]);
    // Still at g1's first coming: g2 lies ahead of such a reader.
    const behind = {
      ledger: [{ ...passed.ledger[0]!, hotSequence: startMs, coldSequence: startMs }],
      partitions: null,
    };
    expect(planned(startMs + 9999 * hourMs, behind)).toEqual([]);
  });

  test("a past generation of which nothing is left is only forgotten", () => {
    const head = buildHeadOf(["g1", startMs], ["g2", startMs + hourMs]);
    const lake = {
      heads: new Map([[day, head]]),
      found: [buildFound("g2", startMs)],
      nowMs: startMs * 2,
      keepMs,
    };
    const plan = planRepair(lake, {
      ledger: [buildLedgerRow(head, { hot: "g2", cold: "g2" })],
      partitions: null,
    });
    expect(plan.items).toMatchObject([{ generation: "g1", files: 0, cause: "swapped away" }]);
  });

  test("says why, in words", () => {
    const [item] = planRepairOfOne().items;
    expect(item).toEqual({
      ...buildFound("g1", startMs),
      cause: "swapped away",
      sequence: startMs,
      reason: "swapped away at 2026-11-21 01:00 UTC",
    });
  });

  test("needs no reader to see that nothing is due", () => {
    const head = buildHeadOf(["g1", startMs]);
    const lake = {
      heads: new Map([[day, head]]),
      found: [buildFound("g1", startMs)],
      nowMs: startMs * 2,
      keepMs,
    };
    expect(findDue(lake)).toEqual({ due: [], early: [], headless: [] });
  });

  test("tells of a current generation whose files or manifest are gone", () => {
    const head = buildHeadOf(["g1", startMs]);
    const warningsOf = (found: FoundGeneration[]) =>
      planRepair({ heads: new Map([[day, head]]), found, nowMs: startMs, keepMs }, noReaders).warnings;
    expect(warningsOf([buildFound("g1", startMs)])).toEqual([]);
    for (const found of [
      [],
      [buildFound("g1", 0, { files: 0 })],
      [buildFound("g1", 0, { hasManifest: false })],
    ]) {
      expect(warningsOf(found)).toEqual([
        expect.stringContaining("2026-11-20: the current generation g1 lacks"),
      ]);
    }
  });
});

function planRepairOfOne() {
  const head = buildHeadOf(["g1", startMs], ["g2", startMs + hourMs]);
  const found = [buildFound("g1", startMs), buildFound("g2", startMs + hourMs)];
  const lake = { heads: new Map([[day, head]]), found, nowMs: startMs + 25 * hourMs, keepMs };
  return planRepair(lake, { ledger: [buildLedgerRow(head, { hot: "g2", cold: "g2" })], partitions: null });
}

describe("rule 8: a head that was lost", () => {
  const plan = (heads: Map<Day, Head>, found: FoundGeneration[], nowMs: number) =>
    planRepair({ heads, found, nowMs, keepMs }, noReaders);

  test("costs no generation that may have been current, however old, and is reported", () => {
    const { items, warnings, kept } = plan(new Map(), [buildFound("g1", 0), buildFound("g2", 5)], startMs);
    expect([items, kept.length]).toEqual([[], 2]);
    expect(warnings).toEqual([expect.stringContaining("2026-11-20: no head, but manifests of g1, g2")]);
  });

  test("is not suspected while an attempt may be between its manifest and its head", () => {
    const found = [buildFound("g1", startMs)];
    expect(plan(new Map(), found, startMs + keepMs / 2 - 1)).toMatchObject({
      items: [],
      kept: [{ generation: "g1", reason: "may be about to be committed" }],
      warnings: [],
    });
    expect(plan(new Map(), found, startMs + keepMs / 2).warnings).toHaveLength(1);
  });

  test("does not protect what never had a manifest", () => {
    const found = [buildFound("g1", startMs, { hasManifest: false })];
    expect(plan(new Map(), found, startMs + keepMs - 1).items).toEqual([]);
    expect(plan(new Map(), found, startMs + keepMs).items).toMatchObject([
      { generation: "g1", sequence: null },
    ]);
  });

  test("that was made anew leaves the old ones keep longer", () => {
    const heads = new Map([[day, buildHeadOf(["g3", startMs])]]);
    const found = [buildFound("g1", 0), buildFound("g3", startMs)];
    expect(plan(heads, found, startMs + keepMs - 1).items).toEqual([]);
    expect(plan(heads, found, startMs + keepMs).items).toMatchObject([{ generation: "g1" }]);
  });
});

interface World {
  store: ObjectStore;
  clock: { ms: number };
  unregistered: string[][];
}

/** A lake with g1 swapped away by g2, and g0 that never got further than its files; all of it past `keep`. */
async function createWorld(): Promise<World> {
  const clock = { ms: startMs };
  const store = createMemoryStore({ nowMs: () => clock.ms });
  await writeGeneration(store, "g0");
  await commit(store, "g1");
  await store.put(`${duplicatesGenerationPrefix(pipeline, family, day, "g1")}a.parquet`, bytes("x"), {
    ifAbsent: true,
  });
  clock.ms += hourMs;
  await commit(store, "g2");
  clock.ms += keepMs;
  return { store, clock, unregistered: [] };
}

async function plan(store: ObjectStore) {
  const stored = await listHeads(store, pipeline, family);
  const heads = new Map([...stored].map(([day, { head }]) => [day, head]));
  const found = await findGenerations(store, pipeline, family, "all");
  const lake = { heads, found, nowMs: await store.now(), keepMs };
  const ledger = [...heads.values()].map((head) =>
    buildLedgerRow(head, { hot: head.generation, cold: head.generation }),
  );
  return planRepair(lake, { ledger, partitions: null });
}

function apply(world: World, repair: Awaited<ReturnType<typeof plan>>, store = world.store) {
  const unregister = async (generations: readonly { generation: string }[]) => {
    world.unregistered.push(generations.map(({ generation }) => generation));
  };
  return applyRepair({ store, pipeline, family, plan: repair, unregister, pause });
}

const ids = (list: readonly { generation: string }[]) => list.map(({ generation }) => generation);

describe("rule 8: repairing", () => {
  test("planning alone changes nothing", async () => {
    const { store } = await createWorld();
    const before = await readAll(store);
    expect(ids((await plan(store)).items)).toEqual(["g0", "g1"]);
    expect(await readAll(store)).toEqual(before);
  });

  test("leaves the current generation whole and nothing else, and has nothing to do again", async () => {
    const world = await createWorld();
    const outcome = await apply(world, await plan(world.store));
    expect([ids(outcome.removed), ids(outcome.skipped)]).toEqual([["g0", "g1"], []]);
    expect(await readGenerations(world.store)).toEqual({
      data: ["g2"],
      manifests: ["g2"],
      duplicates: [],
      history: ["g2"],
      current: "g2",
    });
    expect(await plan(world.store)).toMatchObject({ items: [], kept: [], warnings: [] });
  });

  test("goes out of history first, then unregisters, then deletes, the manifest last", async () => {
    const world = await createWorld();
    const steps: string[] = [];
    const store: ObjectStore = {
      ...world.store,
      put: (key, ...rest) => {
        steps.push(`swap ${key}`);
        return world.store.put(key, ...rest);
      },
      remove: (keys) => {
        steps.push(`remove ${keys.map((key) => key.replace("web-shop/ga4_events/", "")).join(" ")}`);
        return world.store.remove(keys);
      },
    };
    const unregister = async (generations: readonly { generation: string }[]) => {
      steps.push(`unregister ${ids(generations).join(" ")}`);
    };
    await applyRepair({ store, pipeline, family, plan: await plan(store), unregister, pause });
    expect(steps).toEqual([
      `swap ${headKey(pipeline, family, day)}`,
      "unregister g0 g1",
      "remove day=2026-11-20/generation=g0/g0-00000.parquet",
      "remove _manifests/2026-11-20/g0.json",
      "remove day=2026-11-20/generation=g1/g1-00000.parquet",
      "remove _duplicates/day=2026-11-20/generation=g1/a.parquet",
      "remove _manifests/2026-11-20/g1.json",
    ]);
  });

  test("refuses the swap of a process that stood still while its generation was deleted", async () => {
    let nowMs = startMs;
    const store = createMemoryStore({ nowMs: () => nowMs });
    await commit(store, "g1");
    nowMs += hourMs;
    // Its last look at the clock is behind it when it is suspended; a day later it goes on as if nothing was.
    const suspended: ObjectStore = {
      ...store,
      async put(key, body, condition) {
        if (key === headKey(pipeline, family, day) && nowMs < startMs + 2 * hourMs) {
          nowMs += keepMs + hourMs;
          await apply({ store, clock: { ms: nowMs }, unregistered: [] }, await plan(store));
        }
        return store.put(key, body, condition);
      },
    };
    await expect(commit(suspended, "g2")).rejects.toMatchObject({ code: "refused" });
    expect(await readGenerations(store)).toMatchObject({ data: ["g1"], history: ["g1"], current: "g1" });
  });

  test("deletes nothing where unregistering fails, and ends the job the next time", async () => {
    const world = await createWorld();
    const failing = applyRepair({
      store: world.store,
      pipeline,
      family,
      plan: await plan(world.store),
      unregister: async () => {
        throw new Error("warehouse away");
      },
      pause,
    });
    await expect(failing).rejects.toThrow("warehouse away");
    expect(await readGenerations(world.store)).toMatchObject({ data: ["g0", "g1", "g2"], history: ["g2"] });
    await apply(world, await plan(world.store));
    expect([(await readGenerations(world.store)).data, world.unregistered]).toEqual([["g2"], [["g0", "g1"]]]);
  });

  test("spares what a rollback brought back after it was planned", async () => {
    const world = await createWorld();
    const repair = await plan(world.store);
    // The duplicates that this world adds are in no manifest.
    await world.store.remove([`${duplicatesGenerationPrefix(pipeline, family, day, "g1")}a.parquet`]);
    await applyRollback({ store: world.store, pipeline, family, day, generation: "g1", reason: "?", pause });
    const outcome = await apply(world, repair);
    expect([ids(outcome.removed), ids(outcome.skipped)]).toEqual([["g0"], ["g1"]]);
    expect(await readGenerations(world.store)).toMatchObject({ data: ["g1", "g2"], current: "g1" });
  });

  test("spares what came back and went again after it was planned", async () => {
    const world = await createWorld();
    const repair = await plan(world.store);
    const { head } = (await readHead(world.store, pipeline, family, day))!;
    const back = rollBackHead(head, buildManifestOf("g1"), "?", world.clock.ms);
    await storeHead(world.store, rollBackHead(back, buildManifestOf("g2"), "?", world.clock.ms + 1));
    expect(ids((await apply(world, repair)).skipped)).toEqual(["g1"]);
  });

  test("spares what may have been current where the head vanished after it was planned", async () => {
    const world = await createWorld();
    const repair = await plan(world.store);
    await world.store.remove([headKey(pipeline, family, day)]);
    const outcome = await apply(world, repair);
    expect([ids(outcome.removed), ids(outcome.skipped)]).toEqual([["g0"], ["g1"]]);
    expect((await readGenerations(world.store)).data).toEqual(["g1", "g2"]);
  });

  test("takes what a writer that was believed dead added meanwhile", async () => {
    const world = await createWorld();
    const repair = await plan(world.store);
    const late = `web-shop/ga4_events/day=${day}/generation=g0/g0-00001.parquet`;
    await world.store.put(late, bytes("late"), { ifAbsent: true });
    await apply(world, repair);
    expect((await readGenerations(world.store)).data).toEqual(["g2"]);
  });

  test("touches no other family, pipeline or object", async () => {
    const world = await createWorld();
    const others = [
      "web-shop/ga4_users/day=2026-11-20/generation=g0/a.parquet",
      "web-shop-2/ga4_events/day=2026-11-20/generation=g0/a.parquet",
      "web-shop/ga4_events/_schema.json",
      "_runs/r1/report.json",
    ];
    for (const key of others) await world.store.put(key, bytes("x"), { ifAbsent: true });
    await apply(world, await plan(world.store));
    expect(Object.keys(await readAll(world.store))).toEqual(expect.arrayContaining(others));
  });
});

describe("looking for generations", () => {
  test("counts files, bytes and the newest object of each, of all days or of some", async () => {
    const { store } = await createWorld();
    const g0 = { ...buildFound("g0", startMs), hasManifest: false };
    const g1 = { ...buildFound("g1", startMs), files: 2, bytes: 5 };
    const g2 = buildFound("g2", startMs + hourMs);
    const all = await findGenerations(store, pipeline, family, "all");
    expect(new Map(all.map((found) => [found.generation, found]))).toEqual(
      new Map([
        ["g0", g0],
        ["g1", g1],
        ["g2", g2],
      ]),
    );
    const some = await findGenerations(store, pipeline, family, [day]);
    expect(new Set(some)).toEqual(new Set(all));
    expect(await findGenerations(store, pipeline, family, ["2026-11-19" as Day])).toEqual([]);
  });

  test("sees a manifest whose data is gone", async () => {
    const { store } = await createWorld();
    await store.remove([`web-shop/ga4_events/day=${day}/generation=g2/g2-00000.parquet`]);
    const found = await findGenerations(store, pipeline, family, [day]);
    expect(found).toContainEqual(buildFound("g2", startMs + hourMs, { files: 0, bytes: 0 }));
    expect(await store.get(manifestKey(pipeline, family, day, "g2"))).not.toBeNull();
  });
});
