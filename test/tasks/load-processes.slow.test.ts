import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDuckDbWarehouse } from "../../src/adapters/duckdb/warehouse.ts";
import type { ReaderTarget } from "../../src/tasks/reader-target.ts";
import { baseColumns, buildRows, type GenerationSpec } from "../contracts/warehouse-lake.ts";
import { measureOf } from "../contracts/warehouse-world.ts";
import { createReaderWorld, type ReaderWorld, table } from "./reader-world.ts";

const g1: GenerationSpec = { day: "2026-11-20", generation: "g1", sequence: 1, rows: buildRows("g1", 5) };
const next: GenerationSpec = { day: "2026-11-21", generation: "n1", sequence: 2, rows: buildRows("n1", 3) };

let world: ReaderWorld;
let children: ChildProcess[];

beforeEach(async () => {
  children = [];
  world = await createReaderWorld();
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await world.end();
});

interface Ended {
  code: number | null;
  signal: string | null;
  output: string;
}

/** Loads lists of targets one after the other in a process of its own. @param killAt step to die at; 0: never */
async function loadElsewhere(lists: ReaderTarget[][], killAt = 0): Promise<Ended> {
  const script = fileURLToPath(new URL("load-child.ts", import.meta.url));
  const input = [world.path, join(world.folder, "lake"), String(killAt), JSON.stringify(lists)];
  const child = spawn(process.execPath, [script, ...input], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let output = "";
  child.stdout.on("data", (text) => {
    output += text;
  });
  const [code, signal] = await once(child, "close");
  return { code, signal, output };
}

test("two processes that load the same days at once leave each row once", async () => {
  const targets = [await world.commit(g1), await world.commit(next)];
  const ends = await Promise.all([loadElsewhere([targets]), loadElsewhere([targets])]);
  expect(ends.map(({ output }) => output).toSorted()).toEqual([
    "already hot has this generation already; already hot has this generation already\n",
    "done loaded into hot; done loaded into hot\n",
  ]);
  expect(await world.warehouse.measureHot(table, "all")).toEqual(targets.map((target) => measureOf(target)));
});

/** Steps of a load of two days: look, two COPYs, lock, look, two deletes, ledger, count; then COMMIT; then heads. */
test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])(
  "killed at step %i, the next load makes it right",
  async (killAt) => {
    await world.load([await world.commit({ ...g1, generation: "g0", sequence: 0 })]);
    const targets = [await world.commit(g1), await world.commit(next)];
    expect(await loadElsewhere([targets], killAt)).toMatchObject({ signal: "SIGKILL" });
    const isCommitted = killAt > 9;
    const torn = await world.warehouse.measureHot(table, "all");
    expect(torn.map(({ generation }) => generation)).toEqual(isCommitted ? ["g1", "n1"] : ["g0"]);
    const results = await world.load(targets);
    expect(results.map(({ outcome }) => outcome)).toEqual(
      isCommitted ? ["already", "already"] : ["done", "done"],
    );
    expect(await world.warehouse.measureHot(table, "all")).toEqual(
      targets.map((target) => measureOf(target)),
    );
    expect(await world.warehouse.readLedger(table, "all")).toMatchObject([
      { hotGeneration: "g1", hotSequence: 1 },
      { hotGeneration: "n1", hotSequence: 2 },
    ]);
  },
);

test("who reads while another process loads sees one generation, whole", async () => {
  await world.warehouse.prepare(table, baseColumns);
  const generations = await Promise.all(
    [1, 2, 3, 4, 5].map((n) =>
      world.commit({ ...g1, generation: `g${n}`, sequence: n, rows: buildRows(`g${n}`, 100 + n) }),
    ),
  );
  const expected = new Map(generations.map((target) => [target.head.generation, measureOf(target)]));
  const clock = { now: () => 0, sleep: async () => setImmediate() };
  const reader = createDuckDbWarehouse({ path: world.path, waitMs: 1, clock, store: world.store });
  let isOver = false;
  const loading = loadElsewhere(generations.map((target) => [target])).finally(() => {
    isOver = true;
  });
  const seen: string[] = [];
  while (!isOver) {
    for (const measure of await reader.measureHot(table, "all")) {
      expect(measure).toEqual(expected.get(measure.generation));
      seen.push(measure.generation);
    }
  }
  expect(await loading).toMatchObject({ code: 0 });
  expect(seen).toEqual(seen.toSorted());
  expect(await reader.measureHot(table, "all")).toEqual([expected.get("g5")]);
});
