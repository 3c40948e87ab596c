import { describe, expect, test } from "vitest";
import { intentLifeMs } from "../../src/days/request-life.ts";
import { buildPlan } from "../../src/plan/build-plan.ts";
import type { DayFacts, PlanInput } from "../../src/plan/types.ts";
import { buildFacts, buildHead, buildPlanInput, buildVersion, day, instant } from "../support/builders.ts";

const on = day("2026-11-20");

/** State, actions and first reason of one day. */
function planOne(facts: DayFacts, changes: Partial<PlanInput> = {}) {
  const plan = buildPlan(buildPlanInput([facts], changes));
  const planned = plan.days[0];
  return {
    state: planned?.state,
    actions: planned?.actions.map((action) => action.action),
    reason: planned?.actions[0]?.reason,
  };
}

describe("a day without a head", () => {
  test("and with a daily shard is extracted, loaded and refreshed", () => {
    expect(planOne(buildFacts(on))).toEqual({
      state: "open",
      actions: ["extract", "load", "refresh"],
      reason: "new daily shard: 1,000 rows, 500 kB",
    });
  });

  test("is registered first where the environment has a catalog", () => {
    expect(planOne(buildFacts(on), { catalog: true }).actions).toEqual([
      "extract",
      "register",
      "load",
      "refresh",
    ]);
  });

  test("beyond retention goes to the lake and the cold table only", () => {
    expect(planOne(buildFacts(on), { retentionDays: 3 }).actions).toEqual(["extract", "refresh"]);
    expect(planOne(buildFacts(on), { retentionDays: 4 }).actions).toEqual(["extract", "load", "refresh"]);
  });

  test("and without a shard is waited for, then missing, and never while it lasts", () => {
    const facts = buildFacts(on, { version: null });
    const end = instant("2026-11-20T23:00:00Z");
    expect(planOne(facts, { nowMs: end - 1 })).toMatchObject({ state: "not over", actions: ["none"] });
    expect(planOne(facts, { nowMs: end })).toMatchObject({ state: "waiting", actions: ["wait"] });
    expect(planOne(facts, { nowMs: end + 36 * 3_600_000 + 1 })).toEqual({
      state: "missing",
      actions: ["wait"],
      reason: "no shard, and late_after has passed: missing",
    });
  });

  test("is provisional with an intraday shard", () => {
    expect(planOne(buildFacts(on, { version: buildVersion(on, { kind: "intraday" }) })).state).toBe(
      "intraday",
    );
  });

  test("is extracted where its shard is empty: a day without rows is a day", () => {
    expect(planOne(buildFacts(on, { version: buildVersion(on, { rows: 0, bytes: 0 }) })).actions).toEqual([
      "extract",
      "load",
      "refresh",
    ]);
  });
});

describe("a day with a head", () => {
  test("that nothing happened to costs nothing", () => {
    expect(planOne(buildFacts(on, { head: buildHead(on) }))).toEqual({
      state: "open",
      actions: ["none"],
      reason: "unchanged",
    });
  });

  test("is read again where its modification time alone moved", () => {
    const facts = buildFacts(on, { head: buildHead(on), version: buildVersion(on, { modified: "2" }) });
    expect(planOne(facts)).toEqual({
      state: "open",
      actions: ["extract", "load", "refresh"],
      reason: "shard changed: rewritten with the same 1,000 rows",
    });
  });

  test("says the rows now and before", () => {
    const version = buildVersion(on, { rows: 1_204_311, modified: "2" });
    const head = buildHead(on, { rows: { source: 1_198_020, written: 1_198_020 } });
    expect(planOne(buildFacts(on, { head, version })).reason).toBe(
      "shard changed: 1,204,311 rows where the loaded one had 1,198,020",
    );
  });

  test("takes the daily shard in place of the intraday one", () => {
    const head = buildHead(on, { source: buildVersion(on, { kind: "intraday" }) });
    expect(planOne(buildFacts(on, { head })).reason).toBe(
      "daily shard replaces intraday: 1,000 rows, 500 kB",
    );
  });

  test("stays as it is where the shard vanished", () => {
    expect(planOne(buildFacts(on, { head: buildHead(on), version: null }))).toEqual({
      state: "source gone",
      actions: ["none"],
      reason: "source gone: the shard vanished, the daily rows stay",
    });
  });

  test("never falls back from daily to intraday", () => {
    const version = buildVersion(on, { kind: "intraday", rows: 2000 });
    expect(planOne(buildFacts(on, { head: buildHead(on), version }))).toEqual({
      state: "source gone",
      actions: ["none"],
      reason: "source gone: only the intraday shard is left, the daily rows stay",
    });
  });

  test("waits for --accept where less than half of the rows came back", () => {
    const head = buildHead(on);
    const half = buildFacts(on, { head, version: buildVersion(on, { rows: 500, modified: "2" }) });
    const less = buildFacts(on, { head, version: buildVersion(on, { rows: 499, modified: "2" }) });
    expect(planOne(half).actions).toEqual(["extract", "load", "refresh"]);
    expect(planOne(less)).toEqual({
      state: "open",
      actions: ["wait"],
      reason: "shard shrank to 499 rows where the loaded one had 1,000: waits for --accept",
    });
    expect(planOne(less, { accept: true }).actions).toEqual(["extract", "load", "refresh"]);
  });

  test("is outdated where the row rules are others than the head's", () => {
    expect(planOne(buildFacts(on, { head: buildHead(on, { rulesDigest: "rules-0" }) }))).toEqual({
      state: "open",
      actions: ["extract", "load", "refresh"],
      reason: "row rules changed since it was extracted",
    });
  });

  test("held by rollback is not extracted, but readers follow its head", () => {
    const head = buildHead(on, {
      hold: { sinceMs: 1, reason: "bad consent data" },
      generation: "old",
      sequence: 3000,
      reached: { catalog: null, hot: { generation: "new", sequence: 2000, atMs: 1 }, cold: null },
    });
    const facts = buildFacts(on, { head, version: buildVersion(on, { modified: "2" }) });
    expect(planOne(facts)).toMatchObject({ state: "held", actions: ["load", "refresh"] });
    const settled = { ...head, reached: buildHead(on, { generation: "old", sequence: 3000 }).reached };
    expect(planOne({ ...facts, head: settled }).reason).toBe(
      "held by rollback (bad consent data); a newer shard waits: rollback --release ends it",
    );
  });

  test("is final 72 hours after its end, and a change seen later is loaded all the same", () => {
    const nowMs = instant("2026-11-23T23:00:00Z");
    const facts = buildFacts(on, { head: buildHead(on) });
    expect(planOne(facts, { nowMs: nowMs - 1 }).state).toBe("open");
    expect(planOne(facts, { nowMs }).state).toBe("final");
    const changed = buildFacts(on, { head: buildHead(on), version: buildVersion(on, { modified: "2" }) });
    expect(planOne(changed, { nowMs })).toMatchObject({
      state: "final",
      actions: ["extract", "load", "refresh"],
    });
  });
});

describe("readers", () => {
  test("that are behind move without an extract", () => {
    const head = buildHead(on, { reached: { catalog: null, hot: null, cold: null } });
    expect(planOne(buildFacts(on, { head })).actions).toEqual(["load", "refresh"]);
  });

  test("that know the generation by an older sequence are behind too", () => {
    const head = buildHead(on, { sequence: 1001 });
    const reached = { generation: head.generation, sequence: 1000, atMs: 1 };
    expect(
      planOne(buildFacts(on, { head: { ...head, reached: { catalog: null, hot: reached, cold: reached } } }))
        .actions,
    ).toEqual(["load", "refresh"]);
  });

  test("of a day that left retention are pruned where a load may have died before it could tell", () => {
    const reached = { ...buildHead(on).reached, hot: null };
    const plan = (mayBeHot: boolean, retentionDays: number | null) =>
      planOne(buildFacts(on, { head: buildHead(on, { reached, mayBeHot }) }), { retentionDays }).actions;
    expect(plan(true, 3)).toEqual(["prune"]);
    expect(plan(false, 3)).toEqual(["none"]);
    expect(plan(true, null)).toEqual(["load"]);
    const known = buildFacts(on, { head: buildHead(on, { reached, mayBeHot: false }) });
    expect(planOne(known, { retentionDays: 3, again: true }).actions).toEqual(["extract", "refresh", "prune"]);
  });

  test("of a day that left retention: cold moves first, then hot is pruned", () => {
    expect(planOne(buildFacts(on, { head: buildHead(on) }), { retentionDays: 3 }).actions).toEqual(["prune"]);
    const behind = buildHead(on, { reached: { ...buildHead(on).reached, cold: null } });
    expect(planOne(buildFacts(on, { head: behind }), { retentionDays: 3 }).actions).toEqual([
      "refresh",
      "prune",
    ]);
  });

  test("follow in the catalog where a run that was pointing it was cut short, by the store's clock", () => {
    const reached = { generation: buildHead(on).generation, sequence: 1000, atMs: 1 };
    const head = buildHead(on, {
      reached: { catalog: reached, hot: reached, cold: reached },
      pointing: [{ id: "a", sinceMs: 5000 }],
    });
    const planAt = (storeNowMs: number | null, catalog = true) =>
      planOne(buildFacts(on, { head }), { storeNowMs, catalog });
    expect(planAt(5000 + intentLifeMs)).toEqual({
      state: "open",
      actions: ["register"],
      reason: "a run that was pointing the catalog was cut short",
    });
    expect(planAt(5000 + intentLifeMs - 1).actions).toEqual(["none"]);
    expect(planAt(null).actions).toEqual(["none"]);
    expect(planAt(5000 + intentLifeMs, false).actions).toEqual(["none"]);
  });

  test("are believed by the ledger, not by the head, in a sweep", () => {
    expect(planOne(buildFacts(on, { head: buildHead(on), ledger: null })).actions).toEqual([
      "load",
      "refresh",
    ]);
    const facts = buildFacts(on, {
      head: buildHead(on),
      partition: "web-shop/ga4_events/day=2026-11-20/generation=x/",
    });
    expect(planOne(facts, { catalog: true })).toMatchObject({ actions: ["register"] });
  });
});

test("an unchanged day is extracted where somebody asks for it again", () => {
  expect(planOne(buildFacts(on, { head: buildHead(on) }), { again: true })).toEqual({
    state: "open",
    actions: ["extract", "load", "refresh"],
    reason: "asked for again",
  });
});
