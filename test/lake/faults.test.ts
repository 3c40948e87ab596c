/**
 * Every call of every protocol goes wrong once, in every way. After a re-run the day is whole and current; after
 * `keep` and a repair nothing else is left.
 */
import { describe, expect, test } from "vitest";
import { createMemoryStore } from "../../src/adapters/memory/memory-store.ts";
import { applyRepair } from "../../src/lake/apply-repair.ts";
import { applyRollback } from "../../src/lake/apply-rollback.ts";
import { findGenerations } from "../../src/lake/find-generations.ts";
import { listHeads, readHead } from "../../src/lake/heads.ts";
import { readManifest } from "../../src/lake/manifest.ts";
import { planRepair } from "../../src/lake/plan-repair.ts";
import { swapHead } from "../../src/lake/swap-head.ts";
import { markReached } from "../../src/lake/transitions.ts";
import type { LedgerRow, ObjectStore } from "../../src/ports.ts";
import { commit, day, family, keepMs, pipeline, readGenerations } from "./build.ts";
import { createFaultyStore, Died, type Fault, faults } from "./faulty-store.ts";

const startMs = 1_000_000;
const pause = async () => {};

interface World {
  clock: { ms: number };
  store: ObjectStore;
}

function createWorld(): World {
  const clock = { ms: startMs };
  return { clock, store: createMemoryStore({ nowMs: () => clock.ms }) };
}

/** Repairs until the end, as if hot, cold and catalog had come to the head. */
async function repair(store: ObjectStore): Promise<void> {
  const stored = await listHeads(store, pipeline, family);
  const heads = new Map([...stored].map(([day, { head }]) => [day, head]));
  const found = await findGenerations(store, pipeline, family, "all");
  const ledger = [...heads.values()].map(
    (head): LedgerRow => ({
      day: head.day,
      hotGeneration: head.generation,
      coldGeneration: head.generation,
      hotSequence: head.sequence,
      coldSequence: head.sequence,
      shardKind: "daily",
      finalAtMs: null,
      rows: 7,
      duplicates: 0,
      filtered: 0,
      checksum: "1",
      loadedAtMs: null,
    }),
  );
  const plan = planRepair({ heads, found, nowMs: await store.now(), keepMs }, { ledger, partitions: null });
  await applyRepair({ store, pipeline, family, plan, unregister: async () => {}, pause });
}

/** What must be true at any time: whatever a history names is there, whole. */
async function expectWhole({ store }: World): Promise<void> {
  const { data, manifests, history } = await readGenerations(store);
  expect(data).toEqual(expect.arrayContaining(history));
  expect(manifests).toEqual(expect.arrayContaining(history));
}

async function expectOnly({ store }: World, generation: string): Promise<void> {
  expect(await readGenerations(store)).toEqual({
    data: [generation],
    manifests: [generation],
    duplicates: [],
    history: [generation],
    current: generation,
  });
  expect(await readManifest(store, pipeline, family, day, generation)).not.toBeNull();
}

interface Scenario {
  name: string;
  prepare(world: World): Promise<unknown>;
  /** What goes wrong somewhere. */
  work(store: ObjectStore): Promise<unknown>;
  /** What the next run does; ends at the generation it names. */
  again(store: ObjectStore): Promise<string>;
}

/** A run: commits the generation unless the day was made from that source already. */
async function rerun(store: ObjectStore, generation: string): Promise<string> {
  const current = (await readHead(store, pipeline, family, day))?.head;
  if (current?.source.modified === "of g2") return current.generation;
  const outcome = await commit(store, generation);
  expect(outcome.outcome).toBe("committed");
  return generation;
}

const input = { pipeline, family, day, generation: "g1", reason: "?", pause };

const scenarios: Scenario[] = [
  {
    name: "the first commit of a day",
    prepare: async () => {},
    work: (store) => commit(store, "g2"),
    again: (store) => rerun(store, "g3"),
  },
  {
    name: "a commit over another",
    prepare: ({ store }) => commit(store, "g1"),
    work: (store) => commit(store, "g2"),
    again: (store) => rerun(store, "g3"),
  },
  {
    name: "a commit whose source moved",
    prepare: ({ store }) => commit(store, "g1"),
    work: (store) => commit(store, "g2", { recheckSource: async () => null }),
    again: (store) => rerun(store, "g3"),
  },
  {
    name: "a commit that loses",
    prepare: ({ store }) => commit(store, "g1"),
    work: async (store) => commit(store, "g2", { before: null }),
    again: (store) => rerun(store, "g3"),
  },
  {
    name: "a reader's mark",
    prepare: ({ store }) => commit(store, "g2"),
    work: (store) => mark(store),
    again: async (store) => {
      await mark(store);
      expect((await readHead(store, pipeline, family, day))!.head.reached.hot?.sequence).toBe(startMs);
      return "g2";
    },
  },
  {
    name: "a repair",
    prepare: async ({ store, clock }) => {
      await commit(store, "g1");
      await commit(store, "g2");
      clock.ms += keepMs;
    },
    work: repair,
    again: async (store) => {
      await repair(store);
      await expectOnly({ store, clock: { ms: 0 } }, "g2");
      return "g2";
    },
  },
  {
    name: "a rollback",
    prepare: async ({ store }) => {
      await commit(store, "g1");
      await commit(store, "g2");
    },
    work: (store) => applyRollback({ store, ...input }),
    again: async (store) => (await applyRollback({ store, ...input })).head.generation,
  },
];

function mark(store: ObjectStore) {
  const reached = { generation: "g2", sequence: startMs, atMs: 5 };
  return swapHead(store, pipeline, family, day, (head) => markReached(head, "hot", reached), pause);
}

async function countCalls(scenario: Scenario): Promise<number> {
  const world = createWorld();
  await scenario.prepare(world);
  const { store, calls } = createFaultyStore(world.store, "never sends", -1);
  await scenario.work(store);
  return calls.length;
}

/** @returns whether the work said it had failed */
async function runWithFault(scenario: Scenario, fault: Fault, at: number): Promise<boolean> {
  const world = createWorld();
  await scenario.prepare(world);
  const { store, calls } = createFaultyStore(world.store, fault, at);
  const failed = await scenario.work(store).then(
    () => false,
    (error) => {
      expect(fault.startsWith("dies") ? error instanceof Died : error.code === "outside").toBe(true);
      return true;
    },
  );
  expect(calls.length).toBeGreaterThan(at);
  await expectWhole(world);
  const generation = await scenario.again(world.store);
  await expectWhole(world);
  world.clock.ms += keepMs;
  await repair(world.store);
  await expectOnly(world, generation);
  return failed;
}

describe.each(scenarios)("$name", (scenario) => {
  test.each(faults)("ends whole though a process %s any of its calls", async (fault) => {
    const calls = await countCalls(scenario);
    expect(calls).toBeGreaterThanOrEqual(2);
    let failures = 0;
    for (let at = 0; at < calls; at += 1) if (await runWithFault(scenario, fault, at)) failures += 1;
    // Only tidying up after oneself may fail without a word; a death before any other call must show.
    if (fault === "dies before") expect(failures).toBeGreaterThan(calls / 3);
  });
});

test("a commit gets over a lost answer to any put of its own", async () => {
  const scenario = scenarios[1]!;
  const world = createWorld();
  await scenario.prepare(world);
  const { store, calls } = createFaultyStore(world.store, "never sends", -1);
  await scenario.work(store);
  const puts = calls.flatMap((call, at) => (/^put .*_(manifests|heads)/.test(call) ? [at] : []));
  expect(puts).toHaveLength(2);
  for (const fault of ["loses the answer of", "never sends"] as const) {
    for (const at of puts) expect(await runWithFault(scenario, fault, at)).toBe(false);
  }
});
