import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import { applyRepair } from "../../src/lake/apply-repair.ts";
import { commitGeneration } from "../../src/lake/commit.ts";
import { findGenerations } from "../../src/lake/find-generations.ts";
import { listHeads, readHead } from "../../src/lake/heads.ts";
import { readManifest } from "../../src/lake/manifest.ts";
import { planRepair } from "../../src/lake/plan-repair.ts";
import type { ObjectStore } from "../../src/ports.ts";
import {
  buildCommit,
  buildSource,
  commit,
  day,
  family,
  hourMs,
  keepMs,
  pipeline,
  readGenerations,
  writeGeneration,
} from "./build.ts";

const beganMs = Date.UTC(2026, 10, 21);

function createWorld() {
  const clock = { ms: beganMs };
  return { clock, store: createMemoryStore({ nowMs: () => clock.ms }) };
}

/** What a run elsewhere reports, which began at `beganMs`. */
const writeInRun = (store: ObjectStore, generation: string) =>
  writeGeneration(store, generation, { startedAtMs: beganMs });

async function repair(store: ObjectStore, nowMs: number): Promise<string[]> {
  const heads = await listHeads(store, pipeline, family);
  const found = await findGenerations(store, pipeline, family, "all");
  const lake = { heads: new Map([...heads].map(([on, { head }]) => [on, head])), found, nowMs, keepMs };
  const plan = planRepair(lake, { ledger: [], partitions: null });
  const input = { store, pipeline, family, plan, unregister: async () => {}, pause: async () => {} };
  return (await applyRepair(input)).removed.map(({ generation }) => generation);
}

describe("a run that was joined", () => {
  test("long after it began is not committed, so that no head names what repair takes for dead", async () => {
    const { store, clock } = createWorld();
    const report = await writeInRun(store, "g1");
    clock.ms = beganMs + keepMs + hourMs;
    const input = buildCommit(store, null, report, {
      startedAtMs: clock.ms - hourMs,
      // Another command's repair, between the joiner's look at the files and its swap.
      recheckSource: async () => {
        expect(await repair(store, clock.ms)).toEqual(["g1"]);
        return buildSource({ modified: "of g1" });
      },
    });

    await expect(commitGeneration(input)).rejects.toMatchObject({
      code: "refused",
      parts: { received: "25.0 hours of at most 12.0 hours" },
    });
    expect((await readGenerations(store)).current).toBeNull();
  });

  test.each([
    [keepMs / 2 - 1, "g1"],
    [keepMs / 2, null],
  ])(
    "is committed until half of keep from its writer's start: after %i ms %s is current",
    async (ms, current) => {
      const { store, clock } = createWorld();
      const report = await writeInRun(store, "g1");
      clock.ms = beganMs + ms;
      await commitGeneration(buildCommit(store, null, report, { startedAtMs: clock.ms })).catch(() => {});
      expect((await readGenerations(store)).current).toBe(current);
    },
  );

  test("late by its follower's own start is not committed either", async () => {
    const { store, clock } = createWorld();
    const report = await writeGeneration(store, "g1", { startedAtMs: beganMs + 11 * hourMs });
    clock.ms = beganMs + 13 * hourMs;
    const input = buildCommit(store, null, report, { startedAtMs: beganMs });
    await expect(commitGeneration(input)).rejects.toMatchObject({ code: "refused" });
  });
});

describe("two followers of one run", () => {
  test("both commit its generation, under one manifest, and it comes once", async () => {
    const { store, clock } = createWorld();
    const report = await writeInRun(store, "g1");
    const first = buildCommit(store, null, report, { startedAtMs: beganMs });
    const second = buildCommit(store, null, report, { startedAtMs: beganMs + hourMs });

    clock.ms = beganMs + 2 * hourMs;
    expect((await commitGeneration(first)).outcome).toBe("committed");
    clock.ms = beganMs + 3 * hourMs;
    expect((await commitGeneration(second)).outcome).toBe("committed");

    const { head } = (await readHead(store, pipeline, family, day))!;
    expect(head.history.map(({ generation }) => generation)).toEqual(["g1"]);
    expect((await readManifest(store, pipeline, family, day, "g1"))!.createdAtMs).toBe(beganMs);
  });

  test("commit it although one of them found that the source moved meanwhile", async () => {
    const { store } = createWorld();
    const report = await writeInRun(store, "g1");
    const input = buildCommit(store, null, report, {
      startedAtMs: beganMs,
      recheckSource: async () => {
        const other = buildCommit(store, null, report, {
          startedAtMs: beganMs,
          recheckSource: async () => buildSource({ modified: "later" }),
        });
        expect((await commitGeneration(other)).outcome).toBe("source-moved");
        return buildSource({ modified: "of g1" });
      },
    });

    expect((await commitGeneration(input)).outcome).toBe("committed");
    expect(await readGenerations(store)).toMatchObject({ data: ["g1"], manifests: ["g1"], current: "g1" });
  });

  test("leave what they lost with to repair", async () => {
    const { store } = createWorld();
    const report = await writeInRun(store, "g1");
    await commit(store, "g2");

    expect((await commitGeneration(buildCommit(store, null, report, { startedAtMs: beganMs }))).outcome).toBe(
      "lost",
    );
    expect((await readGenerations(store)).data).toEqual(["g1", "g2"]);
  });
});

test("followers of one run who were told different bills of it commit one generation all the same", async () => {
  const { store } = createWorld();
  const report = await writeInRun(store, "g1");
  const told = (dpuSeconds: number | null) => ({
    ...report,
    run: { id: "jr_1", days: 1, dpuSeconds, usd: null },
  });
  const first = await commitGeneration(buildCommit(store, null, told(null), { startedAtMs: beganMs }));
  const second = await commitGeneration(buildCommit(store, null, told(60), { startedAtMs: beganMs }));

  expect([first.outcome, second.outcome]).toEqual(["committed", "committed"]);
  const manifest = await readManifest(store, pipeline, family, day, "g1");
  expect(manifest).toMatchObject({ formatVersion: 2, run: { id: "jr_1", dpuSeconds: null } });
});
